"""What a step of a fan takes beside llama.cpp's own computing: in the engine and in a plain loop, in turn.

Only the time of the thread that asks llama.cpp is counted, between its answer and the next question, so that other work
on the machine changes little. The model has the vocabulary of a real one, and computes next to nothing.
"""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import argparse
import time
from pathlib import Path
from typing import Any

import llama_cpp as ll
import numpy as np

from benchmarks.loop import Loop
from benchmarks.peer import be_quiet
from benchmarks.report import Report, arguments, median, say, spread
from benchmarks.synthetic import FIRST_WORD, SHAPES, synthetic_model
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.fanning import Fanning
from cyborg_tui.engine.llama import Llama
from cyborg_tui.engine.protocol import EngineEvent, FanRequest, WireSegment, encode_frame
from cyborg_tui.loom.settings import FanSettings

PROMPT, LENGTH = 128, 24


class Between:
    """Stands in for `llama_decode`, and takes the time between its calls, in seconds of this thread."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self.inside: list[float] = []
        self._answered: float | None = None
        self._decode: Any = ll.llama_decode
        ll.llama_decode = self

    def __call__(self, context: object, batch: object) -> int:
        asked = time.thread_time()
        if self._answered is not None:
            self.gaps.append(asked - self._answered)
        began = time.perf_counter()
        result: int = self._decode(context, batch)
        self.inside.append(time.perf_counter() - began)
        self._answered = time.thread_time()
        return result

    def reset(self) -> None:
        self.gaps, self.inside, self._answered = [], [], None


class Sides:
    """Both, loaded into this process."""

    def __init__(self, path: Path, widest: int) -> None:
        config = EngineConfig(model=str(path), threads=1, context=2048)
        model = Llama(path, config, 2 * widest * LENGTH, progress=lambda _: None)
        self._fanning = Fanning(model, self._say, lambda: False)
        self._vocabulary = model.identity.vocabulary
        self.sent = 0
        self._loop = Loop(str(path), 1, PROMPT + widest * LENGTH + 64, widest)
        self._between = Between()

    def _say(self, event: EngineEvent) -> None:
        self.sent += len(encode_frame(event))

    def read(self, prompt: list[int]) -> None:
        self._fanning.resident.evaluate([*prompt], None)
        self._loop.evaluate(prompt)

    def engine(self, prompt: list[int], width: int, seed: int) -> tuple[float, float]:
        """Milliseconds of a step outside of `llama_decode`, and in it; the medians over a fan's steps."""
        context = (WireSegment(b"", tuple(prompt), self._vocabulary),)
        self._between.reset()
        self._fanning.fan(FanRequest(seed, context, FanSettings(width, LENGTH), seed))
        return self._medians()

    def loop(self, width: int, seed: int) -> tuple[float, float]:
        self._between.reset()
        self._loop.fan(width, LENGTH, seed)
        return self._medians()

    def _medians(self) -> tuple[float, float]:
        return median(self._between.gaps) * 1000, median(self._between.inside) * 1000


def measure(report: Report, shape: str, widths: list[int], rounds: int) -> None:
    sides = Sides(synthetic_model(shape), max(widths))
    prompt = [int(word) for word in np.random.default_rng(1).integers(FIRST_WORD, SHAPES[shape].vocabulary, PROMPT)]
    sides.read(prompt)
    for width in widths:
        say(f"{width} branches")
        sides.engine(prompt, width, 0)
        pairs = [(sides.engine(prompt, width, seed), sides.loop(width, seed)) for seed in range(1, rounds + 1)]
        engine, loop = ([side[0] for side in sides_] for sides_ in zip(*pairs, strict=True))
        inside = median([side[1] for _, side in pairs])
        ratio = median([mine / theirs for mine, theirs in zip(engine, loop, strict=True)])
        report.add(f"{width} branches, engine", median(engine), "ms a step", note=spread(engine))
        report.add(
            f"{width} branches, the loop", median(loop), "ms a step", note=f"beside {inside:.1f} ms of computing"
        )
        report.add(f"{width} branches, engine / loop", ratio, "ratio", "<= 1")


def options() -> argparse.ArgumentParser:
    parser = arguments(__doc__ or "")
    parser.add_argument("--widths", type=int, nargs="+", default=[4, 8, 16])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--shape", choices=SHAPES, default="words")
    return parser


def main() -> None:
    chosen = options().parse_args()
    be_quiet()
    report = Report(f"steps: outside of llama.cpp, branches of {LENGTH}, synthetic {chosen.shape}")
    measure(report, chosen.shape, chosen.widths, chosen.rounds)
    report.show(as_json=chosen.json)


if __name__ == "__main__":
    main()
