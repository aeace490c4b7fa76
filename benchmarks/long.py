"""A manuscript of three megabytes and sixty thousand lines: how soon it can be written in, and how well."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.editors import APP, PAGE_DOWN, TEXT_AREA, Editor, installed
from benchmarks.prose import prose
from benchmarks.report import Report, arguments, median, percentile, say, spread
from benchmarks.terminal import COMMAND, Home, Recorder
from benchmarks.typing import Typed, typed

LINES, CHARACTERS = 60_000, 3_000_000
_FOOTER = "Tab branches"
_END = "\x1b[1;5F"
_MARK = "The last line."


def manuscript() -> str:
    """Lines of up to about 95 characters, as a novel has that is wrapped by hand, and one that is known to be the
    last."""
    words = prose(CHARACTERS // 30).split()
    lines: list[str] = []
    at = 0
    for number in range(LINES - 1):
        count = 2 + number * 7 % 13
        lines.append(" ".join(words[(at + i) % len(words)] for i in range(count)))
        at += count
    return "\n".join([*lines, _MARK])


def opened(editors: Sequence[Editor], file: Path, times: int) -> dict[str, list[float]]:
    """Seconds from the command to its beginning on the screen, in turn; the first time is not counted."""
    found: dict[str, list[float]] = {editor.name: [] for editor in editors}
    with Home() as home:
        for _ in range(times + 1):
            for editor in editors:
                file.write_text(manuscript(), "utf-8")
                found[editor.name].append(_seconds_to_open(editor, file, home))
    return {name: seconds[1:] for name, seconds in found.items()}


def _seconds_to_open(editor: Editor, file: Path, home: Home) -> float:
    beginning = file.read_text("utf-8").partition("\n")[0]
    began = time.monotonic()
    with Recorder(editor.command(file, 1), home) as terminal:
        while beginning not in terminal.screen:
            terminal.read(0.01)
        took = time.monotonic() - began
        if editor is APP:
            terminal.quit()
    return took


def at_the_beginning(app: Recorder) -> None:
    app.wait_for(_FOOTER)


def in_the_middle(app: Recorder) -> None:
    app.wait_for(_FOOTER)
    for _ in range(25):
        app.send(*[PAGE_DOWN] * 30)
        app.settle(0.3)


def at_the_end(app: Recorder) -> None:
    app.wait_for(_FOOTER)
    app.send(_END)
    app.wait_for(_MARK)


def typed_at(place: Callable[[Recorder], None], file: Path, keys: int, seed: int) -> Typed:
    with Home() as home, Recorder((*COMMAND, file), home) as app:
        app.wait_for(lambda screen: "loading the model" not in screen, seconds=60)
        place(app)
        app.settle(1)
        found = typed(APP, app, keys, seed)
        app.quit()
    return found


def typed_by_a_peer(editor: Editor, file: Path, keys: int, seed: int) -> Typed:
    """At the end, too."""
    with Home() as home, Recorder(editor.command(file, LINES), home) as terminal:
        editor.begin(terminal)
        terminal.settle(1, patience=60)
        return typed(editor, terminal, keys, seed)


def seconds_until_saved(file: Path, times: int) -> tuple[list[float], list[float]]:
    """From the last key of a few to its being in the library for others to read, and from Ctrl+S to the end of its
    being written into the file."""
    committed, written = [], []
    with Home() as home, Recorder((*COMMAND, file), home) as app:
        at_the_end(app)
        app.settle(1)
        for number in range(times):
            mark = f" mark{number}"
            app.record((0.04, key) for key in mark)
            app.send(".")
            began = time.monotonic()
            while mark + "." not in _in_library(home):
                time.sleep(0.02)
            committed.append(time.monotonic() - began)
            app.send("Ctrl+S")
            began = time.monotonic()
            app.wait_for("Saved in")
            written.append(time.monotonic() - began)
        app.quit()
    return committed, written


def _in_library(home: Home) -> str:
    """The ends of what was written last, read as another program would."""
    file = home.path / "library" / "library.db"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as library:
        rows = library.execute("SELECT substr(text, -200) FROM chunks ORDER BY id DESC LIMIT 8")
        return "".join(bytes(text).decode("utf-8", "replace") for (text,) in reversed(rows.fetchall()))


def measure(report: Report, times: int, keys: int) -> None:
    with Home() as home:
        file = home.path / "novel.txt"
        file.write_text(manuscript(), "utf-8")
        say("Opening it")
        vim = [editor for editor in installed() if editor.name == "vim"]
        first = opened((APP, TEXT_AREA, *vim), file, times)
        for name, seconds in first.items():
            goal = "<= 1" if name == APP.name else ""
            report.add(f"{name}, first paint", median(seconds), "s", goal, spread(seconds))
        ratio = median(first[APP.name]) / median(first[TEXT_AREA.name])
        report.add("first paint, app / TextArea", ratio, "ratio", "<= 1")
        for place in (at_the_beginning, in_the_middle, at_the_end):
            where = place.__name__.replace("_", " ")
            say(f"Typing {where}")
            file.write_text(manuscript(), "utf-8")
            found = typed_at(place, file, keys, 1)
            void = bool(found.missing) or not found.waits
            note = f"{found.missing} letters were never seen" if void else f"{len(found.waits)} letters"
            for what, percent, goal in (("median", 50, "<= 4"), ("p99", 99, "<= 16")):
                value = None if void else percentile(found.waits, percent)
                report.add(f"typing {where}, {what}", value, "ms", goal, note)
        for editor in (TEXT_AREA, *vim):
            say(f"Typing at the end in {editor.name}")
            file.write_text(manuscript(), "utf-8")
            peer = typed_by_a_peer(editor, file, keys, 1)
            value = percentile(peer.waits, 50) if peer.waits and not peer.missing else None
            report.add(f"typing at the end, {editor.name}, median", value, "ms", "", f"{len(peer.waits)} letters")
        say("Saving it")
        file.write_text(manuscript(), "utf-8")
        committed, written = seconds_until_saved(file, times)
        report.add("from a key to the library", max(committed), "s", "<= 1", f"the longest of {len(committed)}")
        report.add("from Ctrl+S to the file", max(written), "s", "<= 1", f"the longest of {len(written)}")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=5, help="times it is opened and saved")
    parser.add_argument("--keys", type=int, default=200, help="keys pressed at each place")
    options = parser.parse_args()
    report = Report(f"long: {CHARACTERS:,} characters, {LINES:,} lines")
    measure(report, options.times, options.keys)
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
