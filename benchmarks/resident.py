"""What is evaluated again, and what comes back warm: a manuscript of 4,000 tokens, its siblings, the next morning."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import asyncio
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.asking import Engine
from benchmarks.report import Report, arguments, cores, say
from benchmarks.synthetic import FIRST_WORD, SHAPES, synthetic_model
from cyborg_tui.config import EngineConfig
from cyborg_tui.loom.settings import FanSettings

MANUSCRIPT, SENTENCE, SIBLINGS, LENGTH = 4000, 15, 16, 8
_HEADING = 10_000
"""Bytes that the file has at least as soon as something is kept in it."""
_ONLY_FIRST = FanSettings(SIBLINGS, 1)


def words(number: int, count: int, vocabulary: int) -> list[int]:
    return [int(word) for word in np.random.default_rng(number).integers(FIRST_WORD, vocabulary, count)]


async def until_kept(file: Path) -> None:
    """Until something has been written to a file, and then nothing for some seconds."""
    size = 0
    while size < _HEADING or size != file.stat().st_size:
        size = file.stat().st_size
        await asyncio.sleep(4)


async def measure(report: Report, shape: str) -> None:
    vocabulary = SHAPES[shape].vocabulary
    config = EngineConfig(
        model=str(synthetic_model(shape)), threads=cores(), nice=0, context=MANUSCRIPT + 512, keep_mb=2000
    )
    text = words(1, MANUSCRIPT, vocabulary)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "engine.cache"
        async with Engine(config, kept=kept) as engine:
            say(f"Reading {MANUSCRIPT} tokens")
            cold = await engine.evaluate(text)
            fan = await engine.fan(text, FanSettings(SIBLINGS, LENGTH), 1)
            siblings = [[*text, *(token.id for token in branch)] for branch in fan.branches]
            for sibling in siblings:
                await engine.fan(sibling, _ONLY_FIRST, 2)
            again = [await engine.fan(sibling, _ONLY_FIRST, 3) for sibling in siblings + siblings[::-1]]
            moved = sum(one.stats.evaluated_tokens for one in again)
            typed = await engine.fan([*text, *words(2, SENTENCE, vocabulary)], _ONLY_FIRST, 4)
            await engine.evaluate(text)
            say("Waiting until the cache is kept")
            await until_kept(kept)
            began = time.perf_counter()
        left = time.perf_counter() - began
        async with Engine(config, kept=kept) as engine:
            warm = await engine.evaluate(text)
            back = await engine.fan(text, _ONLY_FIRST, 5)
    report.add("evaluated after a sentence", typed.stats.evaluated_tokens, "tokens", f"<= {SENTENCE}")
    report.add(f"evaluated among {SIBLINGS} siblings", moved, "tokens", "<= 0", f"{len(again)} moves")
    report.add("read cold / warm", cold / warm, "ratio", ">= 10", f"{cold:.1f} s, {warm:.2f} s")
    report.add("evaluated after a warm start", back.stats.evaluated_tokens, "tokens", "<= 0")
    report.add("leaving", left, "s", "", "the end of the engine, with what was left to keep")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="tiny", help="0.6b takes some minutes")
    options = parser.parse_args()
    report = Report(f"resident: {MANUSCRIPT} tokens, synthetic {options.shape}")
    asyncio.run(measure(report, options.shape))
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
