"""What the model saw when it drew branches, or would see now: the context, token by token."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from cyborg_tui.engine.protocol import Saw, digest
from cyborg_tui.loom.conditions import Origin
from cyborg_tui.loom.context import Context, Segment, composed
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.fan import Branch, BranchId, decode, encode
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.piece import cut, length

__all__ = ["SeenToken", "Sight", "context_then", "drawn_in", "sight"]


@dataclass(frozen=True, slots=True)
class SeenToken:
    id: int
    text: str
    """Exactly what it stands for; half a character stands in it as lone surrogates."""
    origin: Origin = Origin.MANUSCRIPT
    """Where its first character comes from."""
    label: str = ""
    """Which of its kind that is: the name of a lore entry."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the model sees of the manuscript and what stands beside it, and what it does not."""

    draw: Draw | None
    """None: of a fan that is still to come."""
    left_out: tuple[SeenToken, ...]
    """Tokens before the window; before them there may be more of the manuscript, `characters_out`."""
    tokens: tuple[SeenToken, ...]
    """Those it sees."""
    characters_out: int
    """Characters of the manuscript, from its beginning, that the engine is not told of."""
    same: bool
    """Whether these are the very tokens: another vocabulary, or version of llama.cpp, may divide typed text in another
    way."""


def context_then(loom: Loom, draw: Draw) -> Context:
    """What the engine was told for a draw. A fan's context is frozen, so that it can be told again."""
    pieces = loom.tree.path_pieces(loom.tree.fan(draw.fan).context)
    seen = cut(pieces, draw.characters_out, length(pieces))
    context = composed(draw.conditions, seen, drawn_in(loom), draw.characters_out)
    return replace(context, following=(Segment(decode(draw.following)),)) if draw.following else context


def sight(draw: Draw | None, context: Context, saw: Saw) -> Sight:
    """What the engine answers to a context: the one of a draw as it was seen, or one that is still to come."""
    tokens, head = tuple(_with_origins(context, saw)), saw.head
    out = head + (saw.left_out if draw is None else draw.tokens_out)
    same = draw is None or digest((*saw.tokens[:head], *saw.tokens[out:])) == draw.digest
    return Sight(draw, tokens[head:out], tokens[:head] + tokens[out:], context.left_out, same)


def _with_origins(context: Context, saw: Saw) -> Iterator[SeenToken]:
    """SentencePiece puts a space before the text, which belongs to what stands first."""
    sizes = [len(encode(segment.text)) for segment in context.segments]
    at = sum(sizes) - sum(map(len, saw.texts))
    ends = _running(sizes)
    index = 0
    for id, text in zip(saw.tokens, saw.texts, strict=True):
        while index + 1 < len(ends) and at >= ends[index]:
            index += 1
        at += len(text)
        if context.segments:
            segment = context.segments[index]
            yield SeenToken(id, decode(text), Origin(segment.origin), segment.label)
        else:
            yield SeenToken(id, decode(text))


def _running(sizes: Sequence[int]) -> list[int]:
    ends, end = [], 0
    for size in sizes:
        end += size
        ends.append(end)
    return ends


def drawn_in(loom: Loom) -> Callable[[BranchId], tuple[Branch, str]]:
    """Looks up a branch, with the vocabulary that its tokens belong to."""

    def branch(branch_id: BranchId) -> tuple[Branch, str]:
        drawn = loom.tree.branch(branch_id)
        return drawn, loom.tree.fan(drawn.fan).model.vocabulary

    return branch
