"""The person's own text as a model finds it, token by token, as far as it has been scored."""

from bisect import bisect_right
from collections.abc import Callable, Iterator

from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.score import Score, tokens_of, typed_stretches
from cyborg_tui.loom.tokens import TokenAt

__all__ = ["Yours"]


class Yours:
    """Of a manuscript that does not change meanwhile. What is asked for is looked up, and remembered."""

    def __init__(self, loom: Loom, score: Callable[[int, int], Score | None]) -> None:
        """`score`: what is known of a stretch from one offset to another."""
        self._loom, self._score = loom, score
        self._stretches: list[tuple[int, int]] | None = None
        self._known: dict[int, tuple[Score | None, tuple[TokenAt, ...]]] = {}
        """By where a stretch begins."""

    def between(self, start: int, end: int) -> Iterator[TokenAt]:
        """The tokens that begin between two offsets."""
        for begin, past in self._around(start, end):
            yield from (token for token in self._of(begin, past)[1] if start <= token.start < end)

    def score_at(self, offset: int) -> Score | None:
        """Of the stretch in which an offset lies."""
        return next((self._of(begin, past)[0] for begin, past in self._around(offset, offset + 1)), None)

    def look_again(self) -> None:
        """More may have been scored meanwhile."""
        self._known = {begin: known for begin, known in self._known.items() if known[0] is not None}

    def _around(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        if self._stretches is None:
            self._stretches = [*typed_stretches(self._loom.manuscript.pieces, 0)]
        first = bisect_right(self._stretches, start, key=lambda stretch: stretch[1])
        for begin, past in self._stretches[first:]:
            if begin >= end:
                return
            yield begin, past

    def _of(self, begin: int, past: int) -> tuple[Score | None, tuple[TokenAt, ...]]:
        if begin not in self._known:
            score = self._score(begin, past)
            tokens = () if score is None else tuple(tokens_of(score, self._loom.text[begin:past], begin))
            self._known[begin] = score, tokens
        return self._known[begin]
