"""Undo and redo: one history of edits, takes, moves and marks, in the order they were made."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain
from typing import Protocol

from cyborg_tui.loom.deeds import Deed, Reshaped, Rewritten, of_gone
from cyborg_tui.loom.fan import BranchId, FanId, NodeId
from cyborg_tui.loom.path import Snapshot

__all__ = ["History", "HistoryChange", "Memory", "Step", "StepKind", "View"]

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
    number: int = 0
    """In the order of doing, from 1."""
    previous: Snapshot = ()
    """The path after the step before; empty if that is not known any more."""


@dataclass(frozen=True, slots=True)
class HistoryChange:
    """What is to be kept of the history, or changed in what is kept."""

    steps: tuple[Step, ...]
    """New ones, and those that went on."""
    first: int
    done: int
    last: int
    """The numbers of the steps that can be undone are `first` to `done`; those that can be redone go on to `last`."""
    path: Snapshot
    """After the last step done."""
    now: Snapshot
    """As it is."""


class Memory(Protocol):
    """The steps of earlier days."""

    first: int
    done: int
    last: int
    path: Snapshot
    """After the last step done."""

    def steps(self) -> tuple[list[Step], list[Step]]:
        """Those done, the last of them last; and those undone, the one undone last at the end."""
        ...

    def forget_undone(self) -> None: ...


class History:
    """Steps done and undone. It never touches what was generated: a fan is not undone, only its taking is.

    The last `KEPT` steps are kept, across restarts too. Those of earlier days are recalled when they are needed.
    """

    KEPT = 500

    def __init__(self, memory: Memory | None = None) -> None:
        self._memory = memory
        """Where the steps of earlier days are; None once they are here."""
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._first, self._number = (memory.first, memory.done) if memory else (1, 0)
        self._path: Snapshot = memory.path if memory else ()
        self._dirty: dict[int, Step] = {}
        self._told: tuple[int, int, int] = (self._first, self._number, memory.last if memory else 0)
        self._told_now: Snapshot = ()

    def push(self, step: Step) -> None:
        """Something was done; what was undone before cannot be redone any more."""
        self._undone.clear()
        if self._memory is not None:
            self._memory.forget_undone()
        self._number += 1
        step.number, step.previous = self._number, self._path
        self._done.append(step)
        self.went_on(step)
        self._first = max(self._first, self._number - self.KEPT + 1)
        while self._done and self._done[0].number < self._first:
            del self._done[0]

    def went_on(self, step: Step) -> None:
        """The last step is not what it was."""
        self._dirty[step.number] = step
        self._path = step.after.path

    def became(self, step: Step, deed: Deed) -> None:
        """A step is taken back, or done again, by another deed from now on."""
        if deed != step.deed:
            step.deed = deed
            self._dirty[step.number] = step

    def drain(self, now: Snapshot) -> HistoryChange | None:
        """What changed since the last call. `now`: the path as it is."""
        last = self._undone[0].number if self._undone else self._number
        if self._memory is not None and not self._undone:
            last = max(last, self._memory.last)
        told = (self._first, self._number, last)
        if not self._dirty and told == self._told and now == self._told_now:
            return None
        steps, self._dirty = tuple(self._dirty.values()), {}
        self._told, self._told_now = told, now
        return HistoryChange(tuple(replace(step) for step in steps), *told, self._path or now, now)

    def _recall(self) -> None:
        """Bring the steps of earlier days here, if they are not yet."""
        if self._memory is not None:
            done, undone = self._memory.steps()
            self._memory = None
            self._done[:0] = [step for step in done if step.number >= self._first]
            self._undone[:0] = undone

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
            self._recall()
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        self._number = step.number - 1
        self._path = step.previous or step.before.path
        return step

    def redo(self) -> Step | None:
        if not self._undone:
            self._recall()
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        self._number = step.number
        self._path = step.after.path
        return step

    def forget(self, nodes: Collection[NodeId], branches: Collection[BranchId]) -> None:
        """Let go of every step that needs one of these, which were deleted for good, and of what lies beyond it; of
        what was done to one of them meanwhile, only that something was done is left."""

        def needs(step: Step) -> bool:
            deed = step.deed
            path = (*step.before.path, *step.after.path, *(deed.heads if isinstance(deed, Reshaped) else ()))
            said = (*deed.before, *deed.after) if isinstance(deed, Rewritten) else ()
            pieces = chain(said, *(node.pieces for node in path))
            return any(node.id in nodes for node in path) or any(piece.branch in branches for piece in pieces)

        self._recall()
        for steps in (self._done, self._undone):
            last = max((index for index, step in enumerate(steps) if needs(step)), default=-1)
            del steps[: last + 1]
        for step in (*self._done, *self._undone):
            if step.deed is not None:
                self.became(step, of_gone(step.deed, nodes))
        self._first = self._done[0].number if self._done else self._number + 1
        for step in (*self._done[:1], *(self._undone[-1:] if not self._done else ())):
            step.previous = ()
            self._dirty[step.number] = step
        self._dirty = {step.number: step for step in (*self._done, *self._undone) if step.number in self._dirty}
        self._path = self._done[-1].after.path if self._done else ()
