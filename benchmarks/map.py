"""The map of a loom of 100,000 nodes, 2,000 of them on the path: how soon it is there, and how quick a move is."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import argparse
import random
import time

from benchmarks.forest import plant
from benchmarks.report import Report, arguments, median, percentile, say
from benchmarks.terminal import COMMAND, Home, Recorder
from benchmarks.typing import waits_of

_OPENINGS, _MOVES = 5, 60
_FOOTER = "Tab branches"


def _cursor(screen: str) -> int:
    """The row of the screen in which the map's cursor is; -1 if there is none."""
    return next((y for y, row in enumerate(screen.splitlines()) if row.startswith("▌")), -1)


def _opened(app: Recorder) -> float:
    """Seconds from F2 to the last row of the map on the screen, and back again."""
    began = time.monotonic()
    app.send("\x1bOQ")
    while not ("Enter go there" in app.screen and _cursor(app.screen) >= 0):
        app.read(0.005)
    took = time.monotonic() - began
    app.send("\x1bOQ")
    app.wait_for(_FOOTER)
    app.settle(0.5)
    return took


def _moved(app: Recorder, moves: int) -> list[float]:
    """Milliseconds from each k to the cursor in another row, or another text in its row."""
    app.send("\x1bOQ")
    app.wait_for("Enter go there")
    app.settle(1)
    chance = random.Random(1)
    position = int(_position(app.screen))
    happenings = app.record((chance.uniform(0.1, 0.2), "k") for _ in range(moves))

    def shows(count: int) -> bool:
        return _position(app.screen) == str(position - count)

    return [wait for _, wait in waits_of(app, happenings, shows)]


def _position(screen: str) -> str:
    """The number of the cursor's row, as the status line has it."""
    found = next((row for row in screen.splitlines() if " of " in row and "the map" in row), "")
    return found.rpartition("row ")[2].partition(" of ")[0].replace(",", "")


def measure(report: Report, nodes: int, on_the_path: int) -> None:
    with Home() as home:
        say(f"Planting {nodes:,} nodes")
        data = home.path / "forest"
        loom = plant(data, nodes, on_the_path)
        with Recorder((*COMMAND, "--data-dir", data, "--loom", str(loom.id)), home) as app:
            app.wait_for(_FOOTER, seconds=60)
            app.wait_for(lambda screen: "loading the model" not in screen, seconds=60)
            app.settle(2, patience=60)
            opened = [_opened(app) for _ in range(_OPENINGS)]
            before = app.processor_seconds()
            moved = _moved(app, _MOVES)
            after = app.processor_seconds()
            app.quit()
    report.add("map opens, the first time", opened[0], "s", "<= 0.3")
    report.add("map opens, median", median(opened), "s", "<= 0.3")
    seen = f"{len(moved)} of {_MOVES} moves seen"
    void = len(moved) < _MOVES
    report.add("a move on the map, median", None if void else median(moved), "ms", "<= 16", seen)
    ran = None if before is None or after is None else (after - before) * 1000 / _MOVES
    report.add("processor time for a move", ran, "ms")
    report.add("a move on the map, p99", None if void else percentile(moved, 99), "ms", "", seen)


def options() -> argparse.ArgumentParser:
    parser = arguments(__doc__ or "")
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--on-the-path", type=int, default=2_000)
    return parser


if __name__ == "__main__":
    chosen = options().parse_args()
    figures = Report(f"map: {chosen.nodes:,} nodes, {chosen.on_the_path:,} on the path")
    measure(figures, chosen.nodes, chosen.on_the_path)
    figures.show(as_json=chosen.json)
