"""Measures of a text: how much of it was chosen, and how hard it was for a model to guess.

After "Quantifying curation" (generative.ink, 2021).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from math import log, log2

from cyborg_tui.loom.fan import Branch, BranchId, NodeId, encode
from cyborg_tui.loom.score import Scored
from cyborg_tui.loom.tree import Tree

__all__ = ["Bits", "chosen_bits", "tokens_between", "typed_bits"]


@dataclass(frozen=True, slots=True)
class Bits:
    """The bits in a stretch of text as far as they are known, and what they are not known of."""

    chosen: float = 0.0
    """Of selection: log2(n / m) for each place at which one of n branches looked at was taken, of which m would have
    done. Where only a part of what was taken lies in the stretch, that part of the bits."""
    drawn: int = 0
    """Tokens of the model's whose choice is known."""
    drawn_unknown: int = 0
    """Tokens of the model's of which nobody knows how they were chosen."""
    typed: float = 0.0
    """log2(1 / p) of each token the person typed and the model has scored."""
    scored: int = 0
    """How many of these there are."""
    unscored: int = 0
    """Characters the person typed that have not been scored."""

    def __add__(self, other: "Bits") -> "Bits":
        return Bits(
            self.chosen + other.chosen,
            self.drawn + other.drawn,
            self.drawn_unknown + other.drawn_unknown,
            self.typed + other.typed,
            self.scored + other.scored,
            self.unscored + other.unscored,
        )

    def with_typed(self, typed: "Bits") -> "Bits":
        """The same, with what is known of the person's own text."""
        return replace(self, typed=typed.typed, scored=typed.scored, unscored=typed.unscored)

    @property
    def total(self) -> float | None:
        """All bits; None if some are not known."""
        return None if self.drawn_unknown or self.unscored else self.chosen + self.typed

    @property
    def per_token(self) -> float | None:
        """Bits per token, over the tokens whose bits are known; None if there are none."""
        tokens = self.drawn + self.scored
        return (self.chosen + self.typed) / tokens if tokens else None

    @property
    def tokens_per_bit(self) -> float | None:
        """None if there are no bits."""
        known = self.chosen + self.typed
        return (self.drawn + self.scored) / known if known else None


def chosen_bits(tree: Tree, place: NodeId, taken: Collection[BranchId]) -> float | None:
    """Bits of selection at a place, the context of fans of which these branches stand in the text. None if it is not
    known what was looked at.

    n counts the different texts among the branches looked at, verbatim duplicates once; m those that would have done:
    taken, marked, or themselves gone on with. What was purged since was looked at all the same.
    """
    branches = [branch for fan in tree.fans_at(place) for branch in tree.drawn(fan)]
    if not any(branch.looked for branch in branches if branch.id in taken):
        return None
    would_do: dict[str | BranchId, bool] = {}
    for branch in branches:
        if branch.looked:
            own = branch.id if branch.purged else branch.text[branch.healed :]
            would_do[own] = would_do.get(own, False) or branch.id in taken or _would_have_done(tree, branch)
    return log2(len(would_do) / sum(would_do.values()))


def typed_bits(scored: Iterable[Scored], text: str, start: int, end: int) -> Bits:
    """What the person's own text from `start` to `end` cost a model to guess: log2(1 / p) of each token that ends
    there. `text`: the whole, of which the stretches are scored."""
    typed, tokens, unscored = 0.0, 0, 0
    for stretch in scored:
        begin, past = max(start, stretch.start), min(end, stretch.end)
        if begin >= past:
            continue
        if stretch.score is None:
            unscored += past - begin
            continue
        first = len(encode(text[stretch.start : begin]))
        last = first + len(encode(text[begin:past]))
        at = -stretch.score.lead
        for token in stretch.score.tokens:
            at += token.size
            if token.size and first < at <= last:
                typed, tokens = typed - token.logprob / log(2), tokens + 1
    return Bits(typed=typed, scored=tokens, unscored=unscored)


def tokens_between(branch: Branch, start: int, end: int) -> int:
    """How many of a branch's tokens end among its characters `start` to `end`."""
    if start == 0 and end >= len(branch.text):
        return sum(token.size > 0 for token in branch.tokens)
    first = len(encode(branch.text[:start]))
    last = first + len(encode(branch.text[start:end]))
    at = count = 0
    for token in branch.tokens:
        at += token.size
        count += token.size > 0 and first < at <= last
    return count


def _would_have_done(tree: Tree, branch: Branch) -> bool:
    """Whether the person marked the branch, or went on from it."""
    if branch.purged:
        return False
    places = {branch.node, *tree.carriers(branch.node)}
    context, at = tree.fan(branch.fan).context, tree.node(branch.node)
    while at.parent is not None and at.parent != context:  # the heads of cuts in it
        at = tree.node(at.parent)
        places.add(at.id)
    return any(tree.node(place).bookmarked or _goes_on(tree, place, places) for place in places)


def _goes_on(tree: Tree, place: NodeId, own: Collection[NodeId]) -> bool:
    """Whether something was written or asked for after a place; text that is only carried along there does not
    count."""
    left = [place]
    while left:
        at = left.pop()
        if tree.is_context(at):
            return True
        for child in tree.children(at):
            if child in own:
                continue
            if tree.node(child).carries is None:
                return True
            left.append(child)
    return False
