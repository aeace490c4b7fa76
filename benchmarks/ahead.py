"""What need not be waited for: branches that were made ahead of the take, and an engine that is at something else."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import argparse
import asyncio
import json
import random
import re
import time

from benchmarks.asking import Engine, Instead
from benchmarks.prose import prose
from benchmarks.report import Report, arguments, cores, median, say, spread
from benchmarks.resident import words
from benchmarks.synthetic import SHAPES, synthetic_model
from benchmarks.terminal import COMMAND, Home, Recorder
from benchmarks.typing import waits_of
from cyborg_tui.config import EngineConfig
from cyborg_tui.loom.settings import FanSettings

_CONTEXT, _LENGTH = 128, 12
_CHARACTERS = 1000


async def replaced(shape: str, times: int) -> list[Instead]:
    """A fan is wanted at any moment of another's steps; both contexts have been read, and stay in the cache."""
    vocabulary, chance = SHAPES[shape].vocabulary, random.Random(1)
    config = EngineConfig(model=str(synthetic_model(shape)), threads=cores(), nice=0)
    one, other = words(1, _CONTEXT, vocabulary), words(2, _CONTEXT, vocabulary)
    async with Engine(config) as engine:
        await engine.evaluate(other)
        await engine.evaluate(one)
        fan = FanSettings(8, 200)
        return [await engine.instead(one, other, fan, 2 * number, chance.random()) for number in range(times)]


def shown(shape: str, takes: int, *, ahead: bool) -> tuple[list[float], int]:
    """Milliseconds from each Tab, which takes a branch and asks for more, to eight on the screen; and how many times
    all of them were ready."""
    model = json.dumps(str(synthetic_model(shape)))
    config = (
        f'look_ahead = "{"always" if ahead else "never"}"\nwiden = false\n'
        f"[engine]\nmodel = {model}\ncontext = 1024\nthreads = {cores()}\n[fan]\nmax_tokens = {_LENGTH}\n"
    )
    waits: list[float] = []
    hits, took = 0, 0.0
    with Home(config) as home:
        file = home.path / "text.txt"
        file.write_text(prose(_CHARACTERS), "utf-8")
        with Recorder((*COMMAND, file), home) as app:
            app.wait_for("Tab branches", seconds=60)
            app.wait_for(lambda screen: "loading the model" not in screen, seconds=120)
            app.send(*["\x1b[6~"] * 3)
            app.settle(2, patience=60)
            began = time.monotonic()
            app.send("Tab")
            for fan in range(1, takes + 1):
                app.wait_for(lambda screen, fan=fan: _there(screen, fan) and "writing" not in screen, seconds=60)
                took = took or time.monotonic() - began
                app.read(1.0 + (1.5 * took if ahead else 0))  # the person reads, and the next fan is made
                happenings = app.record([(0.1, "Tab")], after=1.0 if ahead else 3.0)
                waits += [wait for _, wait in waits_of(app, happenings, lambda _, fan=fan: _there(app.screen, fan + 1))]
                hits += "writing" not in app.screen and "reading" not in app.screen
            app.quit()
    return waits, hits


def _there(screen: str, fan: int) -> bool:
    """Whether the fan of this number has eight branches on the screen, with some text each."""
    rows = all(re.search(rf"\b{number}[ ✓*=~][ ▌] *\w", screen) for number in range(1, 9))
    return f"fan {fan} " in screen and rows


def measure(report: Report, shape: str, times: int, takes: int) -> None:
    say("Fans that take the place of others")
    found = asyncio.run(replaced(shape, times))
    step = median([one.step for one in found])
    within = sum(one.grew <= 1 for one in found)
    left, began = (
        [value / step for value in values] for values in zip(*((one.left, one.began) for one in found), strict=True)
    )
    report.add("left within a step", within, "times", f">= {times}", f"of {times}")
    report.add(
        "from the key to the end of the fan before", max(left), "steps", "", f"of {step * 1000:.0f} ms; {spread(left)}"
    )
    report.add("from the key to the first tokens", max(began), "steps", "", spread(began))
    say("Takes of branches, the next fan made ahead")
    waits, hits = shown(shape, takes, ahead=True)
    void = len(waits) < takes or hits < takes
    note = f"{spread(waits, 0)}, {hits} of {takes} were ready" if waits else "none was seen"
    report.add("from the take to the branches", None if void else median(waits), "ms", "<= 50", note)
    say("And not made ahead")
    waits, _ = shown(shape, max(2, takes // 3), ahead=False)
    report.add(
        "the same, not made ahead", median(waits) if waits else None, "ms", "", spread(waits, 0) if waits else ""
    )


def options() -> argparse.ArgumentParser:
    parser = arguments(__doc__ or "")
    parser.add_argument("--times", type=int, default=20, help="fans that take the place of others")
    parser.add_argument("--takes", type=int, default=10)
    parser.add_argument("--shape", choices=SHAPES, default="0.6b")
    return parser


def main() -> None:
    chosen = options().parse_args()
    report = Report(f"ahead: synthetic {chosen.shape}")
    measure(report, chosen.shape, chosen.times, chosen.takes)
    report.show(as_json=chosen.json)


if __name__ == "__main__":
    main()
