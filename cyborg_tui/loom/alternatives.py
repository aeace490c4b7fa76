"""What a model nearly said: of each token it drew, the likeliest that could have stood there.

They are many, and seldom asked for, so no branch holds them: they travel packed, and are kept so in the library.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cyborg_tui.loom.fan import BranchId, decode, encode

__all__ = [
    "LIKELIEST",
    "UNKNOWN",
    "Alternative",
    "Alternatives",
    "AlternativesUnderWay",
    "pack",
    "pack_tokens",
    "unpack",
]

LIKELIEST = 10
"""So many are kept of each token, the one that was drawn among them if it was one of them."""
UNKNOWN = b"\0"
"""A token of which nothing is known, packed."""

_ONE = struct.Struct("<iHH")
"""Id, log-probability, size of the text in bytes."""
_STEP = 1024
"""Log-probabilities are kept in steps of so small a part of a nat, down to -64."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A token that could have been drawn."""

    id: int
    """-1 where an engine told the text alone."""
    text: str
    """As `fan.decode` reads its bytes; they may be a part of a character."""
    logprob: float
    """Natural logarithm of its probability, before samplers change it."""


Alternatives = tuple[Alternative, ...]
"""The likeliest first. Empty: unknown."""


def pack(alternatives: Iterable[Alternative]) -> bytes:
    """The alternatives to one token. What was packed one after the other can be joined."""
    ones = tuple(alternatives)
    return pack_tokens([(one.id, encode(one.text), one.logprob) for one in ones])


def pack_tokens(tokens: Sequence[tuple[int, bytes, float]]) -> bytes:
    """As `pack`, of ids, the bytes of their texts, and log-probabilities."""
    facts, texts = [], []
    for id, text, logprob in tokens:
        texts.append(text[:0xFFFF])
        facts.append(_ONE.pack(id, round(max(0.0, min(-logprob * _STEP, 0xFFFF))), len(texts[-1])))
    return bytes([len(tokens)]) + b"".join(facts) + b"".join(texts)


def unpack(packed: bytes) -> tuple[Alternatives, ...]:
    """The alternatives to each token. Raises ValueError, struct.error where it breaks off."""
    found: list[Alternatives] = []
    at = 0
    while at < len(packed):
        count, at = packed[at], at + 1
        facts = [_ONE.unpack_from(packed, at + _ONE.size * i) for i in range(count)]
        at += _ONE.size * count
        ones = []
        for id, steps, size in facts:
            if at + size > len(packed):
                raise ValueError("the alternatives break off")
            ones.append(Alternative(id, decode(packed[at : at + size]), -steps / _STEP))
            at += size
        found.append(tuple(ones))
    return tuple(found)


class AlternativesUnderWay:
    """Those of the branches that still grow; once they have ended and been handed over, they are known no more."""

    def __init__(self) -> None:
        self._packed: dict[BranchId, bytearray] = {}
        self._changed: dict[BranchId, None] = {}
        self._ended: set[BranchId] = set()

    def of(self, branch: BranchId) -> bytes:
        return bytes(self._packed.get(branch, b""))

    def add(self, branch: BranchId, packed: bytes, tokens: int) -> None:
        """`packed`: of the `tokens` by which the branch has grown; empty if nothing is known of them."""
        self._packed.setdefault(branch, bytearray()).extend(packed or UNKNOWN * tokens)
        self._changed[branch] = None

    def end(self, branch: BranchId) -> None:
        self._ended.add(branch)

    def drain(self) -> tuple[tuple[BranchId, bytes], ...]:
        """All there is of those branches of which there is more than at the last call."""
        changed = tuple((branch, packed) for branch in self._changed if (packed := self.of(branch)).strip(UNKNOWN))
        self._changed = {}
        for branch in self._ended:
            self._packed.pop(branch, None)
        self._ended = set()
        return changed
