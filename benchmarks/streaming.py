"""The app's engine in the background, writing fans of eight branches one after the other without a pause."""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

from benchmarks.asking import Engine
from benchmarks.peer import ROOT
from benchmarks.report import cores
from cyborg_tui.config import EngineConfig
from cyborg_tui.loom.settings import FanSettings

__all__ = ["Background"]

_LONGEST_GAP = 1.0
"""Seconds without a token after which the engine counts as idle."""


class Background:
    """Another engine that writes with a model of real size on all cores, at the app's own priority for engines."""

    def __init__(self, model: Path) -> None:
        command = (sys.executable, "-m", "benchmarks.streaming", str(model))
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise RuntimeError("the engine in the background has ended")
        time.sleep(1)
        self._alone = time.monotonic()
        time.sleep(4)
        self._together = time.monotonic()
        self._steps: list[tuple[float, int]] = []

    def stop(self) -> None:
        out, _ = self._process.communicate("", timeout=30)
        self._steps = [(at, tokens) for at, tokens in json.loads(out)]

    def speed(self, began: float, ended: float) -> float:
        """Tokens/s between two moments."""
        return sum(tokens for at, tokens in self._steps if began <= at < ended) / (ended - began)

    @property
    def speed_alone(self) -> float:
        return self.speed(self._alone, self._together)

    def idled(self, began: float, ended: float) -> bool:
        """Whether it ever stopped, or wrote less than half of what it writes alone."""
        times = [began, *(at for at, _ in self._steps if began <= at < ended), ended]
        gap = max(b - a for a, b in pairwise(times))
        return gap > _LONGEST_GAP or self.speed(began, ended) < self.speed_alone / 2


class Streaming:
    """The child's side. Writes until its standard input ends, then prints when how many tokens came."""

    def __init__(self) -> None:
        self._steps: list[tuple[float, int]] = []

    async def run(self, model: str) -> None:
        ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        config = EngineConfig(model=model, context=1024, threads=cores())  # as nice as the app's own engine is
        async with Engine(config, on_growth=self._note) as engine:
            prompt = list(range(1000, 1256))
            await engine.evaluate(prompt)
            print("streaming", flush=True)
            seed = 0
            while not ended.done():
                fan = asyncio.create_task(engine.fan(prompt, FanSettings(8, 256), seed := seed + 1))
                await asyncio.wait({fan, ended}, return_when=asyncio.FIRST_COMPLETED)
                fan.cancel()
        print(json.dumps(self._steps))

    def _note(self, tokens: int) -> None:
        self._steps.append((time.monotonic(), tokens))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    asyncio.run(Streaming().run(parser.parse_args().model))


if __name__ == "__main__":
    main()
