"""Filling in the middle, by a model that was trained for it: what follows stands before what is to be written.

In the order that all of them know, prefix, suffix, middle ("Efficient Training of Language Models to Fill in the
Middle", Bavarian et al., 2022).
"""

from cyborg_tui.engine.protocol import WireContext
from cyborg_tui.engine.resident import Resident, Told

__all__ = ["filled"]

_SHARE = 4
"""At least one part in so many is the text before the gap, and as much at most what follows it."""


def filled(resident: Resident, told: Told, following: WireContext, room: int) -> tuple[list[int], int]:
    """What is `told` before the gap and the tokens after it, in `room` tokens, and how many are left out of the first.
    Raises FrameTooLong."""
    model = resident.model
    marks = model.fill_marks
    assert marks is not None
    begin, after, middle = marks
    tokens = resident.tokens_of(following).tokens[int(model.adds_bos) :]
    room -= 3
    tokens = tokens[: max(room // _SHARE, room - len(told.tokens))]
    seen, cut = resident.end_of(told, max(1, room - len(tokens)))
    lead = int(model.adds_bos)
    return [*seen[:lead], begin, *seen[lead:], after, *tokens, middle], cut
