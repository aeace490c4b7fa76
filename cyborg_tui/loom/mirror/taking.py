"""What was taken: from which position, how quickly, how much of it, how surprising it was, and what became of it."""

from collections import Counter
from dataclasses import dataclass, field
from math import log2
from statistics import median

from cyborg_tui.loom.mirror.choices import Choice
from cyborg_tui.loom.mirror.shown import Shown

__all__ = ["Afterwards", "Bits", "Fluency", "Lengths", "Pace", "Positions", "Rerolls", "words_taken"]


_SAME = 1e-6
"""Bits by which two branches may differ and be equally surprising: sums are not exact."""


def words_taken(choice: Choice, shown: Shown) -> int | None:
    """Words of what was taken; None if its text is gone."""
    drawn = shown.of(choice.taken)
    return None if drawn is None else len(drawn.text[: choice.amount].split())


@dataclass(slots=True)
class Positions:
    """From which place in the list a branch was taken, counted from the top, among the choices that had two branches or
    more. Branches stand as they were drawn, or in the order on record where they were shuffled. By chance each of n
    places would be taken once in n times."""

    taken: Counter[int] = field(default_factory=Counter)
    expected: dict[int, float] = field(default_factory=dict)
    """How often each place would have been taken by chance."""
    blind: int = 0
    """Choices among them that were made blind."""

    def add(self, choice: Choice, shown: Shown) -> None:
        place, of = shown.place_of(choice.taken), len(shown.branches)
        if place is None or of < 2:
            return
        self.taken[place] += 1
        self.blind += shown.showing is not None and shown.showing.blind
        for one in range(1, of + 1):
            self.expected[one] = self.expected.get(one, 0.0) + 1 / of

    @property
    def choices(self) -> int:
        return sum(self.taken.values())


@dataclass(slots=True)
class Pace:
    """Seconds from when the fan had come before the person's eyes to the first key that took of it, against the seconds
    it takes to read just what was taken, at so many words a minute (250, unless you set another number). What else was
    read is left out, so this is the least it can take. Times go by a clock that never jumps; where they are not on
    record, as in what an earlier version left, they are unknown."""

    words_a_minute: int = 250
    ratios: list[float] = field(default_factory=list)
    """Time taken for each choice, by the time it takes to read."""
    seconds: list[float] = field(default_factory=list)
    unknown: int = 0

    def add(self, choice: Choice, shown: Shown) -> None:
        seconds = shown.showing.seconds_to(choice.taken) if shown.showing and choice.taken is not None else None
        words = words_taken(choice, shown)
        if seconds is None or words is None:
            self.unknown += 1
        elif words:
            self.seconds.append(seconds)
            self.ratios.append(seconds / self.reading(words))

    def reading(self, words: int) -> float:
        """Seconds it takes to read so many words."""
        return words * 60 / self.words_a_minute

    @property
    def quicker(self) -> int:
        """Choices made sooner than it takes to read what was taken."""
        return sum(ratio < 1 for ratio in self.ratios)


@dataclass(slots=True)
class Lengths:
    """Characters taken of a branch at a choice, word by word or all at once; and how often that was all of it."""

    characters: list[int] = field(default_factory=list)
    whole: int = 0

    def add(self, choice: Choice, shown: Shown) -> None:
        drawn = shown.of(choice.taken)
        if drawn is not None and choice.amount > 0:
            self.characters.append(choice.amount)
            self.whole += choice.amount >= len(drawn.text)

    @property
    def median(self) -> float | None:
        return median(self.characters) if self.characters else None


@dataclass(slots=True)
class Fluency:
    """Surprise: log2(1 / p) of each token before samplers change its probability, the mean over a branch, in bits a
    token. What was taken against the mean of what was left; and its rank among the branches of its fan, 0 for the least
    surprising to 1 for the most. By chance the ranks' mean is one half; near 0, the likeliest words win."""

    taken: list[float] = field(default_factory=list)
    left: list[float] = field(default_factory=list)
    ranks: list[float] = field(default_factory=list)
    unknown: int = 0

    def add(self, choice: Choice, shown: Shown) -> None:
        taken = shown.of(choice.taken)
        others = [one.bits for one in shown.branches if one.id != choice.taken and one.bits is not None]
        if taken is None or taken.bits is None or not others:
            self.unknown += 1
            return
        less = sum(bits < taken.bits - _SAME for bits in others)
        same = sum(abs(bits - taken.bits) <= _SAME for bits in others)
        self.taken.append(taken.bits)
        self.left.append(sum(others) / len(others))
        self.ranks.append((less + same / 2) / len(others))

    @property
    def rank(self) -> float | None:
        return sum(self.ranks) / len(self.ranks) if self.ranks else None


@dataclass(slots=True)
class Rerolls:
    """How many fans were asked for from one place, one right after the other, before something was taken of one."""

    before: Counter[int] = field(default_factory=Counter)
    """Fans left before the one that was taken from → how often."""
    nothing: int = 0
    """Fans of which nothing was taken before the person went elsewhere or asked from another place."""

    def add(self, choice: Choice) -> None:
        if choice.taken is not None:
            self.before[choice.rerolls] += 1
        elif choice.ended:
            self.nothing += 1


@dataclass(slots=True)
class Afterwards:
    """Edits that changed what had been taken, before the choice after the next: in how many choices there was one, and
    how many characters of what was taken went. What is changed later than that is not seen here."""

    choices: int = 0
    edited: int = 0
    characters: int = 0
    removed: int = 0
    undone: int = 0
    """Takes that were taken back by undo."""
    unknown: int = 0
    """Choices of which the log does not say where edits were."""

    def add(self, choice: Choice) -> None:
        if choice.taken is None:
            return
        self.undone += choice.undone
        if not choice.edits_known:
            self.unknown += 1
            return
        self.choices += 1
        self.edited += bool(choice.edits)
        self.characters += choice.amount
        self.removed += min(choice.amount, choice.removed)


@dataclass(slots=True)
class Bits:
    """Bits of selection: log2 of the number of different branches that had been looked at, for each choice that was not
    taken back ("Quantifying curation", generative.ink, 2021), over all that was written meanwhile, by a hundred words.
    Others that would have done are not taken off here, so it is the most it can be. Words of branches are counted;
    typed text has a word for every six characters."""

    bits: float = 0.0
    words: float = 0.0
    unknown: int = 0
    """Choices of which nobody knows what was looked at."""

    def add(self, choice: Choice, shown: Shown) -> None:
        looked = len({drawn.text for drawn in shown.branches if drawn.looked})
        if choice.stands:
            self.words += words_taken(choice, shown) or 0
            self.bits += log2(looked) if looked else 0.0
            self.unknown += not looked

    @property
    def a_hundred_words(self) -> float | None:
        return self.bits * 100 / self.words if self.words else None
