"""A peer: Textual's own TextArea as it comes, in an app of nothing else."""

import sys

if not __package__:  # this folder's typing.py is not Python's
    sys.path[0] = __file__.rpartition("benchmarks")[0]

from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import TextArea


class PlainApp(App[None]):
    def __init__(self, text: str, row: int, column: int) -> None:
        super().__init__()
        self._text, self._place = text, (row, column)

    def compose(self) -> ComposeResult:
        area = TextArea(self._text, soft_wrap=True, show_line_numbers=False, compact=True)
        area.cursor_blink = False
        yield area

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(self._place, center=True)


if __name__ == "__main__":
    file, line, column = sys.argv[1:]
    PlainApp(Path(file).read_text("utf-8"), int(line) - 1, int(column)).run()
