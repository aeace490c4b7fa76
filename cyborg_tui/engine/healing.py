"""Healing: a context that ends in typing may end inside a token; the first draw decides where the model goes on from.

Either the context's last token stays as it is, or a longer one that begins with its text replaces it ("beautif"
by "beautiful", a lone space by a space and a word). The two lead to different texts, so the model itself says how
likely each is: the token staying counts p(last), a longer one t counts p(t), both at the place of the last token.
"""

from bisect import bisect_left
from collections.abc import Sequence

__all__ = ["Vocabulary"]


class Vocabulary:
    """The texts of all tokens, sorted, to find those that begin with something."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._sorted = sorted((piece, token) for token, piece in enumerate(pieces) if piece)

    def longer(self, beginning: bytes) -> list[int]:
        """The tokens whose text begins with this and goes on."""
        first = bisect_left(self._sorted, (beginning, -1))
        found = []
        for piece, token in self._sorted[first:]:
            if not piece.startswith(beginning):
                break
            if len(piece) > len(beginning):
                found.append(token)
        return found
