"""What the model saw when it drew branches, or would see now: each context, token by token."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

from msgspec.structs import replace as replace_struct

from cyborg_tui.engine.protocol import Among, Saw, digest
from cyborg_tui.loom.conditions import Origin
from cyborg_tui.loom.context import Context, Segment, composed
from cyborg_tui.loom.draw import Draw, SeenBeside
from cyborg_tui.loom.fan import Branch, BranchId, decode, encode
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.piece import cut, length
from cyborg_tui.loom.settings import FanSettings

__all__ = ["Look", "SeenToken", "Sight", "context_then", "drawn_in", "joined", "looks"]


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
    beside: tuple["Sight", ...] = ()
    """Of the other contexts that are read together with this one."""
    weight: float = 1.0
    """How this one counts among them."""
    name: str = ""
    """Of the frame that it is laid out by, if it has one and is read beside another."""


def context_then(loom: Loom, draw: Draw) -> Context:
    """What the engine was told for a draw. A fan's context is frozen, so that it can be told again."""
    pieces = loom.tree.path_pieces(loom.tree.fan(draw.fan).context)
    seen = cut(pieces, draw.characters_out, length(pieces))
    context = composed(draw.conditions, seen, drawn_in(loom), draw.characters_out)
    return replace(context, following=(Segment(decode(draw.following)),)) if draw.following else context


@dataclass(frozen=True, slots=True)
class Look:
    """At one context of a fan, of which the engine is to tell the tokens."""

    draw: Draw | None
    context: Context
    among: Among
    seen: SeenBeside | None
    """As it was seen; None: of a fan that is still to come."""
    weight: float

    def sight(self, saw: Saw) -> Sight:
        """What the engine answers."""
        tokens, head, seen = tuple(_with_origins(self.context, saw)), saw.head, self.seen
        out = head + (saw.left_out if seen is None else seen.tokens_out)
        same = seen is None or digest((*saw.tokens[:head], *saw.tokens[out:])) == seen.digest
        left_out, inside = tokens[head:out], tokens[:head] + tokens[out:]
        weight, name = self.weight, self.context.conditions.name
        return Sight(self.draw, left_out, inside, self.context.left_out, same, weight=weight, name=name)


def looks(draw: Draw | None, context: Context, settings: FanSettings) -> tuple[Look, ...]:
    """At a context and at those beside it, of a draw or of a fan that is still to come (None)."""
    contexts, mix = (context, *context.beside), settings.mix
    among = Among(settings.width, settings.max_tokens, len(contexts))
    other = replace_struct(among, other=True)
    seen: Iterable[SeenBeside | None] = repeat(None)
    if draw is not None:
        seen = (SeenBeside(draw.tokens_out, draw.tokens, draw.digest), *draw.beside)
    parts = zip(contexts, seen, (mix.own, *mix.others), strict=False)
    return tuple(Look(draw, one, other if at else among, then, weight) for at, (one, then, weight) in enumerate(parts))


def joined(sights: Sequence[Sight]) -> Sight:
    """Of one context, with the sights of those beside it."""
    return replace(sights[0], beside=tuple(sights[1:]))


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
