"""A monkey at the keys of the whole app, with the real engine.

Every so often it stops, and then the screen, the session and the library must agree. A failure is shrunk to a short
list of acts, which is written as a script that can be run by itself.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library
from cyborg_tui.widgets.cells import drawable, width
from cyborg_tui.widgets.editor.document import Document
from tests.acts import QUIET, shrunk, written_as_script
from tests.terminal import APP, Terminal

__all__ = ["Drift", "Monkey", "play", "play_and_shrink"]

COLUMNS, ROWS = 120, 34
TOP, MARGIN = 2, 3
"""Where the text begins on a screen of that size."""
PATIENCE = 30
"""Seconds that a busy machine may take until all agrees."""


class Drift(AssertionError):
    """The screen, the session and the library did not agree, or the app fell over."""


class Monkey:
    """The app in a terminal, with a text file; `do` does one act."""

    def __init__(self, folder: Path, chapters: int = 0) -> None:
        self.folder, self.file, self.data = folder, folder / "page.txt", folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        library = Library(self.data)
        for name in ("other", *(f"chapter-{number}" for number in range(chapters))):
            library.for_file(folder / f"{name}.txt")  # so that F7 leads somewhere
        library.close()
        self._editor = folder / "editor"
        only_texts = 'case "$1" in *.toml) ;; *) printf \'edited. \' >> "$1" ;; esac'
        self._editor.write_text(f"#!/bin/sh\n{only_texts}\n")
        self._editor.chmod(0o700)
        self._closed = False
        self._done: list[tuple[int, str]] = []
        """Every act, and how much the terminal had been sent before it."""
        self.terminal = self._start()

    def _start(self) -> Terminal:
        environment = {"EDITOR": str(self._editor), "VISUAL": "", "HOME": str(self.folder)}
        environment["CYBORG_TUI_TRACE"] = str(self.folder / "trace")
        command = (sys.executable, Path(__file__).with_name("traced.py"), "--data-dir", self.data, self.file)
        terminal = Terminal(command, COLUMNS, ROWS, environment, self.folder)
        terminal.wait_for("^Q quit", 30)
        self._session = terminal.pid
        return terminal

    def do(self, act: str) -> None:
        """Raises Drift."""
        self._done.append((len(self.terminal.raw), act))
        unusual = {
            "wait": lambda: self._read(0.4),
            "stall": lambda: time.sleep(0.8),
            "kill the engine": lambda: self._signal_engine(signal.SIGKILL),
            "stop the engine": lambda: self._signal_engine(signal.SIGSTOP),
            "another window": self._another_window,
            "quit": self._quit_and_come_back,
            QUIET: self.compare,
        }
        if act in unusual:
            unusual[act]()
        elif act.startswith("resize "):
            self.terminal.resize(*map(int, act.removeprefix("resize ").split("x")))
            self._read(0.02)
        else:
            with contextlib.suppress(OSError):  # it has just ended, which is seen when it is read
                self.terminal.send(act)
            self._read(0.15 if act == "Esc" else 0.02)

    def _read(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self.terminal.read(left):
                self._ended()
                return

    def _ended(self) -> None:
        """By itself: right only if the monkey found "quit" among the commands."""
        code = self.terminal.wait_for_end()
        if code:
            raise Drift(f"the app ended with {code}:\n{self.terminal.screen}")
        self.terminal.close()
        self.terminal = self._start()

    def _engine(self) -> int | None:
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.terminal.pid)], capture_output=True, text=True, check=False
        ).stdout
        return next((int(line.split()[0]) for line in found.splitlines() if "cyborg_tui.engine" in line), None)

    def _signal_engine(self, sign: signal.Signals) -> None:
        pid = self._engine()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
        self._read(0.05)

    def _another_window(self) -> None:
        """It takes the loom over, writes a little, and leaves."""
        self.go_home()
        self._write_here()
        command = (*APP, "--data-dir", self.data, "--loom", self._loom_in_view())
        with Terminal(command, COLUMNS, ROWS, folder=self.folder) as other:
            self._both(other, "^R write here")
            other.send("Ctrl+R")
            self._both(other, "You write here now")
            other.send("from elsewhere. ")
            self._both(other, lambda screen: "from elsewhere." in _page(screen))
            other.send("Ctrl+Q")
            other.wait_for_end()
        self._write_here()

    def _both(self, other: Terminal, what: str | Callable[[str], bool]) -> None:
        """Wait for what the other window shows, while this one is read too."""
        shows = what if callable(what) else lambda screen: what in screen
        end = time.monotonic() + 3 * PATIENCE
        while not shows(other.screen):
            if time.monotonic() > end:
                raise Drift(f"the other window never showed {what}:\n{other.screen}")
            other.read(0.05)
            self._read(0.02)

    def _quit_and_come_back(self) -> None:
        self.go_home()
        self.terminal.send("Ctrl+Q")
        code = self.terminal.wait_for_end(20)
        if code:
            raise Drift(f"it quit with {code}:\n{self.terminal.screen}")
        self.terminal.close()
        self.terminal = self._start()

    def go_home(self) -> None:
        """To the editor, with nothing over it and nothing standing in it, in a window of the usual size."""
        self.terminal.resize(COLUMNS, ROWS)
        end = time.monotonic() + PATIENCE
        presses = 0
        while presses < 4 or not _is_home(self.terminal.screen):
            if time.monotonic() > end:
                raise Drift(f"Esc does not lead home:\n{self.terminal.screen}")
            self.terminal.send("Esc")
            presses += 1
            self._read(0.15)

    def _write_here(self) -> None:
        """If another window had the loom, have it again."""
        end = time.monotonic() + PATIENCE
        while "^R write here" in self.terminal.screen:
            if time.monotonic() > end:
                raise Drift(f"the loom cannot be had again:\n{self.terminal.screen}")
            self.terminal.send("Ctrl+R")
            self._read(1)

    def _loom_in_view(self) -> int:
        library = Library(self.data)
        ids = {row.title: row.id for row in library.looms()}
        library.close()
        end = time.monotonic() + PATIENCE
        while self._title not in ids:
            if time.monotonic() > end:
                raise Drift(f"there is no loom {self._title!r}:\n{self.terminal.screen}")
            self._read(0.1)
        return ids[self._title]

    @property
    def _title(self) -> str:
        """It stands first in the first row, before where in the tree one is."""
        return re.split("  +", self.terminal.screen.partition("│")[0].strip())[0]

    def compare(self) -> None:
        """Write a letter, and see that in the end all agrees. Raises Drift."""
        self.go_home()
        self._write_here()
        self.terminal.send("x")
        end = time.monotonic() + PATIENCE
        while problem := self._difference():
            if time.monotonic() > end:
                raise Drift(f"{problem}\n{self.terminal.screen}")
            self._read(0.25)

    def _difference(self) -> str:
        """What does not agree; empty if all does."""
        rows = self.terminal.screen.split("\n")
        title, status = self._title, rows[-2]
        library = Library(self.data)
        try:
            row = next((row for row in library.looms() if row.title == title), None)
            loom = library.open(row.id) if row else None
        finally:
            library.close()
        if row is None or loom is None:
            return f"there is no loom {title!r}"
        return _in_view(self.terminal, rows, loom.text, loom.cursor) or _in_status(status, loom.text, row.path)

    def begin_chapter(self, number: int) -> None:
        """Go to another loom, an empty one."""
        self.go_home()
        title = f"chapter-{number}.txt"
        self.terminal.send("F7")
        self.terminal.wait_for("filter by title")
        self.terminal.send(title)
        self.terminal.wait_for(lambda screen: title in screen.replace(f"  {title}", "", 1))
        self.terminal.send("Enter")
        self.terminal.wait_for(lambda screen: screen.strip().startswith(title))

    def memory(self) -> int:
        """Resident kilobytes of the app, without its engine."""
        return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(self.terminal.pid)]))

    def leave(self) -> None:
        """The app ends well, and all that it left agrees."""
        self._quit_and_come_back()
        self.close()
        library = Library(self.data)
        texts = {row.path: library.open(row.id).text for row in library.looms() if row.path}
        library.close()
        if faults := examine(library.file).faults:
            raise Drift(f"the library: {faults}")
        for path, text in texts.items():
            if text != (Path(path).read_bytes().decode("utf-8") if Path(path).exists() else ""):
                raise Drift(f"{path} is not its loom: {text!r}")

    def written_down(self) -> Path:
        """A folder with all there is to trace a failure by: the acts, what the terminal was sent and shows, what the
        app waits for, and which processes there are."""
        folder = Path(tempfile.mkdtemp(prefix="monkey-"))
        (folder / "acts").write_text("".join(f"{sent:10} {act!r}\n" for sent, act in self._done), "utf-8")
        (folder / "sent").write_bytes(self.terminal.raw)
        (folder / "screen").write_text(self.terminal.screen, "utf-8", "surrogatepass")
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.terminal.pid, signal.SIGUSR1)
            self._read(0.5)
        if (trace := self.folder / "trace").exists():
            (folder / "tasks").write_bytes(trace.read_bytes())
        command = ["ps", "-o", "pid,ppid,pgid,stat,wchan:20,etime,args", "--sid", str(self._session)]
        (folder / "processes").write_bytes(subprocess.run(command, capture_output=True, check=False).stdout)
        return folder

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.terminal.close()


def _page(screen: str) -> str:
    """The words on the editor's side of a screen, without the marks beside them."""
    return " ".join(" ".join(row.partition("│")[0].strip(" ▌▏") for row in screen.splitlines()).split())


