"""The samplers' screen: how soon after a key the bars of the next token are others, with a large vocabulary."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import random
import time

from benchmarks.prose import prose
from benchmarks.report import Report, arguments, median, percentile, say
from benchmarks.synthetic import SHAPES, synthetic_model
from benchmarks.terminal import COMMAND, Home, Recorder

_CHORES = 30.0
"""Seconds in which the engine does what it does once for each model while nobody asks anything."""
_TURNS = ("l", "l", "h", "l", "h", "h")
"""Keys that turn the temperature up and down again."""


def _bars(screen: str) -> str:
    """The right half of the screen, below its heading."""
    return "\n".join(row.partition("│")[2] for row in screen.splitlines()[3:-2])


def _waits(app: Recorder, presses: int) -> list[float]:
    """Milliseconds from each key to other bars; keys whose bars never came are left out."""
    chance = random.Random(1)
    happenings = app.record((chance.uniform(0.25, 0.35), _TURNS[n % len(_TURNS)]) for n in range(presses))
    waits, pressed, before = [], None, _bars(app.screen)
    for happening in app.replay(happenings):
        now = _bars(app.screen)
        if happening.key:
            pressed, before = happening.at, now
        elif pressed is not None and now != before:
            waits.append((happening.at - pressed) * 1000)
            pressed = None
    return waits


def measure(report: Report, shape: str, presses: int, characters: int) -> None:
    with Home(f'[engine]\nmodel = "{synthetic_model(shape)}"\n') as home:
        text = home.path / "text.txt"
        text.write_text(prose(characters), "utf-8")
        with Recorder((*COMMAND, text), home) as app:
            app.wait_for("Tab branches", seconds=60)
            app.wait_for(lambda screen: "loading the model" not in screen, seconds=120)
            app.send("\x1b[1;5F")  # to the end of the text
            app.settle(3, patience=120)
            app.wait_for(lambda screen: "reading" not in screen, seconds=120)
            began = time.monotonic()
            app.send("Ctrl+O")
            app.wait_for("samplers")
            app.send("s")
            app.wait_for("bits →", seconds=120)
            say(f"The samplers are there after {time.monotonic() - began:.2f} s")
            app.read(_CHORES)
            waits = _waits(app, presses)
            app.send("Esc")
            app.wait_for("Tab branches")
            app.quit()
    seen = f"{len(waits)} of {presses} turns seen"
    void = len(waits) < presses
    report.add("bars follow a dial, median", None if void else median(waits), "ms", "<= 50", seen)
    report.add("bars follow a dial, p95", None if void else percentile(waits, 95), "ms", "<= 50", seen)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--presses", type=int, default=60)
    parser.add_argument("--shape", choices=SHAPES, default="0.6b")
    parser.add_argument("--characters", type=int, default=1000, help="of the text before the cursor")
    options = parser.parse_args()
    report = Report(f"bars: {options.characters:,} characters, synthetic {options.shape}")
    measure(report, options.shape, options.presses, options.characters)
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
