"""How soon the app can be written in, and how much memory it takes."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import os
import subprocess
import time
from pathlib import Path

from benchmarks.editors import TEXT_AREA
from benchmarks.prose import presses, prose
from benchmarks.report import Report, arguments, median, say, spread
from benchmarks.synthetic import synthetic_model
from benchmarks.terminal import COMMAND, Home, Recorder
from benchmarks.typing import CHARACTERS, waits_of

_FOOTER = "Tab branches"
"""The keys that work now stand in the last row; when they do, all of the screen does."""
_LETTERS = 12
_TEXT = "This is the last line."


def first_paint(command: tuple[object, ...], home: Home, shows: str) -> float:
    """Seconds from a command to a screen that shows something."""
    began = time.monotonic()
    with Recorder(command, home) as app:
        happenings = app.record([], after=2)
        painted = next(happening.at for happening in app.replay(happenings) if shows in app.screen)
        app.quit()
    return painted - began


def first_paints(times: int) -> tuple[list[float], list[float]]:
    """Of the app, and of an app that is a TextArea and nothing else, in turn. The first of each is not counted."""
    own, plain = [], []
    with Home() as home:
        file = home.path / "text.txt"
        file.write_text(_TEXT, "utf-8")
        for _ in range(times + 1):
            own.append(first_paint(COMMAND, home, _FOOTER))
            plain.append(first_paint(TEXT_AREA.command(file, 1), home, _TEXT))
    return own[1:], plain[1:]


def _times(command: tuple[str, ...], times: int) -> list[float]:
    """Seconds that a command takes; the first run is not counted."""
    found = []
    with Home() as home:
        environment = {**os.environ, **home.environment}
        for _ in range(times + 1):
            began = time.monotonic()
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
            found.append(time.monotonic() - began)
    return found[1:]


def typed_while_loading(model: Path) -> tuple[int, list[float]]:
    """Letters typed from the first paint on: how many stood there before the model was loaded, and milliseconds to
    each."""
    with Home() as home, Recorder((*COMMAND, "--model", model), home) as app:
        while _FOOTER not in app.screen:
            app.read(0.01)
        happenings = app.record(((pause, key) for pause, key in presses(4 * _LETTERS, 1) if key != " "), after=1)
        text = "".join(happening.key for happening in happenings)
        loading = 0
        waits = []

        def shows(count: int) -> bool:
            place = app.reversed_cell()
            return place is not None and app.before(*place).endswith(text[:count])

        for _, wait in waits_of(app, happenings, shows):
            if len(waits) < _LETTERS:
                waits.append(wait)
                loading += "loading" in app.screen
        app.quit()
    return loading, waits


def memory(file: Path) -> dict[str, float]:
    """MB of the app's own process, writing in a long text beside a fan: resident, and its part of what is shared."""
    with Home() as home, Recorder((*COMMAND, file), home) as app:
        app.wait_for(_FOOTER)
        app.wait_for(lambda screen: "loading the model" not in screen, seconds=60)
        app.record(presses(100, 1))
        app.send("Tab")
        app.settle(2)
        found = {"RSS": _rss(app.pid)}
        pss = Path(f"/proc/{app.pid}/smaps_rollup")
        if pss.exists():
            lines = dict(line.split(":", 1) for line in pss.read_text().splitlines()[1:])
            found["PSS"] = int(lines["Pss"].split()[0]) / 1024
        app.quit()
    return found


def _rss(pid: int) -> float:
    out = subprocess.run(("ps", "-o", "rss=", "-p", str(pid)), capture_output=True, text=True, check=True).stdout
    return int(out) / 1024


def measure(report: Report, times: int) -> None:
    def add(name: str, seconds: list[float], goal: str = "") -> None:
        report.add(name, median(seconds), "s", goal, spread(seconds))

    say("--help")
    add("--help", _times((*COMMAND, "--help"), 2 * times), "<= 0.25")
    add("Python alone", _times((sys.executable, "-c", "pass"), 2 * times))
    say("First paint")
    own, plain = first_paints(times)
    add("first paint", own, "<= 0.5")
    add("TextArea alone, first paint", plain)
    report.add("first paint, app / TextArea", median(own) / median(plain), "ratio", "<= 2.6")
    with Home() as home:
        file = home.path / "text.txt"
        file.write_text(prose(CHARACTERS), "utf-8")
        long = [first_paint((*COMMAND, file), home, _FOOTER) for _ in range(times + 1)]
        add(f"first paint, {CHARACTERS:,} characters", long[1:])
        say("Typing while a model loads")
        loading, waits = typed_while_loading(synthetic_model())
        note = f"of {_LETTERS} from the first paint on; the slowest {max(waits):.0f} ms"
        report.add("letters shown before the model was there", loading, "letters", f">= {_LETTERS}", note)
        say("Memory")
        note = f"{CHARACTERS:,} characters and a fan"
        for what, size in memory(file).items():
            report.add(f"memory, {what}", size, "MB", "<= 120" if what == "RSS" else "", note)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=7, help="starts of each kind")
    options = parser.parse_args()
    report = Report("start")
    measure(report, options.times)
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
