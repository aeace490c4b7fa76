"""What stood beside the manuscript when a fan was drawn, word for word."""

from dataclasses import dataclass
from enum import Enum

from cyborg_tui.loom.chat import ChatPart

__all__ = ["BARE", "BEFORE", "Conditions", "Insert", "Origin", "system_of"]


class Origin(str, Enum):
    """Where a part of a context comes from."""

    MANUSCRIPT = ""
    MEMORY = "memory"
    EXAMPLE = "example"
    LORE = "lore"
    HEADER = "header"
    NOTE = "note"
    FOOTER = "footer"
    CHAT = "chat"
    """The model's chat template."""


BEFORE = frozenset({Origin.MEMORY, Origin.EXAMPLE, Origin.LORE, Origin.HEADER})
"""These stand before the manuscript and are never left out of the window."""


@dataclass(frozen=True, slots=True)
class Insert:
    """A text that is not the manuscript's."""

    origin: Origin
    text: str
    label: str = ""
    """Which of its kind it is: the name of a lore entry."""
    at: int = 0
    """For a note: characters of the manuscript that stand before it."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """In the order in which they stand."""

    inserts: tuple[Insert, ...] = ()
    chat: tuple[ChatPart, ...] = ()
    """The chat template around the turns of the manuscript, if it is read as a conversation."""
    vocabulary: str = ""
    """Of the tokens of the template."""
    beside: tuple["Conditions", ...] = ()
    """Under which the manuscript was read together with this, in the order of the weights in the fan's settings."""
    name: str = ""
    """Of the frame that says so, where it has one and is read beside another."""

    def __bool__(self) -> bool:
        return bool(self.inserts or self.chat or self.beside)

    def of(self, origin: Origin) -> tuple[Insert, ...]:
        return tuple(insert for insert in self.inserts if insert.origin is origin)


BARE = Conditions()
"""Nothing but the manuscript."""


def system_of(conditions: Conditions) -> str:
    """What a conversation's system turn says beside the manuscript's own beginning."""
    return "".join(insert.text for insert in conditions.inserts).strip("\n")
