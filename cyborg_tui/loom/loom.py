"""A loom: one document, as a tree with one manuscript in view, written, branched, chosen and taken back."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cyborg_tui.loom import deeds
from cyborg_tui.loom.alternatives import AlternativesUnderWay
from cyborg_tui.loom.changes import Changes, Place
from cyborg_tui.loom.editing import Edit, in_order
from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, Finish, ModelIdentity, NodeId, TokenRecord, decode
from cyborg_tui.loom.history import History, Memory, Step, StepKind, View
from cyborg_tui.loom.log import Log
from cyborg_tui.loom.manuscript import Manuscript, Spot
from cyborg_tui.loom.path import Snapshot
from cyborg_tui.loom.piece import length, typed
from cyborg_tui.loom.places import Places, Stop
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.taking import begins_with
from cyborg_tui.loom.tree import ROOT, BrokenTree, Tree
from cyborg_tui.loom.turn import Turn

__all__ = ["Chosen", "Loom"]

CHOSEN = "chosen"
"""The mode of a fan whose only branch is made of tokens that the person chose."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Tokens that a model might have drawn, and the person chose."""

    model: ModelIdentity
    tokens: tuple[TokenRecord, ...]
    data: bytes
    """What they stand for."""
    alternatives: bytes
    """To each of them, as `alternatives.pack` has them."""


