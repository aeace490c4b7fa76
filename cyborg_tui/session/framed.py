"""A loom whose text is conditioned by frames, and the draws that say what stood beside it."""

from cyborg_tui.library.library import Library, LoomRow
from cyborg_tui.loom.conditions import Conditions
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.fan import FanId, decode
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.garden import Garden
from cyborg_tui.session.framing import BadFrame, Framed, Framing, cleaned
from cyborg_tui.session.shown import ShownLoom

__all__ = ["BadFrame", "Framed", "FramedLoom"]


class FramedLoom(ShownLoom):
    """What stands beside the manuscript can be seen and changed; it is versioned like the text."""

    def __init__(self, row: LoomRow, library: Library) -> None:
        """As KeptLoom has it."""
        super().__init__(row, library)
        self._framing = self._new_framing()

    def _new_framing(self) -> Framing:
        """For one model."""
        return Framing(self.loom, lambda: self.row.title, lambda: self.loom.now)

    @property
    def frames(self) -> tuple[Framed, ...]:
        """Those that hold at the cursor, from above to below."""
        return self._framing.frames(self.loom.cursor)

    @property
    def frame(self) -> Frame:
        """What holds at the cursor, every key of it."""
        return self._framing.frame(self.loom.cursor)

    def frame_at(self, offset: int) -> Frame:
        """What holds at an offset of the manuscript."""
        return self._framing.frame(offset)

    @property
    def framing_problem(self) -> str:
        """What could not be filled in, or looked for, the last time that the model was asked; empty if nothing."""
        return self._framing.problem

    def conditions(self) -> Conditions:
        """What would stand beside the manuscript if a fan was made at the cursor now."""
        return self._framing.conditions(self.loom.cursor)

    def _frame(self, offset: int, frame: Frame) -> None:
        """Raises BadFrame; nothing has changed then."""
        frame = cleaned(frame)
        self._framing.check(frame)
        Garden(self.loom).frame(offset, frame)

    def draws(self, fan: FanId) -> tuple[Draw, ...]:
        """How a fan's branches were drawn. Raises LibraryError."""
        self._save()
        return self._library.draws(self.row.id, fan)

    def _following_of(self, fan: FanId) -> str:
        """What a fan's branches were to lead to, where the model saw that. Raises LibraryError."""
        return decode(next((draw.following for draw in self.draws(fan)), b""))

    def _conditions_of(self, fan: FanId) -> Conditions | None:
        """Under which a fan was begun; None if that is not on record. Raises LibraryError."""
        return next((draw.conditions for draw in self.draws(fan)), None)
