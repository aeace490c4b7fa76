"""What is done to the tree beside the manuscript, each so that it can be taken back and done again."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from cyborg_tui.loom.facts import Facts
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Pieces, cut, join, length, same, text_of
from cyborg_tui.loom.shared import difference
from cyborg_tui.loom.tree import Tree

__all__ = ["Deed", "Mark", "Marked", "Reshaped", "Rewritten", "mark_of", "of_gone", "redo", "undo"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A node's flags and facts."""

    hidden: bool
    bookmarked: bool
    facts: Facts


@dataclass(frozen=True, slots=True)
class Marked:
    before: Mark
    after: Mark


@dataclass(frozen=True, slots=True)
class Reshaped:
    """A node was cut in two, or a chain of only children made one; no path text changed by it."""

    tail: NodeId
    heads: tuple[Node, ...]
    """From above: the nodes that the tail's text was divided into, before it."""
    settled: frozenset[NodeId]
    """Those of the heads that were frozen for good."""
    joined: bool
    """Whether they were joined; else the tail was cut."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A node's text was changed under all its branches."""

    top: NodeId
    """The node above it."""
    before: Pieces
    after: Pieces
    facts: tuple[Facts, Facts]
    """Before and after."""
    cut_before: tuple[tuple[NodeId, int], ...] = ()
    """Where the text before was cut when it was last seen: nodes, and where each ended in it."""
    cut_after: tuple[tuple[NodeId, int], ...] = ()


Deed = Marked | Reshaped | Rewritten


def undo(tree: Tree, deed: Deed, leaf: NodeId, at: float) -> Deed:
    """`leaf`: the end of the manuscript, which must not vanish. `at`: seconds since 1970, UTC. Returns the deed as it
    is to be done again."""
    match deed:
        case Marked(before=before, after=after):
            _mark(tree, after, before)
        case Reshaped(joined=True):
            _cut(tree, deed)
        case Reshaped(heads=heads):
            _join(tree, heads, leaf)
        case Rewritten():
            return _rewrite(tree, deed, at, back=True)
    return deed


def redo(tree: Tree, deed: Deed, leaf: NodeId, at: float) -> Deed:
    """As `undo`."""
    match deed:
        case Marked(before=before, after=after):
            _mark(tree, before, after)
        case Reshaped(heads=heads, joined=True):
            _join(tree, heads, leaf)
        case Reshaped():
            _cut(tree, deed)
        case Rewritten():
            return _rewrite(tree, deed, at, back=False)
    return deed


def mark_of(tree: Tree, node: NodeId) -> Mark:
    marked = tree.node(node)
    return Mark(marked.hidden, marked.bookmarked, tree.facts(node))


def of_gone(deed: Deed, gone: Collection[NodeId]) -> Deed:
    """What is left of a deed if the node that it was done to is one of these, which were deleted for good: one that
    changes nothing, without its words."""
    match deed:
        case Marked(before=mark):
            node = mark.facts.node
        case Reshaped(tail=node):
            pass
        case Rewritten(facts=(facts, _)):
            node = facts.node
    if node not in gone:
        return deed
    nothing = Mark(False, False, Facts(node))
    return Marked(nothing, nothing)


def _mark(tree: Tree, old: Mark, mark: Mark) -> None:
    """What others need of a node stays: that it was frozen for good meanwhile, or that it was rewritten."""
    node = mark.facts.node
    if node in tree:
        now = tree.facts(node)
        settled = now.settled if old.facts.settled == mark.facts.settled else mark.facts.settled
        tree.mark(node, hidden=mark.hidden, bookmarked=mark.bookmarked)
        tree.put_facts(replace(mark.facts, settled=settled, rewritten_at=now.rewritten_at))