class Loom:
    """Everything a person can do to one document. Synchronous and in memory; `changes` is what there is to save."""

    def __init__(
        self,
        tree: Tree | None = None,
        place: Place | None = None,
        places: Places | None = None,
        clock: Callable[[], float] = time.time,
        recollect: Callable[[Snapshot], Memory | None] | None = None,
    ) -> None:
        self.tree = tree or Tree()
        here = place if place is not None and place.node in self.tree else Place(ROOT)
        self.manuscript = Manuscript(self.tree, here.node)
        self.cursor = min(here.cursor, len(self.manuscript))
        self.spot: Spot | None = None
        self.highlighted = here.highlighted
        """The index of the branch that the person looks at, among those of the fan in view that are not hidden."""
        self.places = places or Places()
        """Where one has been, to go back and forward among."""
        self._saved_places = self.places
        self.alternatives = AlternativesUnderWay()
        self._history = History(None if recollect is None else recollect(self.manuscript.snapshot()))
        self._clock = clock
        self.log = Log(self.manuscript, lambda: self.now)
        if here.fan is not None and self.tree.has_fan(here.fan):
            self.show_fan(here.fan)

    @property
    def text(self) -> str:
        return self.manuscript.text

    @property
    def fan_in_view(self) -> Fan | None:
        """The fan in the branch pane, if the place from which it was made is on the path."""
        return None if self.spot is None or self.spot.fan is None else self.tree.fan(self.spot.fan)

    def write(self, start: int, end: int, text: str) -> None:
        """The person's edit: `text` in place of the characters from `start` to `end`."""
        now = self._clock()
        removed = end - start
        running = self._history.running(start, end, text, now)
        before = self.view()
        self.manuscript.edit(start, end, typed(text), now)
        self.cursor = start + len(text)
        self._keep_spot()
        if running is None:
            running = Step(StepKind.WRITING, before, before, now)
            self._history.push(running)
        running.after, running.at = self.view(), now
        self._history.went_on(running)
        running.written += removed + len(text)
        running.ends_at = self.cursor if not text.endswith("\n") else -1
        turn = Turn(len(self.manuscript) + removed - len(text), start, end, typed(text))
        self.log.write(EventKind.EDITED, amount=len(text) - removed, turn=turn)

    def rewrite(self, edits: Sequence[Edit]) -> int:
        """Several of the person's edits as one, none overlapping another. Returns how many changed something. Raises
        ValueError."""
        edits = in_order(edits, len(self.manuscript))
        if edits:
            now = self._clock()
            before, old_length = self.view(), len(self.manuscript)
            self.manuscript.edit_all(edits, now)
            self.cursor = edits[0].start + len(edits[0].text)
            self._keep_spot()
            self.done(StepKind.WRITING, before)
            self.log.write(EventKind.EDITED, amount=len(self.manuscript) - old_length)
        return len(edits)

    def fan(self, model: ModelIdentity, settings: FanSettings, seed: int, mode: str = "batched") -> Fan:
        """A new fan at the cursor, its branches still to grow. It is shown."""
        now = self._clock()
        fan = self.manuscript.fan(self.cursor, model, settings, seed, now, mode=mode)
        self.spot = Spot(fan.context, self.cursor, fan.id)
        self.log.write(EventKind.GENERATED, node=fan.context, fan=fan.id)
        return fan

    def choose(self, offset: int, chosen: Chosen, seed: int) -> None:
        """A new branch that begins at this offset with what the person chose; it ends the manuscript. What stood
        from there on stays in the tree, where it was."""
        now = self._clock()
        before = self.view()
        settings = FanSettings(width=1, max_tokens=len(chosen.tokens))
        fan = self.manuscript.fan(offset, chosen.model, settings, seed, now, mode=CHOSEN)
        (branch,) = self.tree.branches(fan.id)
        self.grow(branch.id, decode(chosen.data), 0, chosen.tokens, seed, alternatives=chosen.alternatives)
        self.finish(branch.id, Finish.TOKENS)
        self.tree.look(branch.id)
        self.manuscript.go(branch.node)
        self.cursor, self.spot = len(self.manuscript), None
        self.done(StepKind.MOVE, before)
        self.log.write(EventKind.GENERATED, node=fan.context, fan=fan.id)
        amount = len(self.tree.node(branch.node))
        self.log.write(EventKind.TAKEN, node=branch.node, fan=fan.id, branch=branch.id, amount=amount)

    def widen(self, fan: FanId, by: int) -> Fan:
        """More branches for a fan, still to grow."""
        return self.tree.widen(fan, by, self._clock())

    def grow(
        self,
        branch: BranchId,
        text: str,
        healed: int,
        tokens: Sequence[TokenRecord],
        seed: int,
        *,
        alternatives: bytes = b"",
    ) -> None:
        """A branch goes on. `alternatives`: to these tokens, as `alternatives.pack` has them."""
        self.tree.grow(branch, text, healed, tokens, seed)
        self.alternatives.add(branch, alternatives, len(tokens))

    def finish(self, branch: BranchId, finish: Finish) -> None:
        self.tree.finish(branch, finish)
        self.alternatives.end(branch)

    def look(self, branch: BranchId) -> None:
        """The person looked at this branch."""
        if not self.tree.branch(branch).looked:
            self.tree.look(branch)
            self.log.write(EventKind.LOOKED, fan=self.tree.branch(branch).fan, branch=branch)

    def take(self, branch: BranchId, upto: int | None = None) -> None:
        """Take a branch of the fan in view, or its first `upto` characters. Another one taken there before is left."""
        spot = self._spot_of(branch)
        now = self._clock()
        before = self.view()
        drawn = self.tree.branch(branch)
        if upto is not None and upto >= len(drawn.text) - drawn.healed:
            upto = None
        taken = self.taken_from(spot)
        if taken is not None and (taken.id != branch or not self._goes_on(spot, taken)):
            self.manuscript.untake(spot, now)
        self.cursor = self.manuscript.take(branch, spot.node, now, upto)
        self.look(branch)
        amount = self.cursor - spot.offset
        self.done(StepKind.TAKE, before)
        self.log.write(EventKind.TAKEN, node=drawn.node, fan=drawn.fan, branch=branch, amount=amount)

    def taken_from(self, spot: Spot) -> Branch | None:
        """The branch of the spot's fan that is on the path, whole or in part."""
        path = self.manuscript.path
        index = self.manuscript.index_of(spot.node)
        if spot.fan is None or index is None or index + 1 >= len(path):
            return None
        following = path[index + 1]
        for branch in self.tree.branches(spot.fan):
            carried = following.carries is not None and begins_with(following, branch.id)
            if self.tree.is_part_of(following.id, branch.id) or carried:
                return branch
        return None

    def taken_length(self, spot: Spot, branch: Branch) -> int:
        """How many characters of the branch, from its start, are on the path."""
        pieces = self.manuscript.pieces_between(spot.offset, spot.offset + len(branch.text) - branch.healed)
        if not pieces or pieces[0].branch != branch.id or pieces[0].start != branch.healed:
            return 0
        return length(pieces[:1])

    def parent(self) -> bool:
        """Back to the context of the last take before the cursor, its fan in view. False at the beginning."""
        spot = self.manuscript.taken(self.cursor)
        if spot is None:
            return False
        now = self._clock()
        before = self.view()
        self.places = self.places.left(self.here)
        self.manuscript.untake(spot, now)
        self.spot, self.cursor = spot, spot.offset
        self.done(StepKind.MOVE, before)
        self.log.write(EventKind.MOVED, node=spot.node)
        return True

    def go(self, node: NodeId, cursor: int | None = None) -> None:
        """Make the path to `node` the manuscript; the cursor goes to its end, and the last fan made there, or the one
        it is of, comes into view. Nothing is lost: what is left stays where it is."""
        here = self.here
        self.arrive(node, cursor)
        self.places = self.places.left(here)

    def arrive(self, node: NodeId, cursor: int | None = None) -> None:
        """As `go`, without remembering where one came from."""
        before = self.view()
        self.manuscript.go(node)
        self.cursor = len(self.manuscript) if cursor is None else min(cursor, len(self.manuscript))
        self.spot = None
        branch = self.tree.node(node).branch
        fans = self.tree.fans_at(node) or (() if branch is None else (self.tree.branch(branch).fan,))
        if fans:
            self.show_fan(max(fans))
        self.done(StepKind.MOVE, before)
        self.log.write(EventKind.MOVED, node=node)
        if branch is not None:
            self.look(branch)

    @property
    def now(self) -> float:
        """Seconds since 1970, UTC."""
        return self._clock()

    @property
    def here(self) -> Stop:
        return Stop(self.manuscript.leaf, self.cursor)

    def move_cursor(self, offset: int) -> None:
        self.cursor = max(0, min(offset, len(self.manuscript)))

    def show_fan(self, fan: FanId) -> bool:
        """Put a fan in view that was made somewhere on the path. False if it was not, or cannot be read."""
        try:
            self.tree.load([branch.node for branch in self.tree.branches(fan)])
        except BrokenTree:
            return False
        for index in range(len(self.manuscript.path) - 1, -1, -1):
            node = self.manuscript.path[index].id
            if fan in self.tree.fans_at(node):
                self.spot = Spot(node, self.manuscript.end_of(index), fan)
                return True
        return False

    def undo(self) -> bool:
        """Take the last step back. Everything generated stays in the tree."""
        step = self._history.undo()
        if step is None:
            return False
        self._return(step.before, step, undoing=True)
        self.log.write(EventKind.UNDONE, note=step.kind.value)
        return True

    def redo(self) -> bool:
        step = self._history.redo()
        if step is None:
            return False
        self._return(step.after, step, undoing=False)
        self.log.write(EventKind.REDONE, note=step.kind.value)
        return True

    @property
    def place(self) -> Place:
        fan = self.spot.fan if self.spot else None
        tree = self.tree
        used = (tree.next_node, tree.next_fan, tree.next_branch)
        return Place(self.manuscript.leaf, self.cursor, fan, self.highlighted, *used)

    def changes(self) -> Changes:
        """What changed since the last call, with the events that changed it."""
        places = None if self.places is self._saved_places else self.places
        self._saved_places = self.places
        alternatives = self.alternatives.drain()
        history = self._history.drain(self.manuscript.snapshot())
        changes = self.log.drain(self.tree.drain())
        return replace(changes, place=self.place, places=places, alternatives=alternatives, history=history)

    def _goes_on(self, spot: Spot, taken: Branch) -> bool:
        """Whether more of a branch taken in part can follow: nothing of its fan, edited or not, stands further on."""
        end = spot.offset + self.taken_length(spot, taken)
        rest = self.manuscript.pieces_between(end, len(self.manuscript))
        siblings = self.tree.fan(taken.fan).branches
        return end > spot.offset and not any(piece.branch in siblings for piece in rest)

    def _spot_of(self, branch: BranchId) -> Spot:
        fan = self.tree.branch(branch).fan
        if (self.spot is None or self.spot.fan != fan) and not self.show_fan(fan):
            raise ValueError(f"the fan of branch {branch} is not on the path")
        assert self.spot is not None
        return self.spot

    def _keep_spot(self) -> None:
        """After an edit the fan in view stays only if its context is still on the path."""
        spot = self.spot
        if spot is not None and spot.fan is not None:
            index = self.manuscript.index_of(spot.node)
            if index is not None and spot.fan in self.tree.fans_at(spot.node):
                self.spot = Spot(spot.node, self.manuscript.end_of(index), spot.fan)
                return
            self.spot = None
            self.show_fan(spot.fan)

    def _return(self, view: View, step: Step, *, undoing: bool) -> None:
        if step.deed is not None:
            if isinstance(step.deed, deeds.Marked):
                self.manuscript.cut_again(step.deed.after.facts.node, view.path)
            then = deeds.undo if undoing else deeds.redo
            self._history.became(step, then(self.tree, step.deed, self.manuscript.leaf, self._clock()))
            self.manuscript.refresh()
            if not isinstance(step.deed, deeds.Marked) and not self.manuscript.is_as(view.path):
                self.manuscript.reach(view.path, self._clock())
        else:
            dropping = undoing and step.kind is not StepKind.MOVE
            made = (
                [node.id for node in reversed(step.after.path) if node.id >= step.before.next_node] if dropping else ()
            )
            self.manuscript.reach(view.path, self._clock(), made)
        self.cursor = min(view.cursor, len(self.manuscript))
        self.spot = None
        if view.fan is not None:
            self.show_fan(view.fan)

    # what the garden is made of, too

    def view(self) -> View:
        """What the person has before them now."""
        return View(self.manuscript.snapshot(), self.cursor, self.spot.fan if self.spot else None, self.tree.next_node)

    def done(self, kind: StepKind, before: View, deed: deeds.Deed | None = None) -> None:
        """Something was done that one undo takes back."""
        self._history.push(Step(kind, before, self.view(), self._clock(), deed))

    def forget(self, nodes: frozenset[NodeId], branches: frozenset[BranchId]) -> None:
        """These were deleted for good: nothing leads back to them."""
        self._history.forget(nodes, branches)
        self.places = self.places.without(nodes)

    def follow_tree(self) -> None:
        """After the tree changed beside the manuscript."""
        self.manuscript.refresh()
        self.cursor = min(self.cursor, len(self.manuscript))
        self._keep_spot()
