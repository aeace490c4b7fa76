"""The mirror: how soon it opens over a long log, what its warnings cost, and how quickly the record goes out."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks.diary import keep
from benchmarks.report import Report, arguments, median, percentile, say, spread
from cyborg_tui.commands.export import Form, run_export
from cyborg_tui.library.library import Library
from cyborg_tui.loom.fan import Branch, Finish, TokenRecord
from cyborg_tui.loom.mirror.days import Span
from cyborg_tui.loom.mirror.loops import Repetition
from cyborg_tui.loom.mirror.shown import drawn_of
from cyborg_tui.loom.mirror.warnings import Live
from cyborg_tui.screens.mirror_pictures import pictures
from cyborg_tui.session.mirror import held_up

_FANS = 300


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def all_rows(file: Path) -> None:
    """The limit for whoever reads all of it: every row of the log and of the branches, as SQLite gives it."""
    with closing(sqlite3.connect(file)) as connection:
        for table in ("events", "turns", "branches", "showings"):
            for _ in connection.execute(f"SELECT * FROM {table}"):
                pass


def openings(library: Library, times: int) -> tuple[list[float], list[float]]:
    """Of the mirror over everything, to the last picture, and of all its rows, in turn; the first is not counted."""
    own, rows = [], []
    for _ in range(times + 1):
        own.append(seconds(lambda: hold_up(library)))
        rows.append(seconds(lambda: all_rows(library.file)))
    return own[1:], rows[1:]


def hold_up(library: Library) -> None:
    found = held_up(library.log, Span.EVERYTHING, time.time())
    for picture in pictures(found, Repetition(())):
        picture.draw(80)


def warnings(times: int) -> list[float]:
    """Milliseconds for all there is to say of a new fan of eight, of a choice, and of the text before the cursor."""
    text = "The sea was as it had been when we came back to it, and nobody had told the house. " * 40
    found = []
    for number in range(times):
        branches = [branch(number * 8 + index) for index in range(8)]
        live = Live()
        took = seconds(lambda live=live, branches=branches: say_all(live, branches, text))
        found.append(took * 1000)
    return found


def branch(seed: int) -> Branch:
    texts = [f" word{(seed * 7 + index) % 90}" for index in range(24)]
    tokens = tuple(TokenRecord(len(text) + index, len(text), -1.5, 2.0) for index, text in enumerate(texts))
    return Branch(seed + 1, 1, seed % 8, 7, 2, "".join(texts), 0, tokens, Finish.TOKENS)


def say_all(live: Live, branches: list[Branch], text: str) -> None:
    live.of_fan([drawn_of(one) for one in branches])
    live.chosen(1, 8, 24, 2.0)
    live.of_choices()
    live.of_text(text[-2400:])


def measure(report: Report, folder: Path, events: int, times: int) -> None:
    say(f"Making a log of {events:,} events")
    report.add("to make it", seconds(lambda: keep(folder, events)), "s")
    library = Library(folder)
    say("Opening")
    own, rows = openings(library, times)
    report.add(f"opens, {events:,} events", median(own), "s", "<= 0.5", spread(own))
    report.add("SQLite, all rows of the log and the branches", median(rows), "s", note=spread(rows))
    ratios = [mine / other for mine, other in zip(own, rows, strict=True)]
    report.add("opens, mirror / all rows", median(ratios), "ratio", note=spread(ratios))
    say("Warnings")
    live = warnings(_FANS)
    report.add("warnings for a fan, median", median(live), "ms", "<= 1", f"p99 {percentile(live, 99):.2f}")
    say("Handing on")
    out = folder / "record.jsonl"
    took = seconds(lambda: run_export(library, "all", Form.PROCESS, 2000, out, knowingly=False))
    size = out.stat().st_size / 2**20
    report.add("handed on", size / took, "MB/s", note=f"{size:.0f} MB")
    library.close()


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--times", type=int, default=7, help="openings of each kind")
    options = parser.parse_args()
    report = Report(f"mirror: {options.events:,} events")
    with tempfile.TemporaryDirectory() as folder:
        measure(report, Path(folder), options.events, options.times)
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