def _join(tree: Tree, heads: tuple[Node, ...], leaf: NodeId) -> None:
    """Something may have been attached to a head since then, or the person is there; that one stays."""
    for head in heads:
        if head.id not in tree or tree.is_context(head.id) or len(tree.children(head.id)) != 1:
            continue
        tree.put_facts(replace(tree.facts(head.id), settled=False))
        if head.id != leaf and not tree.is_kept(head.id) and not tree.node(head.id).branch:
            tree.join(head.id)


def _cut(tree: Tree, deed: Reshaped) -> None:
    """Cut the text that ends in the tail as it was; meanwhile it may have been cut elsewhere too. Not if that begins
    otherwise now: a head's id stands for its text."""
    top = deed.heads[0].parent
    said = join(*(head.pieces for head in deed.heads))
    if not same(cut(join(*(node.pieces for node in _chain(tree, top, deed.tail))), 0, length(said)), said):
        return
    end = 0
    for head in deed.heads:
        end += len(head)
        begin = 0
        for node in _chain(tree, top, deed.tail):
            if begin < end < begin + len(node) and head.id not in tree:
                tree.split(node.id, end - begin, head)
                tree.put_facts(Facts(head.id, settled=head.id in deed.settled))
                break
            begin += len(node)


def _chain(tree: Tree, top: NodeId | None, tail: NodeId) -> list[Node]:
    """The nodes below `top` down to the tail; none if that does not stand below it any more."""
    path = tree.path(tail) if tail in tree else []
    at = next((i for i, node in enumerate(path) if node.id == top), None)
    return [] if at is None else path[at + 1 :]


def _rewrite(tree: Tree, deed: Rewritten, at: float, *, back: bool) -> Rewritten:
    """Change what differs, wherever it stands now: meanwhile the text may have been cut. Nothing, if it is not the old
    one: the person went on writing there, and something froze that. What was drawn meanwhile was drawn after other
    words than stand there then, which is noted. Returns the deed, with where the text that goes away was cut."""
    old, pieces = (deed.after, deed.before) if back else (deed.before, deed.after)
    facts = deed.facts[0 if back else 1]
    chain = _chain(tree, deed.top, facts.node)
    if not same(join(*(node.pieces for node in chain)), old):
        return deed
    was, begin = _cuts(chain), 0
    known = deed.cut_before if back else deed.cut_after
    for node, end in zip(chain, _ends(was, old, pieces, dict(known)), strict=True):
        own = cut(pieces, begin, end)
        if not same(own, node.pieces):
            tree.rewrite_everywhere(node.id, own)
            tree.put_facts(replace(tree.facts(node.id), rewritten_at=at))
        begin = end
    if chain and not _drawn_since(tree, facts.node, deed.facts[1].rewritten_at or 0.0):
        tree.put_facts(replace(tree.facts(facts.node), rewritten_at=facts.rewritten_at))
    return replace(deed, cut_after=was) if back else replace(deed, cut_before=was)


def _cuts(chain: list[Node]) -> tuple[tuple[NodeId, int], ...]:
    """Where each node ends, in characters from the beginning of the first."""
    found, end = [], 0
    for node in chain:
        end += len(node)
        found.append((node.id, end))
    return tuple(found)


def _ends(was: tuple[tuple[NodeId, int], ...], old: Pieces, new: Pieces, known: dict[NodeId, int]) -> Iterator[int]:
    """Where the nodes end in the new text: where they did when it last stood there (`known`), or with the characters
    that stay, or after as many as before."""
    start, end, new_end = difference(text_of(old), text_of(new))
    last = 0
    for node, then in was[:-1]:
        if node in known:
            now = known[node]
        elif then >= end > start or then > start == end:
            now = then + new_end - end
        else:
            now = then if then <= start else min(then, new_end)
        last = max(last, min(now, length(new)))
        yield last
    if was:
        yield length(new)


def _drawn_since(tree: Tree, node: NodeId, at: float) -> bool:
    """Whether a fan was made below a node since then."""
    fans = [fan for below in tree.below(node) for fan in tree.own_fans(below)]
    tree.load_fans(fans)
    return any(tree.fan(fan).made_at >= at for fan in fans)
