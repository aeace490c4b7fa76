"""Comparing two texts word by word: what both have, what only the one has, and what only the other."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from cyborg_tui.loom.shared import difference

__all__ = ["Kind", "Stretch", "compare", "likeness"]

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+[ \t]*|\s")
"""A word with the blanks after it; a letter of a script that has none between words; other white space."""
_SMALL = 200_000
"""Pairs of words that are compared each with each; where there are more, a stretch without landmarks is all changed."""


class Kind(Enum):
    SAME = "same"
    GONE = "gone"
    """Only the first text has it."""
    NEW = "new"
    """Only the second text has it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    kind: Kind
    text: str


def compare(some: str, other: str) -> list[Stretch]:
    """The stretches that lead from one text to the other. What is the same and what is gone make the first text, in
    order; what is the same and what is new make the second.

    Words that each text has just once are landmarks, as in Bram Cohen's patience diff; between them difflib compares
    word by word where that cannot take long. The time grows with the texts' length, not with its square. What is the
    same and shorter than the changes on either side of it tells a reader nothing, and counts as changed.
    """
    first, second = _WORD.findall(some), _WORD.findall(other)
    return _without_islands(list(_merged(_stretches(first, second))))


def likeness(stretches: Sequence[Stretch]) -> float:
    """The part of both texts' characters that are the same, 0 to 1; 1 for two empty texts."""
    same = 2 * sum(len(stretch.text) for stretch in stretches if stretch.kind is Kind.SAME)
    changed = sum(len(stretch.text) for stretch in stretches if stretch.kind is not Kind.SAME)
    return same / (same + changed) if same + changed else 1.0


def _stretches(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[Kind, Sequence[str]]]:
    left = [(first, second)]
    while left:
        some, other = left.pop()
        if some == other:
            yield Kind.SAME, some
            continue
        begin, some_end, other_end = difference(some, other)
        if begin or some_end < len(some):
            same = some[some_end:]
            left += [(same, same), (some[begin:some_end], other[begin:other_end]), (some[:begin], some[:begin])]
            continue
        landmarks = _landmarks(some, other)
        if landmarks:
            at = (len(some), len(other))
            for mark in reversed(landmarks):
                left.append((some[mark[0] : at[0]], other[mark[1] : at[1]]))
                at = mark
            left.append((some[: at[0]], other[: at[1]]))
        elif len(some) * len(other) <= _SMALL:
            yield from _each_with_each(some, other)
        else:
            yield Kind.GONE, some
            yield Kind.NEW, other


def _each_with_each(some: Sequence[str], other: Sequence[str]) -> Iterator[tuple[Kind, Sequence[str]]]:
    for tag, a, b, c, d in SequenceMatcher(None, some, other, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Kind.SAME, some[a:b]
        else:
            yield Kind.GONE, some[a:b]
            yield Kind.NEW, other[c:d]


def _landmarks(some: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Where words stand that both texts have just once, as many as come in the same order in both."""
    once = {word for word, count in Counter(some).items() if count == 1}
    once &= {word for word, count in Counter(other).items() if count == 1}
    there = {word: at for at, word in enumerate(other) if word in once}
    pairs = [(at, there[word]) for at, word in enumerate(some) if word in once]
    return _longest_rise(pairs)


def _longest_rise(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of pairs that rise in the first number, the most that rise in the second too."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, at) in enumerate(pairs):
        length = bisect_left(ends, at)
        if length == len(ends):
            ends.append(at)
            last.append(number)
        else:
            ends[length], last[length] = at, number
        before.append(last[length - 1] if length else -1)
    rise: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        rise.append(pairs[number])
        number = before[number]
    return rise[::-1]


def _merged(stretches: Iterator[tuple[Kind, Sequence[str]]]) -> Iterator[Stretch]:
    """Neighbours of one kind made one; between two that are the same, what is gone comes before what is new."""
    same: list[str] = []
    changed: dict[Kind, list[str]] = {Kind.GONE: [], Kind.NEW: []}
    for kind, words in stretches:
        if not words:
            continue
        if kind is not Kind.SAME:
            if same:
                yield Stretch(Kind.SAME, "".join(same))
                same = []
            changed[kind] += words
            continue
        for what, run in changed.items():
            if run:
                yield Stretch(what, "".join(run))
                run.clear()
        same += words
    if same:
        yield Stretch(Kind.SAME, "".join(same))
    for what, run in changed.items():
        if run:
            yield Stretch(what, "".join(run))


def _without_islands(stretches: list[Stretch]) -> list[Stretch]:
    while True:
        kept: list[tuple[Kind, Sequence[str]]] = []
        for index, stretch in enumerate(stretches):
            if stretch.kind is Kind.SAME and 0 < index < len(stretches) - 1 and _is_island(stretches, index):
                kept += [(Kind.GONE, (stretch.text,)), (Kind.NEW, (stretch.text,))]
            else:
                kept.append((stretch.kind, (stretch.text,)))
        if len(kept) == len(stretches):
            return stretches
        stretches = list(_merged(iter(kept)))


def _is_island(stretches: Sequence[Stretch], index: int) -> bool:
    """Whether the changes before and after it are both longer."""

    def longest(step: int) -> int:
        at, most = index + step, 0
        while 0 <= at < len(stretches) and stretches[at].kind is not Kind.SAME:
            most = max(most, len(stretches[at].text))
            at += step
        return most

    return len(stretches[index].text) < min(longest(-1), longest(1))
