"""The engine through its protocol, against a plain low-level loop and against `llama_cpp.Llama` writing in turn."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import asyncio
from dataclasses import dataclass

import numpy as np

from benchmarks.asking import Engine
from benchmarks.peer import Peer
from benchmarks.report import Report, arguments, cores, median, say, spread
from benchmarks.synthetic import FIRST_WORD, SHAPES, synthetic_model
from cyborg_tui.config import EngineConfig
from cyborg_tui.loom.settings import FanSettings

PROMPT, WIDTH, LENGTH = 512, 8, 24
WIDTHS = (WIDTH, 4, 16)
LOOP, LLAMA = "the loop", "Llama in turn"
_PAIRS = 3
"""Pairs of engine and loop with each prompt and width; there is one of engine and Llama."""
_TAKES = 6


@dataclass(frozen=True, slots=True)
class Pair:
    """What the engine and another wrote, one right after the other, in tokens/s."""

    engine: float
    other: float

    @property
    def ratio(self) -> float:
        return self.engine / self.other


class Contest:
    """All sides loaded, one of them at work."""

    def __init__(self, engine: Engine, loop: Peer, turns: Peer, vocabulary: int) -> None:
        self.engine, self._peers = engine, {LOOP: loop, LLAMA: turns}
        self._vocabulary = vocabulary
        self.pairs: dict[tuple[str, int], list[Pair]] = {(LOOP, width): [] for width in WIDTHS} | {(LLAMA, WIDTH): []}
        """By the other side, and the number of branches."""
        self.prompts: dict[str, list[float]] = {"engine": [], LOOP: [], LLAMA: []}
        """Seconds to evaluate the prompts."""

    async def round(self, number: int) -> None:
        """A prompt that is new to all, evaluated by all, and then pairs that write from it."""
        prompt = self.prompt(number)
        self.prompts["engine"].append(await self.engine.evaluate(prompt))
        for name, peer in self._peers.items():
            self.prompts[name].append(peer.ask("evaluate", tokens=prompt))
        for width in WIDTHS:
            for turn in range(_PAIRS):
                await self._pair(LOOP, prompt, width, seed=1000 * number + 100 * width + 10 * turn)
        await self._pair(LLAMA, prompt, WIDTH, seed=1000 * number + 500)

    def prompt(self, number: int) -> list[int]:
        words = np.random.default_rng(number).integers(FIRST_WORD, self._vocabulary, PROMPT)
        return [int(word) for word in words]

    async def _pair(self, name: str, prompt: list[int], width: int, seed: int) -> None:
        """Who goes first changes each time."""
        first = None if seed // 10 % 2 else await self._engine_writes(prompt, width, seed)
        other = self._other_writes(name, width, seed)
        engine = first or await self._engine_writes(prompt, width, seed)
        say(f"  {width} branches: engine {engine:.1f} tokens/s, {name} {other:.1f}")
        self.pairs[name, width].append(Pair(engine, other))

    async def _engine_writes(self, prompt: list[int], width: int, seed: int) -> float:
        fan = await self.engine.fan(prompt, FanSettings(width, LENGTH), seed)
        return fan.drawn / fan.seconds

    def _other_writes(self, name: str, width: int, seed: int) -> float:
        seconds, drawn = self._peers[name].ask("fan", width=width, length=LENGTH, seed=seed)
        return drawn / seconds


async def tokens_evaluated(contest: Contest) -> dict[str, list[int]]:
    """What llama.cpp counted before the next fan's own first step: after whole takes, after takes of a part, and for
    another fan from the same place. Those fans draw one token a branch, so that they evaluate none of their own."""
    engine, only_first = contest.engine, FanSettings(WIDTH, 1)
    found: dict[str, list[int]] = {"take": [], "part": [], "again": []}
    path = contest.prompt(-1 & 0xFFFF)
    await engine.evaluate(path)
    for number in range(_TAKES):
        fan = await engine.fan(path, FanSettings(WIDTH, LENGTH), number)
        again = await engine.fan(path, only_first, number + 100)
        found["again"].append(again.stats.evaluated_tokens)
        ids = [token.id for token in fan.branches[number % WIDTH]]
        part = await engine.fan([*path, *ids[: LENGTH // 3]], only_first, number)
        found["part"].append(part.stats.evaluated_tokens)
        path += ids
        take = await engine.fan(path, only_first, number)
        found["take"].append(take.stats.evaluated_tokens)
    return found


async def measure(report: Report, prompts: int, shape: str) -> None:
    model, threads = synthetic_model(shape), cores()
    cells = PROMPT + max(WIDTHS) * LENGTH + 64
    config = EngineConfig(model=str(model), threads=threads, nice=0)
    with Peer("loop", model, threads, cells, max(WIDTHS)) as loop, Peer("turns", model, threads, cells) as turns:
        async with Engine(config) as engine:
            say("Warming up")
            warming = Contest(engine, loop, turns, SHAPES[shape].vocabulary)
            await warming.round(1000)
            contest = Contest(engine, loop, turns, SHAPES[shape].vocabulary)
            for number in range(prompts):
                say(f"Prompt {number + 1} of {prompts}")
                await contest.round(number)
            counted = await tokens_evaluated(contest)
    _report(report, contest, counted)


def _report(report: Report, contest: Contest, counted: dict[str, list[int]]) -> None:
    for (name, width), pairs in contest.pairs.items():
        ratios = [pair.ratio for pair in pairs]
        goal, what = ">= 0.95" if name == LOOP else ">= 2", f"{width} branches"
        report.add(f"{what}, engine / {name}", median(ratios), "ratio", goal, spread(ratios))
        report.add(f"{what}, {name}", median([pair.other for pair in pairs]), "tokens/s")
        report.add(f"{what}, engine beside {name}", median([pair.engine for pair in pairs]), "tokens/s")
    for name, seconds in contest.prompts.items():
        report.add(f"{name}, the prompt", median(seconds), "s", note=spread(seconds))
    report.add("evaluated after a take", max(counted["take"]), "tokens", "<= 1", f"the most of {_TAKES}")
    report.add("evaluated after a take of a part", max(counted["part"]), "tokens", "<= 1", f"the most of {_TAKES}")
    report.add("evaluated for another fan", max(counted["again"]), "tokens", "<= 0", f"the most of {_TAKES}")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument(
        "--prompts", type=int, default=3, help=f"each gives {_PAIRS} pairs with the loop a width, 1 with Llama"
    )
    parser.add_argument("--shape", choices=SHAPES, default="0.6b")
    options = parser.parse_args()
    report = Report(f"fan: {PROMPT} tokens, branches of {LENGTH}, synthetic {options.shape}")
    asyncio.run(measure(report, options.prompts, options.shape))
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