def _is_home(screen: str) -> bool:
    title, *_, status, footer = screen.split("\n")
    keys = "Tab branches" in footer or "^R write here" in footer
    return keys and "│" in title and "Esc" not in status + footer


def _in_view(terminal: Terminal, rows: list[str], text: str, cursor: int) -> str:
    """Where the rows of the editor are not those of the text around the cursor."""
    bar = rows[0].index("│")
    place = _cursor(terminal, bar)
    if place is None:
        return "there is no cursor"
    x, y = place
    document = Document(text, min(76, bar - 2 * MARGIN))
    at = document.row_of(cursor)
    column = MARGIN + width(drawable(document.slice(document.row(at)[0], cursor)))
    if x != min(column, bar - 1):
        return f"the cursor stands in column {x}, not {column}"
    for row in range(TOP, ROWS - 2):
        number = at + row - y
        shown = rows[row].split("│")[0][MARGIN:].rstrip()
        expected = drawable(document.slice(*document.row(number))).rstrip() if 0 <= number < document.height else ""
        if unicodedata.normalize("NFC", shown) != unicodedata.normalize("NFC", expected):
            return f"row {row} shows {shown!r}; the library has {expected!r}"
    return ""


def _cursor(terminal: Terminal, bar: int) -> tuple[int, int] | None:
    """The first cell of the editor in reverse video."""
    cells = terminal._screen.buffer
    return next(((x, y) for y in range(TOP, ROWS - 2) for x in range(bar) if cells[y][x].reverse), None)


