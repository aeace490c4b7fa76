"""What need not be said again today."""

import contextlib
from datetime import date
from pathlib import Path

from cyborg_tui.terminal.outside import keep_private

__all__ = ["Once"]

_NAME = "library.said.txt"


class Once:
    """Remembers, in a private file, what was said on this day."""

    def __init__(self, folder: Path, day: date) -> None:
        self._folder, self._day = folder, day.isoformat()

    def today(self, sentence: str) -> str:
        """The sentence, if it was not said today; else nothing. Where that cannot be remembered it is said again."""
        line = f"{self._day} {sentence}"
        said = [old for old in self._lines() if old.startswith(self._day)]
        if not sentence or line in said:
            return ""
        with contextlib.suppress(OSError):
            keep_private(self._folder, _NAME, "\n".join([*said, line]))
        return sentence

    def _lines(self) -> list[str]:
        with contextlib.suppress(OSError):
            return (self._folder / _NAME).read_text("utf-8", "replace").split("\n")
        return []
