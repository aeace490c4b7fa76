"""What the model saw when it drew branches: the context made again, token by token."""

from collections.abc import Callable
from dataclasses import dataclass

from cyborg_tui.engine.protocol import Saw, digest
from cyborg_tui.loom.context import Context, context_of
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.fan import Branch, BranchId, decode
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.piece import cut, length

__all__ = ["SeenToken", "Sight", "context_then", "drawn_in", "sight"]


@dataclass(frozen=True, slots=True)
class SeenToken:
    id: int
    text: str
    """Exactly what it stands for; half a character stands in it as lone surrogates."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the model saw of the manuscript, and what it did not."""

    draw: Draw
    left_out: tuple[SeenToken, ...]
    """Tokens before the window; before them there may be more of the manuscript, `draw.characters_out`."""
    tokens: tuple[SeenToken, ...]
    """Those it saw."""
    same: bool
    """Whether these are the very tokens: another vocabulary, or version of llama.cpp, may divide typed text in another
    way."""


def context_then(loom: Loom, draw: Draw) -> Context:
    """What the engine was told for a draw. A fan's context is frozen, so that it can be told again."""
    pieces = loom.tree.path_pieces(loom.tree.fan(draw.fan).context)
    seen = cut(pieces, draw.characters_out, length(pieces))
    return context_of(seen, drawn_in(loom), left_out=draw.characters_out)


def sight(draw: Draw, saw: Saw) -> Sight:
    """What the engine answers to `context_then`, as it was seen."""
    tokens = tuple(SeenToken(id, decode(text)) for id, text in zip(saw.tokens, saw.texts, strict=True))
    seen = saw.tokens[draw.tokens_out :]
    return Sight(draw, tokens[: draw.tokens_out], tokens[draw.tokens_out :], digest(seen) == draw.digest)


def drawn_in(loom: Loom) -> Callable[[BranchId], tuple[Branch, str]]:
    """Looks up a branch, with the vocabulary that its tokens belong to."""

    def branch(branch_id: BranchId) -> tuple[Branch, str]:
        drawn = loom.tree.branch(branch_id)
        return drawn, loom.tree.fan(drawn.fan).model.vocabulary

    return branch
