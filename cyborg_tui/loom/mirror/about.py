"""What each picture of the mirror says, what it does not, and how it is defined."""

from dataclasses import dataclass
from inspect import getdoc

from cyborg_tui.loom.mirror.amounts import Amounts
from cyborg_tui.loom.mirror.loops import Repetition
from cyborg_tui.loom.mirror.reasons import Held, Reason
from cyborg_tui.loom.mirror.sittings import Sittings
from cyborg_tui.loom.mirror.spread import Spread
from cyborg_tui.loom.mirror.taking import Afterwards, Bits, Fluency, Lengths, Pace, Positions, Rerolls

__all__ = ["ABOUT", "About"]


@dataclass(frozen=True, slots=True)
class About:
    title: str
    says: str
    """One sentence: what the picture says, and what it does not."""
    of: type
    """Its docstring is the definition."""

    @property
    def definition(self) -> str:
        return " ".join((getdoc(self.of) or "").split())


ABOUT: dict[str, About] = {
    "amounts": About(
        "Accepted and typed",
        "How much of what came into the text was taken and how much was typed; not whose thoughts it has.",
        Amounts,
    ),
    "positions": About(
        "Which place was taken",
        "Whether one place is taken more often than by chance (in brackets); not whether its branches were better.",
        Positions,
    ),
    "pace": About(
        "Time to choose",
        "How long you took, in times of what it takes to read it (1: as long); not whether you read it.",
        Pace,
    ),
    "lengths": About(
        "How much was taken",
        "How long a piece of a branch is taken at a time; not how long it should be.",
        Lengths,
    ),
    "fluency": About(
        "Surprise of what was taken",
        "Whether the likeliest words win; not whether they were the right ones.",
        Fluency,
    ),
    "rerolls": About(
        "Asked again",
        "How many fans it took until something was taken; not whether the first were bad or you hard to please.",
        Rerolls,
    ),
    "afterwards": About(
        "Edited after taking",
        "How much of what was taken was soon changed; not whether the rest was read again.",
        Afterwards,
    ),
    "spread": About(
        "Spread of the branches",
        "How different the words of the branches are; not how different their meanings are.",
        Spread,
    ),
    "repetition": About(
        "Repetition in the text",
        "Where words in a row come again; a refrain looks like a loop here.",
        Repetition,
    ),
    "bits": About(
        "Bits of choice",
        "How much was selected for each hundred words; not how well.",
        Bits,
    ),
    "reasons": About(
        "Why it was taken",
        "What you said when you took it; of what you said nothing of, nothing is known.",
        Reason,
    ),
    "held": About(
        "Looking back",
        "How often what you took still held when you saw it again; not how often you would be right.",
        Held,
    ),
    "sittings": About(
        "Sittings",
        "How long you wrote at a stretch; time in which you thought without a key is in it, up to half an hour.",
        Sittings,
    ),
}
