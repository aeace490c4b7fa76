"""The worker's memory over hundreds of fans."""

import sys

if not __package__:
    sys.path[0] = __file__.rpartition("benchmarks")[0]

import asyncio
import subprocess

from benchmarks.asking import Engine
from benchmarks.report import Report, arguments, cores, say
from benchmarks.resident import words
from benchmarks.synthetic import SHAPES, synthetic_model
from cyborg_tui.config import EngineConfig
from cyborg_tui.loom.settings import FanSettings

_WARM_UP = 300
"""Fans after which everything that is kept is as large as it will be."""


async def measure(report: Report, fans: int, shape: str) -> None:
    config = EngineConfig(model=str(synthetic_model(shape)), threads=cores(), nice=0)
    sizes = []
    async with Engine(config) as engine:
        for number in range(fans + _WARM_UP):
            prompt = words(number % 40, 64 + number % 7 * 16, SHAPES[shape].vocabulary)
            await engine.fan(prompt, FanSettings(8, 4), number)
            if number >= _WARM_UP and number % 20 == 0:
                sizes.append(_memory_of(engine.pid))
            if number % 100 == 0:
                say(f"{number} of {fans + _WARM_UP} fans")
    first = sum(sizes[:3]) / 3
    change = max(abs(size - first) for size in sizes) / first
    report.add("the worker's memory changed by", change * 100, "%", "<= 2", f"{first / 1024:.0f} MB, {fans} fans")


def _memory_of(pid: int) -> float:
    """Resident, in KB."""
    return float(subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)], text=True))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--fans", type=int, default=500)
    parser.add_argument("--shape", choices=SHAPES, default="tiny")
    options = parser.parse_args()
    report = Report(f"soak: {options.fans} fans, synthetic {options.shape}")
    asyncio.run(measure(report, options.fans, options.shape))
    report.show(as_json=options.json)


if __name__ == "__main__":
    main()
