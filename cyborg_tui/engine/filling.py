"""Filling in the middle, by a model that was trained for it: what follows stands before what is to be written.

In the order that all of them know, prefix, suffix, middle ("Efficient Training of Language Models to Fill in the
Middle", Bavarian et al., 2022).
"""

from cyborg_tui.engine.protocol import WireContext
from cyborg_tui.engine.resident import Resident

__all__ = ["filled"]

_SHARE = 4
"""At least one part in so many is the text before the gap, and as much at most what follows it."""


def filled(resident: Resident, before: list[int], following: WireContext, room: int) -> tuple[list[int], int]:
    """The tokens before the gap and those after it, in `room` tokens, and how many of the first are left out."""
    model = resident.model
    marks = model.fill_marks
    assert marks is not None
    begin, after, middle = marks
    lead = before[:1] if model.adds_bos else []
    before = before[len(lead) :]
    tokens, _ = resident.tokens_of(following)
    tokens = tokens[1:] if model.adds_bos else tokens
    room -= len(lead) + 3
    tokens = tokens[: max(room // _SHARE, room - len(before))]
    seen, cut = resident.end_of(before, max(1, room - len(tokens)))
    return [*lead, begin, *seen, after, *tokens, middle], cut
