"""The inside of a manuscript: the tokens it is made of, how sure the model was of each, and what it nearly said."""

from collections.abc import Callable, Iterator, Sequence
from math import log

from cyborg_tui.loom.fan import Branch, BranchId
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.piece import Piece, text_of
from cyborg_tui.loom.score import Score
from cyborg_tui.loom.tokens import Stretch, TokenAt, stretches, within
from cyborg_tui.session.yours import Yours

__all__ = ["Inside", "is_fork", "is_surprise"]

_FORK = 4 * log(2)
"""Entropy, in nats, from which a token is a fork: as open as sixteen equal chances."""
_SURPRISE = 6 * log(2)
"""Surprise, in nats, from which a token is one: less likely than one in 64."""
_NEAR = 2048
"""Characters looked through at a time when going backwards."""


def is_fork(token: TokenAt) -> bool:
    """Whether the model might as well have gone another way."""
    return token.entropy is not None and token.entropy >= _FORK


def is_surprise(token: TokenAt) -> bool:
    """Whether the model thought this token unlikely."""
    return -token.logprob >= _SURPRISE


class Inside:
    """Looks into one loom's manuscript as it is when asked. Offsets count its characters.

    With `standing`, a branch that stands provisionally at offset `place` from its character `begin` on, the text ends
    with that. `score`: what is known of a stretch that the person typed.
    """

    def __init__(
        self,
        loom: Loom,
        standing: Branch | None = None,
        place: int = 0,
        begin: int = 0,
        score: Callable[[int, int], Score | None] = lambda start, end: None,
    ) -> None:
        self._loom = loom
        self._yours = Yours(loom, score)
        self.standing, self.place, self._begin = standing, place, begin
        self._stretches: dict[BranchId, tuple[Branch, Sequence[Stretch]]] = {}

    @property
    def text(self) -> str:
        text = self._loom.text
        return text if self.standing is None else text[: self.place] + self.standing.text[self._begin :]

    def authors(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Who wrote what between two offsets: (start, end, "person", "model" or "provisional")."""
        border = end if self.standing is None else self.place
        for piece, at in self._loom.manuscript.pieces_around(start, min(end, border)):
            low, high = max(at, start), min(at + len(piece.text), end, border)
            yield low, high, "person" if piece.branch is None else "model"
        if end > border:
            yield max(start, border), end, "provisional"

    def between(self, start: int, end: int) -> Iterator[TokenAt]:
        """The tokens of which something stands between two offsets, from left to right."""
        for piece, at in self._pieces_around(start, end):
            for token in self._tokens_of(piece, at):
                if token.start >= end:
                    break
                if token.end > start:
                    yield token

    def at(self, offset: int) -> TokenAt | None:
        """The token in which this character stands."""
        return next(self.between(offset, offset + 1), None)

    def after(self, offset: int, wanted: Callable[[TokenAt], bool] = lambda _: True) -> TokenAt | None:
        """The first token that begins at this offset or later, of those that are wanted."""
        found = self.between(offset, len(self.text))
        return next((token for token in found if token.start >= offset and wanted(token)), None)

    def before(self, offset: int, wanted: Callable[[TokenAt], bool] = lambda _: True) -> TokenAt | None:
        """The last token that begins before this offset, of those that are wanted."""
        end = offset
        while end > 0:
            start = max(0, end - _NEAR)
            found = [t for t in self.between(start, end) if start <= t.start < end and wanted(t)]
            if found:
                return found[-1]
            end = start
        return None

    def nearest(self, offset: int) -> TokenAt | None:
        """The token at an offset, else the last before it, else the first after it."""
        return self.at(offset) or self.before(offset) or self.after(offset)

    def _pieces_around(self, start: int, end: int) -> Iterator[tuple[Piece, int]]:
        manuscript, standing = self._loom.manuscript, self.standing
        if standing is None:
            yield from manuscript.pieces_around(start, end)
            return
        yield from manuscript.pieces_around(start, min(end, self.place))
        if end > self.place:
            yield Piece(standing.text[self._begin :], standing.id, self._begin), self.place

    def score_at(self, offset: int) -> Score | None:
        """What is known of the person's text at an offset."""
        return self._yours.score_at(offset)

    def look_again(self) -> None:
        """More may have been scored meanwhile."""
        self._yours.look_again()

    def _tokens_of(self, piece: Piece, at: int) -> Iterator[TokenAt]:
        if piece.branch is None:
            end = at + len(piece.text)
            border = end if self.standing is None else min(end, self.place)
            yield from (token for token in self._yours.between(at, end) if token.end <= border)
            return
        drawn = self._loom.tree.branch(piece.branch)
        begin = None
        if piece.start == drawn.healed > 0:
            before = self._loom.manuscript.pieces_between(max(0, at - drawn.healed), at)
            begin = 0 if text_of(before) == drawn.text[: drawn.healed] else None
        yield from within(piece, at, self._stretches_of(piece.branch), begin)

    def _stretches_of(self, branch_id: BranchId) -> Sequence[Stretch]:
        branch = self._loom.tree.branch(branch_id)
        known = self._stretches.get(branch_id)
        if known is None or known[0] is not branch:
            known = self._stretches[branch_id] = (branch, tuple(stretches(branch)))
        return known[1]
