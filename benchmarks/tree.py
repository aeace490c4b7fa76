"""A loom of 100,000 nodes: how soon it opens, how soon one is at another place of it, and what a key costs there."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from benchmarks.forest import DAY, plant
from benchmarks.report import Report, arguments, median, percentile, say, spread
from cyborg_tui.library.library import Library
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.terms import asked
from cyborg_tui.session import Session

_PLACES = 40
_KEYS = 200
_PHRASES = 12
_SMALL = 100
"""Nodes of the loom that is compared with."""


def opened(folder: Path) -> tuple[float, Session, Library]:
    """Seconds until a letter stands in the text of the loom; with it, what was opened."""
    began = time.perf_counter()
    library = Library(folder)
    session = Session(library.daily(DAY), library, FanSettings(), lambda: None)
    session.edit(len(session.loom.text), len(session.loom.text), "a")
    return time.perf_counter() - began, session, library


def left(session: Session, library: Library) -> None:
    session.undo()
    session.leave()
    library.close()


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def all_rows(folder: Path) -> None:
    """The limit for whoever reads everything: every row, as SQLite gives it, of which nothing is made."""
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        for table in ("nodes", "fans", "branches"):
            for _ in connection.execute(f"SELECT * FROM {table}"):
                pass


def openings(folder: Path, times: int) -> tuple[list[float], list[float]]:
    """Of the loom, and of all its rows, in turn. The first of each is not counted."""
    own, rows = [], []
    for _ in range(times + 1):
        took, session, library = opened(folder)
        left(session, library)
        own.append(took)
        rows.append(seconds(lambda: all_rows(folder)))
    return own[1:], rows[1:]


def goings(folder: Path) -> list[float]:
    """Seconds to go from the end of the text to places anywhere in the loom that have not been looked at."""
    _, session, library = opened(folder)
    end = session.loom.manuscript.leaf
    chance = random.Random(1)
    nodes = [node for node in session.loom.tree.below(1) if node != end]
    found = []
    for node in chance.sample(nodes, _PLACES):
        found.append(seconds(lambda node=node: session.garden.go(node)))
        session.garden.go(end)
    left(session, library)
    return found


def keys(folder: Path) -> list[float]:
    """Seconds for each letter typed at the end of the text, in the session: without the screen."""
    _, session, library = opened(folder)
    found = []
    for number in range(_KEYS):
        at = len(session.loom.text)
        found.append(seconds(lambda at=at, number=number: session.edit(at, at, "word "[number % 5])))
    left(session, library)
    return found


def phrases(folder: Path) -> list[str]:
    """Some words that stand side by side, in places anywhere in the loom."""
    library = Library(folder)
    tree = library.open(library.daily(DAY).id).tree
    chance = random.Random(2)
    texts = [tree.node(node).text.split() for node in chance.sample([*tree.below(1)], _PHRASES * 4)]
    library.close()
    return [" ".join(words[1:4]) for words in texts if len(words) > 4][:_PHRASES]


def searches(folder: Path, wanted: list[str]) -> list[float]:
    """Seconds for each letter of what is looked for, until there are places: as one types."""
    library = Library(folder)
    library.find(asked("a"))
    found = [
        seconds(lambda typed=phrase[:end]: library.find(asked(typed)))
        for phrase in wanted
        for end in range(1, len(phrase) + 1)
    ]
    library.close()
    return found


def scans(folder: Path, wanted: list[str]) -> list[float]:
    """What whoever has no index cannot go below: every text looked through once for each phrase."""
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        count = "SELECT count(*) FROM passages WHERE instr(text, ?)"
        return [seconds(lambda phrase=phrase: connection.execute(count, (phrase.encode(),))) for phrase in wanted]


def measure(report: Report, folder: Path, nodes: int, times: int) -> None:
    large, small = folder / "large", folder / "small"
    say(f"Making a loom of {nodes:,} nodes")
    made = seconds(lambda: plant(large, nodes))
    plant(small, _SMALL, 10)
    report.add("to make it, and its index of words", made, "s")
    say("Opening")
    own, rows = openings(large, times)
    report.add("opens, and a letter is written", median(own), "s", "<= 0.5", spread(own))
    report.add("SQLite, all rows of nodes, fans and branches", median(rows), "s", note=spread(rows))
    pairs = [mine / other for mine, other in zip(own, rows, strict=True)]
    report.add("opens, loom / all rows", median(pairs), "ratio", "<= 1", spread(pairs))
    say("Going to places")
    there = [took * 1000 for took in goings(large)]
    report.add("going to any node, median", median(there), "ms", note=f"{_PLACES} places")
    report.add("going to any node, slowest", max(there), "ms", "<= 100", f"of {_PLACES}")
    say("Searching")
    wanted = phrases(large)
    answers = [took * 1000 for took in searches(large, wanted)]
    through = median(scans(large, wanted)) * 1000
    report.add("search, for each letter typed, median", median(answers), "ms", note=f"{len(answers)} letters")
    report.add(
        "search, for each letter typed, slowest", max(answers), "ms", "<= 50", f"p95 {percentile(answers, 95):.1f}"
    )
    report.add("all texts looked through for one phrase", through, "ms")
    report.add("search, slowest / all texts", max(answers) / through, "ratio", "<= 1")
    say("Typing")
    short = [took * 1000 for took in keys(small)]
    long = [took * 1000 for took in keys(large)]
    report.add("a key, 2,000 nodes on the path, median", median(long), "ms", note=f"p99 {percentile(long, 99):.2f}")
    report.add("a key, 10 nodes on the path, median", median(short), "ms", note=f"p99 {percentile(short, 99):.2f}")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=7, help="openings of each kind")
    options = parser.parse_args()
    report = Report(f"tree: {options.nodes:,} nodes, 2,000 on the path")
    with tempfile.TemporaryDirectory() as folder:
        measure(report, Path(folder), options.nodes, options.times)
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
