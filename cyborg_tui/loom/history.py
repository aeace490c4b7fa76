"""Undo and redo: one history of edits, takes, moves and marks, in the order they were made."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from cyborg_tui.loom.deeds import Deed, Reshaped
from cyborg_tui.loom.fan import BranchId, FanId, NodeId
from cyborg_tui.loom.manuscript import Snapshot

__all__ = ["History", "Step", "StepKind", "View"]

_PAUSE = 1.5
"""Seconds without a key after which typing begins a new step."""
_LONG = 60
"""Characters after which the next word begins a new step."""


class StepKind(str, Enum):
    WRITING = "writing"
    TAKE = "take"
    MOVE = "move"
    MARK = "mark"
    SHAPE = "shape"
    REWRITING = "rewriting"


@dataclass(frozen=True, slots=True)
class View:
    """What the person had before them: the path, the cursor, and the fan in the branch pane."""

    path: Snapshot
    cursor: int
    fan: FanId | None
    next_node: NodeId
    """Nodes with this id and later ones were made afterwards."""


@dataclass(slots=True)
class Step:
    """What one undo takes back."""

    kind: StepKind
    before: View
    after: View
    at: float
    deed: Deed | None = None
    """What was done to the tree, where it was not the manuscript that moved."""
    written: int = 0
    """Characters typed or deleted in a run."""
    ends_at: int = -1
    """Where the run of typing would go on; -1 if it cannot."""


class History:
    """Steps done and undone. It never touches what was generated: a fan is not undone, only its taking is."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def push(self, step: Step) -> None:
        self._undone.clear()
        self._done.append(step)

    def running(self, start: int, end: int, text: str, at: float) -> Step | None:
        """The step that this edit goes on with: the same run of typing or of deleting, without a pause."""
        last = self._done[-1] if self._done and not self._undone else None
        if last is None or last.kind is not StepKind.WRITING or at - last.at > _PAUSE:
            return None
        if "\n" in text or (last.written >= _LONG and text[:1].isspace()):
            return None
        goes_on = (start == end == last.ends_at and len(text) == 1) or (not text and last.ends_at in (start, end))
        return last if goes_on else None

    def undo(self) -> Step | None:
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> Step | None:
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]

    def forget(self, nodes: Collection[NodeId], branches: Collection[BranchId]) -> None:
        """Let go of every step that needs one of these, which were deleted for good, and of what lies beyond it."""

        def needs(step: Step) -> bool:
            path = (*step.before.path, *step.after.path, *(step.deed.heads if isinstance(step.deed, Reshaped) else ()))
            return any(node.id in nodes or any(piece.branch in branches for piece in node.pieces) for node in path)

        for steps in (self._done, self._undone):
            last = max((index for index, step in enumerate(steps) if needs(step)), default=-1)
            del steps[: last + 1]
