"""A fan without a screen."""

import asyncio
import random
import sys
import time

import msgspec

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.engine import engine_for
from cyborg_tui.engine.protocol import (
    BranchEnded,
    EngineEvent,
    FanEnded,
    FanStats,
    Grew,
    Growth,
    Lost,
    Ready,
    Refused,
    Unavailable,
)
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.fan import Finish, decode
from cyborg_tui.loom.settings import FanSettings

__all__ = ["FanCommandError", "run_fan"]


class FanCommandError(Exception):
    """No fan could be made; the message says why."""


class BranchReport(msgspec.Struct):
    index: int
    seed: int = 0
    text: str = ""
    tokens: list[int] = []
    logprobs: list[float] = []
    """In nats."""
    finish: str | None = None


class Timings(msgspec.Struct):
    load_s: float
    prefill_s: float
    decode_s: float
    first_token_s: float
    tokens_per_s: float


class FanReport(msgspec.Struct):
    model: str
    seed: int
    prompt_tokens: int
    reused_tokens: int
    branches: list[BranchReport]
    timings: Timings


def run_fan(prompt: str, settings: FanSettings, seed: int | None, config: EngineConfig, *, as_json: bool) -> None:
    """Make a fan and print it: to a terminal as it grows, to a pipe plainly. Raises FanCommandError."""
    report = asyncio.run(_Run(prompt, settings, seed, config, live=not as_json).run())
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
        sys.stdout.flush()


class _Run:
    def __init__(self, prompt: str, settings: FanSettings, seed: int | None, config: EngineConfig, *, live: bool):
        self._prompt, self._settings, self._config, self._live = prompt, settings, config, live
        self._seed = random.getrandbits(32) if seed is None else seed
        self._branches = [BranchReport(index) for index in range(settings.width)]
        self._lead = [0] * settings.width
        self._stats = FanStats()
        self._model = ""
        self._load_s = 0.0
        self._printed = 0
        """Branches written whole; the next one is being written as it grows."""
        self._shown = 0
        self._problem = ""
        self._interrupted = self._elsewhere = False
        self._over = asyncio.Event()

    async def run(self) -> FanReport:
        began = time.perf_counter()
        client = engine_for(self._config, self._hear, fans=self._settings)
        self._elsewhere = bool(client.place)
        await client.start()
        segments = (Segment(self._prompt),) if self._prompt else ()
        client.fan(Context(segments), self._settings, self._seed)
        self._began = began
        try:
            await self._over.wait()
        finally:
            await client.close()
        if self._problem:
            raise FanCommandError(self._problem)
        stats = self._stats
        timings = Timings(self._load_s, stats.prefill_s, stats.decode_s, stats.first_token_s, stats.tokens_per_s)
        return FanReport(self._model, self._seed, stats.prompt_tokens, stats.reused_tokens, self._branches, timings)

    def _hear(self, event: EngineEvent) -> None:
        match event:
            case Ready(model=model):
                self._model, self._load_s = model.name, time.perf_counter() - self._began
            case Lost(sentence=sentence, again=True):
                if self._elsewhere:  # which may be out of reach for hours
                    self._problem = sentence
                    self._over.set()
                elif self._interrupted:  # else it is asked for again
                    self._problem = "The engine stopped unexpectedly; try again."
                    self._over.set()
            case Unavailable(sentence=sentence) | Lost(sentence=sentence) | Refused(sentence=sentence):
                self._problem = sentence
                self._over.set()
            case Grew(growth=growth):
                for grown in growth:
                    self._grow(grown)
                self._print()
            case BranchEnded(index=index, finish=finish):
                self._branches[index].finish = finish.value
                self._print()
            case FanEnded(finish=finish, stats=stats):
                self._stats = stats
                self._interrupted = finish is Finish.INTERRUPTED  # what follows says why
                if not self._interrupted:
                    self._over.set()
            case _:
                pass

    def _grow(self, grown: Growth) -> None:
        branch = self._branches[grown.index]
        branch.seed = grown.seed
        text = decode(grown.text)
        self._lead[grown.index] += grown.healed
        branch.text += text[grown.healed :].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        branch.tokens += [token.id for token in grown.tokens]
        branch.logprobs += [token.logprob for token in grown.tokens]

    def _print(self) -> None:
        """To a terminal the first unfinished branch is written as it grows; the others follow whole."""
        if not self._live:
            return
        tty = sys.stdout.isatty()
        while self._printed < len(self._branches):
            branch = self._branches[self._printed]
            if branch.finish is None and not tty:
                return
            if not self._shown and (branch.text or branch.finish):
                sys.stdout.write(f"{branch.index + 1:>2}  ")
            fresh = branch.text[self._shown :]
            sys.stdout.write(_harmless(fresh).replace("\n", "\n    ") if tty else fresh.replace("\n", "\n    "))
            self._shown = len(branch.text)
            sys.stdout.flush()
            if branch.finish is None:
                return
            sys.stdout.write("\n")
            self._printed += 1
            self._shown = 0


def _harmless(text: str) -> str:
    """No control character of a model's text reaches the terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)
