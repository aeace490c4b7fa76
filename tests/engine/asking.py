"""An engine that can be asked questions one after the other."""

import asyncio
import time
from dataclasses import dataclass, field

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.engine.engine import engine_for
from cyborg_tui.engine.protocol import (
    BranchEnded,
    Evaluated,
    FanEnded,
    FanStats,
    Grew,
    Held,
    Lost,
    PromptProgress,
    Ready,
    Scored,
    ScoreEnded,
    Unavailable,
)
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.fan import Finish, TokenRecord, decode
from cyborg_tui.loom.settings import FanSettings


async def until(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.01)


@dataclass
class Answer:
    texts: list[str]
    healed: list[int]
    tokens: list[list[TokenRecord]]
    finishes: list[Finish | None]
    alternatives: list[bytes]
    finish: Finish | None = None
    stats: FanStats | None = None
    held: Held | None = None
    progress: list[PromptProgress] = field(default_factory=list)


@dataclass
class ScoreAnswer:
    tokens: list[TokenRecord] = field(default_factory=list)
    packed: bytes = b""
    lead: int = 0
    done: int = 0
    total: int = 0
    complete: bool = False


class Engine:
    """A client whose events are collected."""

    def __init__(self, config=None, command=None, log=None, fans=FanSettings(8, 900), largest=None):  # noqa: B008
        self.events = asyncio.Queue()
        if config is not None and config.url:
            self.client = engine_for(config, self.events.put_nowait)
        else:
            self.client = EngineClient(
                config or EngineConfig(nice=0),
                self.events.put_nowait,
                fans=fans,
                largest=largest,
                command=command,
                log=log,
            )
        self.asked = 0

    async def __aenter__(self):
        await self.client.start()
        self.ready = await self.wait_for(Ready, Unavailable, Lost)
        return self

    async def __aexit__(self, *_):
        await self.client.close()

    async def wait_for(self, *kinds):
        while True:
            event = await asyncio.wait_for(self.events.get(), 30)
            if isinstance(event, kinds):
                return event

    def ask(self, context, seed=1, **settings):
        if isinstance(context, str):
            context = Context((Segment(context),) if context else ())
        self.width = settings.get("width", 8)
        self.asked = self.client.fan(context, FanSettings(**settings), seed)

    async def fan(self, context, seed=1, **settings):
        self.ask(context, seed, **settings)
        return await self.answer()

    async def answer(self):
        n = self.width
        answer = Answer([""] * n, [0] * n, [[] for _ in range(n)], [None] * n, [b""] * n)
        while True:
            event = await self.wait_for(Grew, BranchEnded, FanEnded, PromptProgress)
            if isinstance(event, PromptProgress):
                answer.progress.append(event)
            elif event.fan != self.asked:
                continue
            elif isinstance(event, Grew):
                for grown in event.growth:
                    answer.texts[grown.index] += decode(grown.text)
                    answer.healed[grown.index] += grown.healed
                    answer.tokens[grown.index] += grown.tokens
                    answer.alternatives[grown.index] += grown.alternatives
            elif isinstance(event, BranchEnded):
                answer.finishes[event.index] = event.finish
            else:
                answer.finish, answer.stats, answer.held = event.finish, event.stats, event.held
                return answer

    def ask_score(self, context, text):
        self.asked_score = self.client.score(context, Context((Segment(text),)))

    async def score(self, context, text):
        self.ask_score(context, text)
        return await self.scored()

    async def scored(self):
        answer = ScoreAnswer()
        while True:
            event = await self.wait_for(Scored, ScoreEnded)
            if event.score != self.asked_score:
                continue
            if isinstance(event, ScoreEnded):
                answer.complete = event.complete
                return answer
            answer.lead += event.lead
            answer.tokens += event.tokens
            answer.packed += event.alternatives
            answer.done, answer.total = event.done, event.total

    async def evaluate(self, text):
        self.client.evaluate(Context((Segment(text),)))
        return (await self.wait_for(Evaluated)).tokens
