"""The lens over a manuscript of 4,000 tokens, framed: how soon everything that the model would see is on the screen."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import time

from benchmarks.prose import prose
from benchmarks.report import Report, arguments, median, say
from benchmarks.synthetic import synthetic_model
from benchmarks.terminal import COMMAND, Home, Recorder

_CHARACTERS = 13_000
_MEMORY = "Letters from a lighthouse."
_SEEN = "together"
_LEVERS, _TO_END = "\x1bOS", "\x1b[1;5F"


def _opened(app: Recorder) -> float:
    """Seconds from `v` to the tokens on the screen, and back again."""
    began = time.monotonic()
    app.send("v")
    while _SEEN not in app.screen:
        app.read(0.005)
    took = time.monotonic() - began
    app.send("Esc")
    app.wait_for("Esc write")
    app.settle(0.5, patience=1)  # while it reads ahead, the status line never rests
    return took


def _tokens(screen: str) -> int:
    line = next(line for line in screen.splitlines() if _SEEN in line)
    return int(line.split("tokens")[0].split()[-1].replace(",", ""))


def measure(report: Report, times: int) -> None:
    config = f'[engine]\nmodel = "{synthetic_model()}"\ncontext = 8192\n'
    with Home(config) as home:
        file = home.path / "chapter.txt"
        file.write_text(prose(_CHARACTERS), "utf-8")
        say("Reading the chapter")
        with Recorder((*COMMAND, file), home) as app:
            app.wait_for("Tab branches")
            app.send(_TO_END)
            app.wait_for(lambda screen: "loading" not in screen, seconds=60)
            app.send(_LEVERS)
            app.wait_for("Stands before everything")
            app.send("Enter", _MEMORY, "Esc")
            app.wait_for("Esc write")
            app.settle(2)
            opened = [_opened(app) for _ in range(times)]
            app.send("v")
            seen = _tokens(app.wait_for(_SEEN))
            app.send("Esc")
            app.quit()
    report.add("the lens opens, the first time", opened[0], "s", "<= 0.2", f"{seen:,} tokens")
    report.add("the lens opens, median", median(opened), "s", "<= 0.2")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    report = Report("lens: 13,000 characters and a memory, 120×40")
    measure(report, options.times)
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
