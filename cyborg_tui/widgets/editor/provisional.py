"""A text that stands in the editor without being part of the manuscript, and how much of it has been seen."""

from dataclasses import dataclass

from cyborg_tui.loom.shared import shared_length

__all__ = ["Provisional"]


@dataclass(slots=True)
class Provisional:
    at: int = 0
    """The offset in the manuscript at which it stands."""
    text: str = ""
    painted: int = 0
    """How many of its first characters have been on the screen."""

    @property
    def end(self) -> int:
        return self.at + len(self.text)

    def become(self, text: str) -> int:
        """Be another text. Returns how many characters at its beginning stay as they were, painted or not."""
        same = shared_length(self.text, text)
        self.text, self.painted = text, min(self.painted, same)
        return same

    def note_painted(self, start: int, end: int) -> None:
        """The screen's text from `start` to `end` was drawn. It counts if all of this text before it was drawn too."""
        if self.at <= end and start < self.end and start - self.at <= self.painted:
            self.painted = max(self.painted, min(end, self.end) - self.at)

    def to_screen(self, offset: int) -> int:
        """Where a character of the manuscript stands in the text on the screen. The cursor stays before this text."""
        return offset if offset <= self.at else offset + len(self.text)

    def to_manuscript(self, offset: int) -> int:
        return offset if offset <= self.at else max(self.at, offset - len(self.text))
