"""The tree as a garden: gone about in, marked, arranged, reshaped and pruned. What can be undone is one step."""

from collections.abc import Iterable
from dataclasses import replace

from cyborg_tui.loom import pruning, reshaping
from cyborg_tui.loom.deeds import Deed, Marked, Rewritten, mark_of
from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.facts import Facts
from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.history import StepKind, View
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.overview import Overview
from cyborg_tui.loom.pruning import Prunable
from cyborg_tui.loom.tree import ROOT

__all__ = ["Garden"]


class Garden:
    """What a person does to the tree as a whole, beside writing and taking. Raises NotPossible, and has done nothing
    then."""

    def __init__(self, loom: Loom) -> None:
        self._loom = loom
        self._tree = loom.tree
        self.overview = Overview(loom.tree)

    # going about

    def go(self, node: NodeId) -> None:
        """Make the path to a node the manuscript. The text that is left stays where it is."""
        if node not in self._tree:
            raise NotPossible("That place is gone.")
        if node != self._loom.manuscript.leaf:
            self._loom.go(node)

    def back(self) -> bool:
        """To the place where one was before. False if there is none."""
        while self._loom.places.behind:
            stop, self._loom.places = self._loom.places.back(self._loom.here)
            if stop.node in self._tree and stop.node != self._loom.manuscript.leaf:
                self._loom.arrive(stop.node, stop.cursor)
                return True
        return False

    def forward(self) -> bool:
        """To the place from which one went back. False if there is none."""
        while self._loom.places.ahead:
            stop, self._loom.places = self._loom.places.forward(self._loom.here)
            if stop.node in self._tree and stop.node != self._loom.manuscript.leaf:
                self._loom.arrive(stop.node, stop.cursor)
                return True
        return False

    def last_child(self, node: NodeId) -> NodeId | None:
        """The child through which one went last; else the first that is in sight; None if there is none."""
        loom, tree = self._loom, self._tree
        for stop in (loom.here, *reversed(loom.places.behind), *loom.places.ahead):
            if stop.node in tree:
                below: NodeId | None = None
                for at in tree.ancestors(stop.node):
                    if at == node and below is not None:
                        return below
                    below = at
        return next((child for child in self.overview.children(node) if not tree.node(child).hidden), None)

    @property
    def unread(self) -> tuple[FanId, ...]:
        """Fans along the path of whose branches none was looked at."""
        fans = (fan for node in self._loom.manuscript.path for fan in self._tree.fans_at(node.id))
        return tuple(fan for fan in dict.fromkeys(fans) if self.overview.is_unread(fan))

    # marking

    def hide(self, node: NodeId, *, hidden: bool = True) -> None:
        """Take a node, and all that is below it, out of sight; or bring it back."""
        self._mark(node, EventKind.HIDDEN, "" if hidden else "no more", hidden=hidden)

    def bookmark(self, node: NodeId, *, bookmarked: bool = True) -> None:
        self._mark(node, EventKind.BOOKMARKED, "" if bookmarked else "no more", bookmarked=bookmarked)

    def name(self, node: NodeId, name: str) -> None:
        """Give a node a title; an empty one takes it away."""
        self._say(replace(self._tree.facts(node), name=name.strip()), EventKind.NAMED, name.strip())

    def note(self, node: NodeId, note: str) -> None:
        """Say something of a node that is no part of the text."""
        self._say(replace(self._tree.facts(node), note=note.strip()), EventKind.NOTED, note.strip())

    def tag(self, node: NodeId, tags: Iterable[str]) -> None:
        """The tags of a node, instead of those it had; each once, in the order given."""
        wanted = tuple(dict.fromkeys(filter(None, (" ".join(tag.split()) for tag in tags))))
        self._say(replace(self._tree.facts(node), tags=wanted), EventKind.TAGGED, ", ".join(wanted))

    def move(self, node: NodeId, by: int) -> bool:
        """Move a node up (-1) or down (+1) among its siblings. False if it is at the end already."""
        parent = self._tree.parent(node)
        if parent is None:
            return False
        order = [*self.overview.children(parent)]
        index = order.index(node)
        there = max(0, min(len(order) - 1, index + by))
        if there == index:
            return False
        order.insert(there, order.pop(index))
        self._say(replace(self._tree.facts(parent), order=tuple(order)), EventKind.ARRANGED, node=node)
        return True

    # framing

    def frame(self, offset: int, frame: Frame) -> None:
        """What conditions the model from an offset of the manuscript on, for everything below; an empty frame takes
        that away. The text up to there is frozen, so that the frame keeps its place."""
        node = self._loom.manuscript.place(offset)
        facts = self._tree.facts(node)
        settled = facts.settled or (node != ROOT and bool(frame))
        self._say(replace(facts, frame=frame or None, settled=settled), EventKind.FRAMED)
        self._loom.follow_tree()

    # reshaping

    def split(self, node: NodeId, at: int) -> NodeId:
        """Cut a node after `at` characters. Returns the new node above; the part below keeps the id."""
        before = self._loom.view()
        done = reshaping.split(self._tree, node, at)
        self._reshaped(before, done)
        self._loom.log.write(EventKind.SPLIT, node=node, amount=at)
        return done.heads[0].id

    def join(self, node: NodeId) -> NodeId:
        """Make the chain of only children around a node one. Returns the node that it is now."""
        before = self._loom.view()
        done = reshaping.join(self._tree, node, self._loom.manuscript.leaf)
        self._reshaped(before, done)
        self._loom.log.write(EventKind.JOINED, node=done.tail, amount=len(done.heads) + 1)
        return done.tail

    def rewrite(self, node: NodeId, text: str) -> None:
        """Rewrite everywhere: change a node's text under all its branches.

        From then on the ids of this node and of all below it stand for other texts. Branches keep their text, their
        tokens and the probabilities these had, though they were drawn after other words: `drawn_after_other_words`
        says of which fans that is so.
        """
        before = self._loom.view()
        done = reshaping.rewrite(self._tree, node, text, self._loom.now)
        self._reshaped(before, done)
        self._loom.log.write(EventKind.REWRITTEN, node=node, amount=len(text))

    def drawn_after_other_words(self, fan: FanId) -> bool:
        """Whether what stood before a fan was rewritten since: its probabilities are of other words."""
        tree = self._tree
        drawn = tree.fan(fan)
        rewritten = (tree.facts(node).rewritten_at for node in tree.ancestors(drawn.context))
        return any(at is not None and at >= drawn.made_at for at in rewritten)

    # pruning

    @property
    def prunable(self) -> Prunable:
        """What `purge` would delete now."""
        return pruning.prunable(self._tree, {node.id for node in self._loom.manuscript.path})

    def purge(self) -> Prunable:
        """Delete what is hidden for good, but for what is needed elsewhere. It cannot be undone. Returns what went."""
        went = self.prunable
        if went.nodes:
            branches = pruning.prune(self._tree, went.nodes)
            self._loom.forget(went.nodes, branches)
            self._loom.follow_tree()
            self._loom.log.write(EventKind.PURGED, amount=len(went.nodes))
        return went

    def _mark(
        self,
        node: NodeId,
        kind: EventKind,
        note: str,
        *,
        hidden: bool | None = None,
        bookmarked: bool | None = None,
    ) -> None:
        if node == ROOT:
            raise NotPossible("The beginning has no marks.")
        before, old = self._loom.view(), mark_of(self._tree, node)
        self._tree.mark(node, hidden=hidden, bookmarked=bookmarked)
        self._marked(before, Marked(old, mark_of(self._tree, node)))
        self._loom.log.write(kind, node=node, note=note)

    def _say(self, facts: Facts, kind: EventKind, note: str = "", node: NodeId | None = None) -> None:
        before, old = self._loom.view(), mark_of(self._tree, facts.node)
        self._tree.put_facts(facts)
        self._marked(before, Marked(old, mark_of(self._tree, facts.node)))
        self._loom.log.write(kind, node=facts.node if node is None else node, note=note)

    def _marked(self, before: View, deed: Marked) -> None:
        if deed.before != deed.after:
            self._loom.done(StepKind.MARK, before, deed)

    def _reshaped(self, before: View, deed: Deed) -> None:
        self._loom.follow_tree()
        self._loom.done(StepKind.REWRITING if isinstance(deed, Rewritten) else StepKind.SHAPE, before, deed)
