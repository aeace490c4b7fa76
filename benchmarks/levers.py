"""What the levers cost: steering and guidance beside plain fans, in pairs; and the time to make a control vector."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.asking import Engine
from benchmarks.report import Report, arguments, cores, median, say, spread
from benchmarks.synthetic import FIRST_WORD, SHAPES, synthetic_model
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.gguf_writing import encode_gguf
from cyborg_tui.loom.contrast import Contrast, Method
from cyborg_tui.loom.guidance import guided
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import Steering, Vector

PROMPT, WIDTH, LENGTH = 512, 8, 24
_PLAIN = FanSettings(WIDTH, LENGTH)
_PAIRS = 3
"""With each prompt, of each kind."""
_TEXTS = 32
_STRENGTH = 0.01
"""Small, so that the random model goes on as it was."""


class Contest:
    """One engine that makes plain, steered and guided fans in turn, all from contexts that were evaluated."""

    def __init__(self, engine: Engine, vector: Path, vocabulary: int) -> None:
        self._engine, self._vocabulary = engine, vocabulary
        self._steered = replace(_PLAIN, steering=Steering((Vector(str(vector), _STRENGTH),)))
        self._guided = replace(_PLAIN, mix=guided(1.5))
        self.ratios: dict[str, list[float]] = {"steered": [], "guided": []}
        self.plain: list[float] = []
        """Tokens/s."""

    async def round(self, number: int) -> None:
        """A prompt that is new, and pairs of fans from it. Only the writing is timed: before each fan its contexts are
        evaluated, as the app does ahead of the key."""
        prompt, other = self._words(2 * number), self._words(2 * number + 1)
        for turn in range(_PAIRS):
            seed = 1000 * number + 10 * turn
            await self._pair("steered", self._steered, prompt, [], seed)
            await self._pair("guided", self._guided, prompt, [other], seed)

    def _words(self, number: int) -> list[int]:
        words = np.random.default_rng(number).integers(FIRST_WORD, self._vocabulary, PROMPT)
        return [int(word) for word in words]

    async def _pair(
        self, name: str, settings: FanSettings, prompt: list[int], beside: list[list[int]], seed: int
    ) -> None:
        """Who goes first changes each time. Seconds a token, since a branch may end before its limit."""
        ways = [(_PLAIN, []), (settings, beside)]
        seconds: dict[bool, float] = {}
        for chosen, others in ways if seed // 10 % 2 else reversed(ways):
            await self._engine.evaluate(prompt, chosen.steering, others)
            fan = await self._engine.fan(prompt, chosen, seed, others)
            seconds[chosen is _PLAIN] = fan.seconds / fan.drawn
        self.plain.append(1 / seconds[True])
        self.ratios[name].append(seconds[False] / seconds[True])
        say(f"  {name} / plain {self.ratios[name][-1]:.2f}")


async def measure(report: Report, prompts: int, shape: str, folder: Path) -> None:
    vector = folder / "random.gguf"
    random, kind = np.random.default_rng(1), SHAPES[shape]
    directions = {
        f"direction.{layer}": random.standard_normal(kind.width).astype(np.float32) for layer in range(1, kind.layers)
    }
    vector.write_bytes(encode_gguf({"general.architecture": "controlvector"}, directions))
    config = EngineConfig(model=str(synthetic_model(shape)), threads=cores(), nice=0)
    async with Engine(config) as engine:
        say("Warming up")
        await Contest(engine, vector, kind.vocabulary).round(1000)
        contest = Contest(engine, vector, kind.vocabulary)
        for number in range(prompts):
            say(f"Prompt {number + 1} of {prompts}")
            await contest.round(number)
    for name, goal in (("steered", "<= 1.05"), ("guided", "<= 2.1")):
        report.add(f"{name} / plain", median(contest.ratios[name]), "ratio", goal, spread(contest.ratios[name]))
    report.add("plain, writing", median(contest.plain), "tokens/s")


async def make_vectors(report: Report, folder: Path) -> None:
    """With the model that comes with the app."""
    plus = tuple(
        f"On the evening of day {number} he wept, and his heart was full of sorrow" for number in range(_TEXTS)
    )
    minus = tuple(
        f"On the evening of day {number} he laughed, and his heart was full of joy" for number in range(_TEXTS)
    )
    async with Engine(EngineConfig(nice=0)) as engine:
        for method in Method:
            seconds = [await engine.make_vector(folder / "made.gguf", Contrast(plus, minus, method)) for _ in range(3)]
            note = spread(seconds)
            report.add(f"a vector of {_TEXTS} pairs, {method.value}", max(seconds), "s", "<= 10", note)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--prompts", type=int, default=5, help=f"each gives {_PAIRS} pairs of each kind")
    parser.add_argument("--shape", choices=SHAPES, default="0.6b")
    options = parser.parse_args()
    report = Report(f"levers: {PROMPT} tokens, {WIDTH} branches of {LENGTH}, synthetic {options.shape}")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(report, options.prompts, options.shape, Path(folder)))
        asyncio.run(make_vectors(report, Path(folder)))
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
