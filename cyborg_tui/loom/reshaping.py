"""Reshaping: a node cut in two, a chain of only children made one, a text changed under all its branches."""

from dataclasses import replace

from cyborg_tui.loom.deeds import Reshaped, Rewritten
from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece, splice, typed
from cyborg_tui.loom.piece import join as join_pieces
from cyborg_tui.loom.shared import difference
from cyborg_tui.loom.tree import ROOT, Tree

__all__ = ["chain_of", "join", "rewrite", "split"]


def split(tree: Tree, node: NodeId, at: int) -> Reshaped:
    """Cut a node after `at` characters, for good: the new head is a place of its own. Raises NotPossible."""
    if not 0 < at < len(tree.node(node)):
        raise NotPossible("A node can be cut only inside its text.")
    head = tree.split(node, at)
    tree.settle(head)
    return Reshaped(node, (tree.node(head),), frozenset((head,)), joined=False)


def chain_of(tree: Tree, node: NodeId) -> tuple[NodeId, ...]:
    """The chain of only children around a node that can be made one: from its first node to its last, which keeps its
    id. Of one node only if there is nothing to join."""
    first = last = node
    while (parent := tree.parent(first)) is not None and _joins_its_child(tree, parent):
        first = parent
    while _joins_its_child(tree, last):
        (last,) = tree.children(last)
    chain = [last]
    while chain[-1] != first:
        chain.append(tree.node(chain[-1]).parent or ROOT)
    return tuple(reversed(chain))


def join(tree: Tree, node: NodeId, leaf: NodeId) -> Reshaped:
    """Make the chain of only children around a node one. `leaf`: the end of the manuscript, which must not vanish.
    Raises NotPossible."""
    *heads, tail = chain_of(tree, node)
    if not heads:
        raise NotPossible("There is nothing to join: a branch, a place with a fan and a fork stay as they are.")
    if leaf in heads:
        raise NotPossible("Your text ends inside this chain; go to its end first.")
    settled = frozenset(head for head in heads if tree.facts(head).settled)
    done = Reshaped(tail, tuple(tree.node(head) for head in heads), settled, joined=True)
    for head in heads:
        tree.put_facts(replace(tree.facts(head), settled=False))
        tree.join(head)
    return done


def rewrite(tree: Tree, node: NodeId, text: str, at: float) -> Rewritten:
    """Give a node another text, under all that stands below it: the person wrote what is new. Raises NotPossible.

    If it was a branch, that stays in its fan as it was drawn, with a node of its own.
    """
    old = tree.node(node)
    if node == ROOT:
        raise NotPossible("The beginning has no text to rewrite.")
    if old.text == text:
        raise NotPossible("That is its text already.")
    _part_from_its_branch(tree, node)
    if old.cut:
        tree.settle(node)  # a place of its own now, which stays when this is undone
    start, end, new_end = difference(old.text, text)
    pieces = splice(old.pieces, start, end, typed(text[start:new_end]))
    facts = tree.facts(node)
    done = Rewritten(old.parent or ROOT, old.pieces, pieces, (facts, replace(facts, rewritten_at=at)))
    tree.rewrite_everywhere(node, pieces)
    tree.put_facts(done.facts[1])
    return done


def _part_from_its_branch(tree: Tree, node: NodeId) -> None:
    """Let the node, if it is a branch or part of one, be a node like any other that carries the branch's new one."""
    branch = tree.branch_of(node)
    if branch is None:
        return
    drawn = tree.branch(branch)
    tail, context = tree.node(drawn.node), tree.fan(drawn.fan).context
    own = (Piece(drawn.text[drawn.healed :], branch, drawn.healed),)
    again = Node(tree.next_node, context, join_pieces(own), branch, hidden=tail.hidden, made_at=tail.made_at)
    tree.restore(again)
    tree.put_branch(replace(drawn, node=again.id))
    tree.put(replace(tail, branch=None, carries=again.id))
    tree.settle(tail.id)
    head = tail.parent
    while head is not None and head != context:
        above = tree.node(head)
        tree.put(replace(above, cut=False, carries=None))
        head = above.parent


def _joins_its_child(tree: Tree, head: NodeId) -> bool:
    """Whether nothing is lost if this node and its only child become one, with the child's id."""
    children = tree.children(head)
    if len(children) != 1:
        return False
    above, below = tree.node(head), tree.node(children[0])
    attached = tree.is_marked(head) or tree.carriers(head) or tree.fans_at(head)
    return (
        head != ROOT
        and above.branch is None
        and not attached
        and len(above) > 0 < len(below)
        and above.hidden == below.hidden
        and (below.branch is None or _is_head_of(tree, above, below))
    )


def _is_head_of(tree: Tree, head: Node, tail: Node) -> bool:
    """Whether the head is the beginning of a cut in the branch that the tail is of."""
    return head.cut and tail.branch is not None and tree.is_part_of(head.id, tail.branch)
