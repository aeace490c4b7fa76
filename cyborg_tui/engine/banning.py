"""Banned phrases: found in a text however it is spelt in capitals or divided into tokens. Pure."""

import re
from collections.abc import Sequence

__all__ = ["Bans"]


class Bans:
    """Phrases that must not appear."""

    def __init__(self, phrases: Sequence[str], before: str) -> None:
        """`before`: what stands there already; a phrase may begin in it."""
        self._phrases = [phrase for phrase in phrases if phrase]
        self._found = re.compile("|".join(map(re.escape, self._phrases)), re.IGNORECASE) if self._phrases else None
        longest = max(map(len, self._phrases), default=1)
        self._before = before[-(longest - 1) :] if longest > 1 else ""

    def __bool__(self) -> bool:
        return self._found is not None

    def found(self, text: str) -> int | None:
        """Where the first of them begins in `text`; 0 if it begins before it. None if there is none."""
        if self._found is None:
            return None
        lead = len(self._before)
        for match in self._found.finditer(self._before + text):
            if match.end() > lead:
                return max(0, match.start() - lead)
        return None

    def may_become(self, text: str) -> int:
        """How many characters at the end of `text` may still become one of them."""
        end = (self._before + text)[-max(map(len, self._phrases), default=0) :] if self._phrases else ""
        for size in range(len(end), 0, -1):
            tail = re.compile(re.escape(end[-size:]), re.IGNORECASE)
            if any(len(phrase) > size and tail.match(phrase) for phrase in self._phrases):
                return min(size, len(text))
        return 0