def _in_status(status: str, text: str, path: str | None) -> str:
    """Where the status line says what is not so."""
    words = re.search(r"(?<!times in )\b([\d,]+) words?", status)
    if words is not None and int(words[1].replace(",", "")) != len(text.split()):
        return f"the status line has {words[0]}, the library {len(text.split())}"
    behind = path is not None and text != (Path(path).read_bytes().decode("utf-8") if Path(path).exists() else "")
    expected = "saved, but not yet in the file" if behind else "saved"
    return "" if status.rstrip().endswith(expected) else f"the status line does not say {expected!r}"


def play(folder: Path, script: Sequence[str]) -> None:
    """Do these acts in a new library in this folder. Raises Drift."""
    monkey = Monkey(folder)
    try:
        for act in script:
            monkey.do(act)
        monkey.compare()
        monkey.leave()
    except AssertionError as error:  # of the terminal's too
        raise Drift(str(error)) from None
    finally:
        monkey.close()


def play_and_shrink(folder: Path, script: Sequence[str], name: str, seconds: float) -> None:
    """As `play`; a failure is shrunk first, for so many seconds, and written as a script."""
    try:
        play(folder / "first", script)
    except Drift as drift:
        tries = iter(range(10_000))

        def fails(tried: Sequence[str]) -> bool:
            try:
                play(folder / f"try-{next(tries)}", tried)
            except Drift:
                return True
            return False

        short = shrunk(script, fails, seconds)
        path = written_as_script(short, name)
        raise Drift(f"{drift}\n{len(short)} acts do it: {short!r}\nRun it again: {sys.executable} {path}") from None
