"""Keys as Textual knows them, made of what the terminal sent."""

from collections.abc import Iterable

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.message import Message

__all__ = ["KeyParser"]

_ESCAPE = "\x1b"
_AS_ONE_KEY = frozenset("\r\n")
"""Alt+Enter is Enter."""


class KeyParser(XTermParser):
    """Esc and a control key that come together are two keys, in their order; Textual loses the first, or makes a ^ of
    it."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._begun = False
        """Whether an Esc has come of which it is not known whether more follows."""

    def feed(self, data: str) -> Iterable[Message]:
        """`data`: one key, or text without any."""
        before, key = (data[:1], data[1:]) if data[:1] == _ESCAPE else ("", data)
        if (before or self._begun) and _stands_alone(key):
            if before:
                yield from super().feed(before)
            self._timeout_time = get_time()
            yield from self.tick()
            data = key
        self._begun = data == _ESCAPE
        yield from super().feed(data)

    def tick(self) -> Iterable[Message]:
        yield from super().tick()
        self._begun = self._begun and self._timeout_time is not None


def _stands_alone(key: str) -> bool:
    """Whether this is a control key, and none that a terminal sends after an Esc as one key."""
    return len(key) == 1 and key < " " and key not in _AS_ONE_KEY and _ESCAPE + key not in ANSI_SEQUENCES_KEYS
