"""A loom put together from the rows of it that are left, so that it is sound again and keeps every word it can."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cyborg_tui.library.errors import UNREADABLE
from cyborg_tui.library.rows import Row, branch_from, facts_from, fan_from, node_from, place_from, places_from
from cyborg_tui.library.soundness import hangs_on
from cyborg_tui.loom.changes import Changes, Place
from cyborg_tui.loom.facts import Facts
from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId, Finish, ModelIdentity, NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.tree import ROOT, Tree

__all__ = ["GAP", "Remains", "Repair"]

GAP = "[…]"
"""Stands where words were that cannot be read any more."""
_UNKNOWN = ModelIdentity("unknown", "")
_Thing = TypeVar("_Thing")


@dataclass(slots=True)
class Remains:
    """The rows that are left of one loom."""

    nodes: list[Row] = field(default_factory=list)
    fans: list[Row] = field(default_factory=list)
    branches: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    trails: list[Row] = field(default_factory=list)
    chunks: dict[int, str] = field(default_factory=dict)
    """The texts of chunks, by their ids."""
    place: Row = (None,)


class Repair:
    """Puts a loom together: `changes` has all of it, `lost` counts the places where something was missing."""

    def __init__(self, remains: Remains, models: Mapping[int, Row]) -> None:
        """`models`: rows without their ids, by these."""
        self.lost = sum(row[3] not in models for row in remains.fans)
        self._branches = {branch.id: branch for branch in self._whole(remains.branches, _branch)}
        self._fans = {fan.id: fan for fan in self._whole(remains.fans, lambda row: _fan(row, models))}
        texts = {branch.id: branch.text for branch in self._branches.values()}
        nodes = self._whole(remains.nodes, lambda row: _node(row, texts, remains.chunks))
        self._nodes = {node.id: node for node in nodes}
        self._next_node = max([ROOT, *self._nodes, *(branch.node for branch in self._branches.values())]) + 1
        self._next_branch = max(self._branches, default=0) + 1
        self.lost += sum(piece.text == GAP for node in self._nodes.values() for piece in node.pieces)
        self._place = self._place_from(remains.place)
        self._facts = self._whole(remains.facts, _facts)
        self._places = next(iter(self._whole(remains.trails, lambda row: places_from(row[1]))), None)
        self._restore_branch_nodes()
        self._mend_nodes()
        self._mend_fans()
        self._mend_branches()
        self._fill_fans()

    @property
    def changes(self) -> Changes:
        """The whole loom."""
        place = self._place
        if place is None or place.node not in self._nodes:
            self.lost += place is not None
            place = Place(self._likeliest_end())
        place = replace(place, next_node=max(place.next_node, self._next_node))
        return Changes(
            nodes=tuple(self._nodes.values()),
            fans=tuple(self._fans.values()),
            branches=tuple(self._branches.values()),
            facts=tuple(facts for facts in self._facts if facts.node in self._nodes),
            place=place,
            places=self._places,
        )

    def _whole(self, rows: list[Row], decode: Callable[[Row], _Thing]) -> list[_Thing]:
        things = []
        for row in rows:
            try:
                things.append(decode(row))
            except (*UNREADABLE, AttributeError):
                self.lost += 1
        return things

    def _place_from(self, row: Row) -> Place | None:
        try:
            place = place_from(row)
            return place if place is None or all(_is_id(n) or n is None for n in row[:5]) else None
        except UNREADABLE:
            return None

    def _likeliest_end(self) -> NodeId:
        """The end of the longest text that the person wrote or took, as far as one can tell."""
        parents = {node.parent for node in self._nodes.values()}
        ends = [node.id for node in self._nodes.values() if node.branch is None or node.id in parents]
        lengths: dict[NodeId, int] = {ROOT: 0}
        for end in ends:
            path = [end]
            while path[-1] not in lengths:
                path.append(self._nodes[path[-1]].parent or ROOT)
            for node in reversed(path[:-1]):
                lengths[node] = lengths[self._nodes[node].parent or ROOT] + len(self._nodes[node])
        return max(ends, key=lambda end: (lengths[end], end), default=ROOT)

    def _restore_branch_nodes(self) -> None:
        """The text of a branch's own node is the branch's; but what was cut off it is not known any more. One that was
        purged has none."""
        for branch in self._branches.values():
            if not branch.purged and branch.node not in self._nodes:
                fan = self._fans.get(branch.fan)
                self._nodes[branch.node] = _own_node(branch, branch.node, fan.context if fan else ROOT)
                self.lost += 1

    def _mend_nodes(self) -> None:
        """Every node hangs on the root in the end; where a parent is missing, a gap stands for it."""
        nodes = self._nodes
        if ROOT in nodes and (nodes[ROOT].parent is not None or nodes[ROOT].pieces or nodes[ROOT].branch):
            self.lost += 1
            del nodes[ROOT]
        nodes.setdefault(ROOT, Node(ROOT, None))
        for fan in self._fans.values():
            self._stand_in_for(fan.context)
        for node in tuple(nodes.values()):
            if node.id != ROOT:
                self._stand_in_for(ROOT if node.parent is None else node.parent)
                nodes[node.id] = node if node.parent is not None else replace(node, parent=ROOT)
            if node.branch is not None and node.branch not in self._branches:
                nodes[node.id] = replace(nodes[node.id], branch=None)
                self.lost += 1
        self._break_circles()

    def _stand_in_for(self, missing: NodeId) -> None:
        if missing not in self._nodes:
            self._nodes[missing] = Node(missing, ROOT, (Piece(GAP),))
            self._next_node = max(self._next_node, missing + 1)
            self.lost += 1

    def _break_circles(self) -> None:
        sound: set[NodeId] = {ROOT}
        for start in tuple(self._nodes):
            path: list[NodeId] = []
            at = start
            while at not in sound:
                if at in path:
                    self._nodes[at] = replace(self._nodes[at], parent=ROOT)
                    self.lost += 1
                    break
                path.append(at)
                at = self._nodes[at].parent or ROOT
            sound.update(path)

    def _mend_fans(self) -> None:
        """A branch whose fan is missing gets one of an unknown model."""
        for branch in self._branches.values():
            if branch.fan not in self._fans:
                context = ROOT if branch.purged else self._nodes[branch.node].parent or ROOT
                self._fans[branch.fan] = Fan(branch.fan, context, _UNKNOWN, FanSettings(width=1), 0, 0.0)
                self.lost += 1

    def _mend_branches(self) -> None:
        """A branch whose node is another's, or hangs elsewhere, gets a new one."""
        tree = Tree(self._nodes.values())
        for branch in tuple(self._branches.values()):
            if branch.purged:
                continue
            context = self._fans[branch.fan].context
            node = self._nodes[branch.node]
            if node.branch == branch.id and hangs_on(tree, node.id, context):
                continue
            self.lost += 1
            for other in [other for other in self._nodes.values() if other.branch == branch.id]:
                self._nodes[other.id] = replace(other, branch=None)
            id = self._new_node()
            self._nodes[id] = _own_node(branch, id, context)
            self._branches[branch.id] = replace(branch, node=id)
        for node in tuple(self._nodes.values()):
            if node.branch is not None and self._branches[node.branch].node != node.id:
                self._nodes[node.id] = replace(node, branch=None)

    def _fill_fans(self) -> None:
        """Every fan has its branches, one after the other; those that are lost are empty."""
        members: dict[FanId, list[Branch]] = {fan: [] for fan in self._fans}
        for branch in sorted(self._branches.values(), key=lambda branch: (branch.index, branch.id)):
            members[branch.fan].append(branch)
        for fan in tuple(self._fans.values()):
            ids: list[BranchId] = []
            for branch in members[fan.id]:
                self._branches[branch.id] = replace(branch, index=len(ids))
                ids.append(branch.id)
            while len(ids) < fan.settings.width:
                ids.append(self._empty_branch(fan, len(ids)))
                self.lost += 1
            self._fans[fan.id] = replace(fan, branches=tuple(ids))

    def _empty_branch(self, fan: Fan, index: int) -> BranchId:
        node = self._new_node()
        branch = Branch(self._next_branch, fan.id, index, 0, node, finish=Finish.INTERRUPTED)
        self._next_branch += 1
        self._nodes[node] = Node(node, fan.context, branch=branch.id)
        self._branches[branch.id] = branch
        return branch.id

    def _new_node(self) -> NodeId:
        self._next_node += 1
        return self._next_node - 1


