"""The editors that are typed in: the app, and what else is installed, each in the middle of a long text."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.terminal import COMMAND, Home, Recorder

__all__ = ["APP", "PAGE_DOWN", "TEXT_AREA", "Editor", "installed", "open_in_the_middle"]

PAGE_DOWN, _WORD_RIGHT = "\x1b[6~", "\x1b[1;5C"
_PAGES = 20
_COLUMN = 300


@dataclass(frozen=True, slots=True)
class Editor:
    name: str
    command: Callable[[Path, int], tuple[str, ...]]
    """From a file and the number of the line to type in, which is a whole paragraph."""
    begin: Callable[[Recorder], None]
    """What is left to do before letters can be typed."""
    cursor: Callable[[Recorder], tuple[int, int] | None]

    def before_cursor(self, terminal: Recorder) -> str:
        """What stands in the cursor's row before it."""
        place = self.cursor(terminal)
        return terminal.before(*place) if place else ""


def open_in_the_middle(editor: Editor, file: Path, home: Home) -> Recorder:
    lines = file.read_text("utf-8").split("\n")
    middle = len(lines) // 2
    terminal = Recorder(editor.command(file, middle + (0 if lines[middle - 1] else 1)), home)
    editor.begin(terminal)
    terminal.settle(1)
    return terminal


def installed() -> Iterator[Editor]:
    """Textual's own, and the other editors that this machine has."""
    return (editor for editor in _OTHERS if editor is TEXT_AREA or shutil.which(editor.name))


def _wait_for_model(app: Recorder) -> None:
    app.wait_for("Tab branches")
    app.wait_for(lambda screen: "loading the model" not in screen, seconds=60)


def _app_to_middle(app: Recorder) -> None:
    _wait_for_model(app)
    app.send(*[PAGE_DOWN] * _PAGES)
    app.settle()
    while not _inside_paragraph(app):
        app.send("Down")
        app.settle(0.1)
    app.send("Home", *[_WORD_RIGHT] * 4)


def _inside_paragraph(app: Recorder) -> bool:
    place = app.reversed_cell()
    return place is not None and all(app.before(40, y).strip() for y in range(place[1], place[1] + 3))


def _hardware_cursor(terminal: Recorder) -> tuple[int, int]:
    return terminal.cursor


def _settled(terminal: Recorder) -> None:
    terminal.settle()


def _vim(file: Path, line: int) -> tuple[str, ...]:
    place = ("-c", f"call cursor({line}, {_COLUMN})", "-c", "normal! w", "-c", "startinsert")
    return ("vim", "--clean", "-c", "set linebreak", *place, str(file))


def _nano(file: Path, line: int) -> tuple[str, ...]:
    return ("nano", "--ignorercfiles", "--softwrap", "--atblanks", f"+{line},{_COLUMN}", str(file))


def _emacs(file: Path, line: int) -> tuple[str, ...]:
    return ("emacs", "-nw", "-Q", "--eval", "(global-visual-line-mode 1)", f"+{line}:{_COLUMN}", str(file))


def _kak(file: Path, line: int) -> tuple[str, ...]:
    plain = "set-option global autocomplete ''; add-highlighter global/ wrap -word"
    start = f"{plain}; execute-keys {line}g{_COLUMN}li"
    return ("kak", "-n", "-e", start, str(file))


def _text_area(file: Path, line: int) -> tuple[str, ...]:
    return (sys.executable, str(Path(__file__).with_name("text_area.py")), str(file), str(line), str(_COLUMN))


APP = Editor("cyborg-tui", lambda file, _line: (*COMMAND, str(file)), _app_to_middle, Recorder.reversed_cell)
TEXT_AREA = Editor("TextArea", _text_area, _settled, _hardware_cursor)
_OTHERS = (
    TEXT_AREA,
    Editor("vim", _vim, _settled, _hardware_cursor),
    Editor("nano", _nano, _settled, _hardware_cursor),
    Editor("emacs", _emacs, _settled, _hardware_cursor),
    Editor("kak", _kak, _settled, _hardware_cursor),
)
