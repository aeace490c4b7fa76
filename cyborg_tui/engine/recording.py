"""What a model thought before samplers changed it: of a row of logits how uncertain it is, and its likeliest tokens."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cyborg_tui.engine.llama import Floats, NoNumbersError
from cyborg_tui.loom.alternatives import LIKELIEST, pack_tokens
from cyborg_tui.loom.fan import TokenRecord

__all__ = ["Distribution", "Drawn", "Recorder"]

_FOLD = 128
"""A row is folded into so many rows, one above the other, to find the highest logits column by column."""
_POSSIBLE = np.finfo(np.float32).min
"""The least logit of a token that can be drawn."""
_MANY = 1024
"""So many candidates are sorted whole; of more, which only a model that knows nothing gives, the highest are sought."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A token with everything that is kept of it."""

    record: TokenRecord
    alternatives: bytes
    """Packed, see `loom.alternatives`."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What a row of logits says."""

    normaliser: float
    """Less this, a logit is a log-probability."""
    entropy: float
    """In nats."""
    alternatives: bytes
    """The likeliest tokens, packed."""

    def drawn(self, token: int, size: int, logit: float) -> Drawn:
        """`size`: of the token's text, in bytes. The numbers are as precise as they are kept."""
        logprob = np.float32(min(0.0, logit - self.normaliser))
        return Drawn(TokenRecord(token, size, float(logprob), self.entropy), self.alternatives)


class Recorder:
    """Reads rows of one vocabulary. A row is gone over as seldom as possible, and nothing of its size is allocated."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._below = np.empty(len(pieces), np.float32)
        self._parts = np.empty(len(pieces), np.float32)

    def read(self, row: Floats) -> Distribution:
        """Raises NoNumbersError if the row holds none."""
        ids = _likeliest(row)
        below, parts = self._below, self._parts
        with np.errstate(invalid="ignore"):
            np.subtract(row, row[ids[0]], out=below)
            np.exp(below, out=parts)
            total = float(np.einsum("i->", parts))
            weighted = float(np.einsum("i,i->", below, parts))  # np.dot has threads, which would get in llama.cpp's way
        if not math.isfinite(total):
            raise NoNumbersError
        if math.isnan(weighted):  # a token that cannot be drawn at all weighs nothing
            weighted = float((below[parts > 0] * parts[parts > 0]).sum())
        normaliser = float(row[ids[0]]) + math.log(total)
        likeliest = zip(ids.tolist(), row[ids].tolist(), strict=True)
        alternatives = pack_tokens([(id, self._pieces[id], logit - normaliser) for id, logit in likeliest])
        entropy = np.float32(max(0.0, math.log(total) - weighted / total))
        return Distribution(normaliser, float(entropy), alternatives)


def _likeliest(row: Floats) -> NDArray[np.intp]:
    """The tokens with the highest logits, the highest first. No full sort: the tenth of the columns' highest logits is
    at most the tenth of all, so that few remain. Raises NoNumbersError."""
    whole = len(row) // _FOLD * _FOLD
    columns = row[:whole].reshape(_FOLD, -1).max(axis=0) if whole >= _FOLD * LIKELIEST else row
    least = np.partition(columns, -LIKELIEST)[-LIKELIEST] if len(columns) > LIKELIEST else -np.inf
    found = np.flatnonzero(row >= max(least, _POSSIBLE))
    if not len(found):
        raise NoNumbersError
    if len(found) > _MANY:
        found = found[np.argpartition(row[found], -LIKELIEST)[-LIKELIEST:]]
    return found[np.argsort(-row[found], kind="stable")[:LIKELIEST]]
