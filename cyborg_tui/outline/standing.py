"""What a place in the tree is to the person: where they are, what they took, and what they have not looked at."""

from enum import Enum

from cyborg_tui.loom.fan import Branch, NodeId
from cyborg_tui.loom.tree import Tree
from cyborg_tui.outline.shape import Sight, fan_of

__all__ = ["Standing", "branch_of", "is_unread", "standing"]


class Standing(Enum):
    HERE = "where you are"
    PATH = "on your path"
    TAKEN = "taken once"
    UNREAD = "unread"
    READ = "looked at"
    WRITTEN = "written"
    """By the person, or carried along with an edit of theirs."""


def standing(sight: Sight, nodes: tuple[NodeId, ...]) -> Standing:
    """What a run of nodes is."""
    first, last = nodes[0], nodes[-1]
    if last == sight.path[-1]:
        return Standing.HERE
    if sight.is_on_path(first):
        return Standing.PATH
    branch = branch_of(sight.tree, first)
    if branch is None:
        return Standing.WRITTEN
    if sight.tree.children(first):
        return Standing.TAKEN
    return Standing.READ if branch.looked else Standing.UNREAD


def is_unread(tree: Tree, node: NodeId) -> bool:
    """Whether this is a branch that was neither taken nor looked at."""
    branch = branch_of(tree, node)
    return branch is not None and not branch.looked and not tree.children(node)


def branch_of(tree: Tree, node: NodeId) -> Branch | None:
    """The branch that this node is the beginning of."""
    branch = tree.branch_of(node) if fan_of(tree, node) is not None else None
    return None if branch is None else tree.branch(branch)
