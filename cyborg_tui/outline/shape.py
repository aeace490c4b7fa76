"""How the tree falls into lines: texts that go straight on, and others that part from them on the way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.loom.overview import Overview
from cyborg_tui.loom.tree import Tree

__all__ = ["Group", "Line", "Run", "Sight", "complete", "fan_of", "groups_beside", "line_from"]


@dataclass(slots=True, eq=False)
class Run:
    """One row: a chain of only children, read as one text."""

    line: "Line"
    index: int
    """In its line."""
    nodes: tuple[NodeId, ...]
    follows: NodeId | None
    """The child with which the line goes on."""
    beside: tuple[NodeId, ...]
    """The other children: each begins a line that parts from this one here."""
    groups: "list[Group] | None" = None
    """The lines of those, once they are asked for."""

    @property
    def end(self) -> NodeId:
        return self.nodes[-1]


@dataclass(slots=True, eq=False)
class Group:
    """Lines that part at one place and belong together: those of a fan, or those of none."""

    run: Run
    fan: FanId | None
    lines: "list[Line]" = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Line:
    """Runs that follow one another. Where it forks it goes on with the current path, else with the largest part."""

    group: Group | None
    """Where it parts from another; None for the one that begins the outline."""
    runs: list[Run] = field(default_factory=list)
    offsets: list[int] | None = None
    """Rows down to the end of each run, as long as they are known."""

    @property
    def head(self) -> NodeId:
        return self.runs[0].nodes[0]

    @property
    def goes_on(self) -> bool:
        return len(self.runs) > 1 or self.runs[0].follows is not None


class Sight:
    """Which nodes are seen, and how they follow one another."""

    def __init__(
        self,
        tree: Tree,
        path: Sequence[NodeId],
        *,
        hidden: bool = False,
        only: Collection[NodeId] | None = None,
        alone: Collection[NodeId] = (),
    ) -> None:
        """`path`: the current one. `hidden`: whether hidden nodes are seen. `only`: the nodes that are seen; None for
        all. `alone`: those that are a row of their own."""
        self.tree = tree
        self.path = path
        self.hidden = hidden
        self._on_path = frozenset(path)
        self._only = only
        self._overview = Overview(tree)
        self._alone = alone
        self._weights: dict[NodeId, int] = {}

    def is_on_path(self, node: NodeId) -> bool:
        return node in self._on_path

    def children(self, node: NodeId) -> list[NodeId]:
        """Those that are seen, in their order."""
        return [child for child in self._overview.children(node) if self.sees(child)]

    def sees(self, node: NodeId) -> bool:
        """Whether this node is seen, if its parent is."""
        if self._only is not None and node not in self._only:
            return False
        return self.hidden or node in self._on_path or not self.tree.node(node).hidden

    def chain(self, start: NodeId) -> tuple[tuple[NodeId, ...], list[NodeId]]:
        """The nodes of the run that begins here, and the children of its last one."""
        nodes = [start]
        while True:
            children = self.children(nodes[-1])
            if len(children) != 1 or self._ends(nodes[-1]) or children[0] in self._alone:
                return tuple(nodes), children
            nodes.append(children[0])

    def onward(self, children: Sequence[NodeId]) -> NodeId | None:
        """The child with which a line goes on; None if it ends in leaves that are all alike."""
        if len(children) <= 1:
            return children[0] if children else None
        for child in children:
            if child in self._on_path:
                return child
        heaviest = max(children, key=self.weight)
        return heaviest if self.weight(heaviest) > 1 else None

    def weight(self, node: NodeId) -> int:
        """How many nodes hang on this one, itself among them."""
        found = self._weights.get(node)
        if found is None:
            order = [node]
            for at in order:
                order += [child for child in self.tree.children(at) if child not in self._weights]
            for at in reversed(order):
                self._weights[at] = 1 + sum(self._weights[child] for child in self.tree.children(at))
            found = self._weights[node]
        return found

    def _ends(self, node: NodeId) -> bool:
        """Whether a row ends with this node even if only one follows: it is a place that one may want to come to."""
        if node in self._alone or node == self.path[-1]:
            return True
        carries = self.tree.node(node).carries is not None
        return self.tree.is_marked(node) or (carries and bool(self.tree.fans_at(node)))


def line_from(sight: Sight, head: NodeId, group: Group | None) -> Line:
    """A line, of which only the first run is made."""
    line = Line(group)
    _add_run(sight, line, head)
    return line


def complete(sight: Sight, line: Line) -> list[Run]:
    """Make the runs of a line that are not made yet, and return those."""
    made = []
    while (follows := line.runs[-1].follows) is not None:
        made.append(_add_run(sight, line, follows))
    return made


def _add_run(sight: Sight, line: Line, start: NodeId) -> Run:
    nodes, children = sight.chain(start)
    follows = sight.onward(children)
    run = Run(line, len(line.runs), nodes, follows, tuple(child for child in children if child != follows))
    line.runs.append(run)
    return run


def groups_beside(sight: Sight, run: Run) -> list[Group]:
    """The lines that part at the end of a run, by fan, in the order in which each fan is first met."""
    if run.groups is None:
        groups: dict[FanId | None, Group] = {}
        for child in run.beside:
            fan = fan_of(sight.tree, child)
            there = groups.setdefault(fan, Group(run, fan))
            there.lines.append(line_from(sight, child, there))
        run.groups = list(groups.values())
    return run.groups


def fan_of(tree: Tree, node: NodeId) -> FanId | None:
    """The fan of which this node is a branch, or the beginning of one."""
    branch = tree.branch_of(node)
    if branch is None or tree.fan(tree.branch(branch).fan).context != tree.parent(node):
        return None
    return tree.branch(branch).fan
