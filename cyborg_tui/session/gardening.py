"""What a screen asks of the tree as a whole. Each change stops what the model does, is saved, and is told."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from cyborg_tui.loom.errors import DAMAGED, NotPossible
from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.overview import Overview
from cyborg_tui.loom.places import Places
from cyborg_tui.loom.pruning import Prunable
from cyborg_tui.loom.tree import BrokenTree

__all__ = ["Gardening"]


class Gardening:
    """A loom's garden, kept. Methods raise NotPossible, whose message is for the person, and have done nothing then;
    also where a part of a large loom is damaged, which shows when it is asked for."""

    def __init__(self, loom: Loom, stop: Callable[[], None], changed: Callable[[], None]) -> None:
        self._garden = Garden(loom)
        self._loom, self._stop, self._changed = loom, stop, changed

    @property
    def overview(self) -> Overview:
        """The tree as it is shown."""
        return self._garden.overview

    @property
    def places(self) -> Places:
        """Where one has been."""
        return self._loom.places

    @property
    def unread(self) -> tuple[FanId, ...]:
        """Fans along the path of whose branches none was looked at."""
        with _in_words():
            return self._garden.unread

    def last_child(self, node: NodeId) -> NodeId | None:
        """The child through which one went last; else the first in sight."""
        with _in_words():
            return self._garden.last_child(node)

    def drawn_after_other_words(self, fan: FanId) -> bool:
        """Whether what stood before a fan was rewritten since."""
        with _in_words():
            return self._garden.drawn_after_other_words(fan)

    @property
    def prunable(self) -> Prunable:
        """What `purge` would delete now: to ask with."""
        with _in_words():
            return self._garden.prunable

    def go(self, node: NodeId) -> None:
        """Make the path to a node the manuscript, the cursor at its end."""
        with self._change():
            self._garden.go(node)

    def back(self) -> bool:
        """To the place where one was before. False if there is none."""
        with self._change():
            return self._garden.back()

    def forward(self) -> bool:
        """To the place from which one went back. False if there is none."""
        with self._change():
            return self._garden.forward()

    def hide(self, node: NodeId, *, hidden: bool = True) -> None:
        with self._change():
            self._garden.hide(node, hidden=hidden)

    def bookmark(self, node: NodeId, *, bookmarked: bool = True) -> None:
        with self._change():
            self._garden.bookmark(node, bookmarked=bookmarked)

    def name(self, node: NodeId, name: str) -> None:
        """Give a node a title; an empty one takes it away."""
        with self._change():
            self._garden.name(node, name)

    def note(self, node: NodeId, note: str) -> None:
        with self._change():
            self._garden.note(node, note)

    def tag(self, node: NodeId, tags: Iterable[str]) -> None:
        """The tags of a node, instead of those it had."""
        with self._change():
            self._garden.tag(node, tags)

    def move(self, node: NodeId, by: int) -> bool:
        """Move a node up (-1) or down (+1) among its siblings. False if it is at the end already."""
        with self._change():
            return self._garden.move(node, by)

    def split(self, node: NodeId, at: int) -> NodeId:
        """Cut a node after `at` characters. Returns the new node above; the part below keeps the id."""
        with self._change():
            return self._garden.split(node, at)

    def join(self, node: NodeId) -> NodeId:
        """Make the chain of only children around a node one. Returns the node that it is now."""
        with self._change():
            return self._garden.join(node)

    def rewrite(self, node: NodeId, text: str) -> None:
        """Rewrite everywhere: change a node's text under all its branches."""
        with self._change():
            self._garden.rewrite(node, text)

    def purge(self) -> Prunable:
        """Delete what is hidden for good; it cannot be undone. Returns what went."""
        with self._change():
            return self._garden.purge()

    @contextmanager
    def _change(self) -> Iterator[None]:
        self._stop()
        with _in_words():
            yield
        self._changed()


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except BrokenTree:
        raise NotPossible(DAMAGED) from None