def _own_node(branch: Branch, id: NodeId, context: NodeId) -> Node:
    pieces = (Piece(branch.text[branch.healed :], branch.id, branch.healed),)
    return Node(id, context, pieces if pieces[0].text else (), branch=branch.id)


def _branch(row: Row) -> Branch:
    branch = branch_from(row)
    if not all(map(_is_id, (branch.id, branch.fan, branch.index, branch.seed, branch.node))):
        raise ValueError("no ids")
    if not _is_id(branch.healed) or branch.healed > len(branch.text):
        raise ValueError("it begins outside its text")
    return branch


def _fan(row: Row, models: Mapping[int, Row]) -> Fan:
    known = models.get(row[3])
    fan = fan_from(row, known or (b"unknown", b"", b"", 0, b"", b""), ())
    if not all(map(_is_id, (fan.id, fan.context, fan.seed))) or not _are((fan.made_at, float), (fan.mode, str)):
        raise ValueError("no ids")
    return fan


def _node(row: Row, texts: Mapping[BranchId, str], chunks: Mapping[int, str]) -> Node:
    node = node_from(row, texts, chunks, GAP)
    if not all(_is_id(id) or id is None for id in (node.parent, node.branch, node.carries)):
        raise ValueError("no ids")
    if not _is_id(node.id) or not _are((node.made_at, float)):
        raise ValueError("no id")
    return node


def _facts(row: Row) -> Facts:
    facts = facts_from(row)
    if not all(map(_is_id, (facts.node, *facts.order))) or not isinstance(facts.rewritten_at, (float, type(None))):
        raise ValueError("no ids")
    return facts


def _is_id(value: object) -> bool:
    return isinstance(value, int) and 0 <= value < 2**62


def _are(*values: tuple[object, type]) -> bool:
    """Whether each is of its type: SQLite gives what stands in the file."""
    return all(isinstance(value, kind) for value, kind in values)
