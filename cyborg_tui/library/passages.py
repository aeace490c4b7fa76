"""Passages: the text of a node in stretches, each with what stands before it, as they are searched."""

from dataclasses import dataclass, replace
from itertools import pairwise

__all__ = ["BEFORE", "Passage", "passages_again"]

BEFORE = 200
"""Characters before a stretch that are searched with it: a phrase that crosses nodes is found where it ends."""
_STRETCH = 2000
"""Characters of a node's text in a passage: what is typed at the end of a long text changes the last one alone."""
_CLOSEST = 1e-6


@dataclass(frozen=True, slots=True)
class Passage:
    place: float
    """Passages of a node stand in the order of these."""
    before: str
    """What stands before it, of this node and of those above."""
    own: str
    id: int | None = None
    """None: it is not kept yet."""

    @property
    def text(self) -> str:
        return self.before + self.own


def passages_again(old: list[Passage], above: str, text: str) -> list[Passage]:
    """The passages of a node's text, given those it had; `above`: what stands before the node. Those whose words and
    place stay the same keep their id."""
    head, tail, at, end = _kept(old, text)
    stretches = [text[begin : min(end, begin + _STRETCH)] for begin in range(at, end, _STRETCH)]
    low = old[head - 1].place if head else 0.0
    high = old[tail].place if tail < len(old) else low + len(stretches) + 1
    step = (high - low) / (len(stretches) + 1)
    if stretches and step < _CLOSEST:
        return passages_again([], above, text)
    new = [Passage(low + step * number, "", own) for number, own in enumerate(stretches, 1)]
    return _with_before([*old[:head], *new, *old[tail:]], above, text)


def _kept(old: list[Passage], text: str) -> tuple[int, int, int, int]:
    """How many passages at the beginning stay, from which on they stay at the end, and the characters between."""
    head = at = 0
    while head < len(old) and text.startswith(old[head].own, at):
        at += len(old[head].own)
        head += 1
    tail, end = len(old), len(text)
    while tail > head and end - len(old[tail - 1].own) >= at and text.endswith(old[tail - 1].own, at, end):
        tail -= 1
        end -= len(old[tail].own)
    if at < end and head and len(old[head - 1].own) < _STRETCH:  # the last one that stays has room for more
        head -= 1
        at -= len(old[head].own)
    return head, tail, at, end


def _with_before(passages: list[Passage], above: str, text: str) -> list[Passage]:
    found: list[Passage] = []
    ends = [0]
    for passage in passages:
        ends.append(ends[-1] + len(passage.own))
    for passage, (at, _) in zip(passages, pairwise(ends), strict=True):
        before = text[at - BEFORE : at] if at >= BEFORE else (above + text[:at])[-BEFORE:]
        found.append(passage if passage.before == before else replace(passage, before=before, id=None))
    return found
