"""Steps of the history as they are kept: of two paths that follow one another, only what differs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from cyborg_tui.loom.deeds import Deed, Marked, Reshaped, Rewritten
from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.loom.history import Step, StepKind, View
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.path import Snapshot
from cyborg_tui.loom.shared import difference

__all__ = ["KeptHistory", "KeptStep", "PathChange", "Recollection", "change_of", "kept"]


@dataclass(frozen=True, slots=True)
class Part:
    """A node of one of two paths. Of pieces that it has in common with the same node on the other path, only how many:
    at its beginning, and at its end."""

    node: Node
    leading: int = 0
    trailing: int = 0


@dataclass(frozen=True, slots=True)
class PathChange:
    """What makes one path of another, and the other way round: from the node at `start` on, one run of nodes for
    another."""

    start: int
    old: tuple[Part, ...] = ()
    new: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A view without its path."""

    cursor: int
    fan: FanId | None
    next_node: NodeId


@dataclass(frozen=True, slots=True)
class KeptStep:
    """A step, told from the one before it."""

    kind: StepKind
    at: float
    before: Glimpse
    after: Glimpse
    link: PathChange
    """From the path after the step before to the path before this one."""
    change: PathChange
    """From the path before this step to the path after it."""
    marked: Marked | None = None
    reshaped: Reshaped | None = None
    rewritten: Rewritten | None = None


def change_of(old: Snapshot, new: Snapshot) -> PathChange:
    start, old_end, new_end = difference(old, new)
    was, now = old[start:old_end], new[start:new_end]
    return PathChange(start, _parts(was, now), _parts(now, was))


def applied(change: PathChange, old: Snapshot) -> Snapshot:
    """The new path. Raises IndexError, KeyError, ValueError if the change is of another one."""
    return _exchanged(old, change.start, change.old, change.new)


def taken_back(change: PathChange, new: Snapshot) -> Snapshot:
    """The old path."""
    return _exchanged(new, change.start, change.new, change.old)


def kept(step: Step) -> KeptStep:
    before, after, deed = step.before, step.after, step.deed
    return KeptStep(
        step.kind,
        step.at,
        Glimpse(before.cursor, before.fan, before.next_node),
        Glimpse(after.cursor, after.fan, after.next_node),
        change_of(step.previous or before.path, before.path),
        change_of(before.path, after.path),
        deed if isinstance(deed, Marked) else None,
        deed if isinstance(deed, Reshaped) else None,
        deed if isinstance(deed, Rewritten) else None,
    )


def recalled(number: int, kept: KeptStep, before: Snapshot, after: Snapshot, previous: Snapshot) -> Step:
    deed: Deed | None = kept.marked or kept.reshaped or kept.rewritten
    views = _view(kept.before, before), _view(kept.after, after)
    return Step(kept.kind, *views, kept.at, deed, number=number, previous=previous)


def _view(glimpse: Glimpse, path: Snapshot) -> View:
    return View(path, glimpse.cursor, glimpse.fan, glimpse.next_node)


def _parts(nodes: Sequence[Node], others: Sequence[Node]) -> tuple[Part, ...]:
    there = {node.id: node for node in others}
    return tuple(_part(node, there.get(node.id)) for node in nodes)


def _part(node: Node, other: Node | None) -> Part:
    if other is None:
        return Part(node)
    start, end, _ = difference(node.pieces, other.pieces)
    return Part(replace(node, pieces=node.pieces[start:end]), start, len(node.pieces) - end)


def _exchanged(path: Snapshot, start: int, there: tuple[Part, ...], instead: tuple[Part, ...]) -> Snapshot:
    end = start + len(there)
    if [node.id for node in path[start:end]] != [part.node.id for part in there]:
        raise ValueError("another path")
    known = {node.id: node for node in path[start:end]}
    return (*path[:start], *(_whole(part, known.get(part.node.id)) for part in instead), *path[end:])


def _whole(part: Part, other: Node | None) -> Node:
    if other is None:
        return part.node
    pieces = other.pieces
    return replace(
        part.node, pieces=(*pieces[: part.leading], *part.node.pieces, *pieces[len(pieces) - part.trailing :])
    )


@dataclass(frozen=True, slots=True)
class KeptHistory:
    """What is kept of a history, without the steps themselves."""

    first: int
    done: int
    last: int
    anchor: PathChange
    """From the path after the last step done to the path as it was saved."""


class Recollection:
    """The steps of earlier days, read when they are needed."""

    def __init__(self, kept: KeptHistory, now: Snapshot, read: Callable[[], Mapping[int, KeptStep]]) -> None:
        """`now`: the path as it was opened. Raises ValueError if that is not as it was saved."""
        self.first, self.done, self.last = kept.first, kept.done, kept.last
        self.path = taken_back(kept.anchor, now)
        self._read = read

    def forget_undone(self) -> None:
        self.last = self.done

    def steps(self) -> tuple[list[Step], list[Step]]:
        """What cannot be read, and what lies beyond it, is forgotten."""
        kept = self._read()
        return list(reversed([*self._back(kept)])), list(reversed([*self._forward(kept)]))

    def _back(self, kept: Mapping[int, KeptStep]) -> Iterator[Step]:
        after = self.path
        with suppress(LookupError, ValueError):
            for number in range(self.done, self.first - 1, -1):
                before = taken_back(kept[number].change, after)
                previous = taken_back(kept[number].link, before)
                yield recalled(number, kept[number], before, after, previous)
                after = previous

    def _forward(self, kept: Mapping[int, KeptStep]) -> Iterator[Step]:
        previous = self.path
        with suppress(LookupError, ValueError):
            for number in range(self.done + 1, self.last + 1):
                before = applied(kept[number].link, previous)
                after = applied(kept[number].change, before)
                yield recalled(number, kept[number], before, after, previous)
                previous = after
