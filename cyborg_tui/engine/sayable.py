"""What a vocabulary has tokens for. A text with anything else ends the process in llama.cpp, so it must not get there.

SentencePiece falls back to a token for each byte; there are vocabularies without some of those. Pure.
"""

from collections.abc import Sequence

from cyborg_tui.loom.fan import decode, encode

__all__ = ["Sayable"]

_SENTINELS = (b"\n", b".", b",", b"a", b"e")


class Sayable:
    def __init__(self, pieces: Sequence[bytes]) -> None:
        """`pieces`: the texts of all tokens."""
        single = {piece[0] for piece in pieces if len(piece) == 1}
        self._bytes = frozenset(single)
        self._everything = len(single) == 256
        self._characters = frozenset() if self._everything else frozenset(piece for piece in pieces if piece)

    @property
    def sentinel(self) -> bytes:
        """A text that is a token by itself, to stand before others; empty if there is none."""
        return next((text for text in _SENTINELS if text[0] in self._bytes), b"")

    def of(self, text: bytes) -> bytes:
        """The text without the characters that there are no tokens for."""
        if self._everything:
            return text
        return b"".join(character for character in map(encode, decode(text)) if self._has(character))

    def _has(self, character: bytes) -> bool:
        return character in self._characters or all(byte in self._bytes for byte in character)
