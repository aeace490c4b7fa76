"""A text in an editor that is no loom's, with its own undo."""

from collections.abc import Iterable

__all__ = ["Draft"]

_MOST = 500
"""Steps that can be taken back."""


class Draft:
    def __init__(self, text: str) -> None:
        self.text = text
        self._before: list[str] = []
        self._after: list[str] = []

    def edit(self, start: int, end: int, text: str) -> None:
        self._before = [*self._before[-_MOST:], self.text]
        self._after.clear()
        self.text = self.text[:start] + text + self.text[end:]

    def undo(self) -> bool:
        """False if there is nothing to take back."""
        return self._step(self._before, self._after)

    def redo(self) -> bool:
        return self._step(self._after, self._before)

    def _step(self, left: list[str], other: list[str]) -> bool:
        if not left:
            return False
        other.append(self.text)
        self.text = left.pop()
        return True

    def keep_provisional(self, shown: int) -> int:
        """Nothing stands here provisionally."""
        return 0

    def move_cursor(self, offset: int) -> None:
        """The cursor is the editor's own."""

    def authors(self, start: int, end: int) -> Iterable[tuple[int, int, str]]:
        return ((start, end, "person"),)
