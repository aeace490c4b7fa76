"""One fan, drawn by a server: asked for in as few requests as it takes, told of as it comes in."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import msgspec

from cyborg_tui.engine.protocol import Away, BranchEnded, EngineEvent, FanStats, Grew, PromptProgress
from cyborg_tui.engine.remote.abilities import Abilities, Wish, payload
from cyborg_tui.engine.remote.answers import Chunk, Lines, PromptDone, Tokens, read
from cyborg_tui.engine.remote.branch import RemoteBranch
from cyborg_tui.engine.remote.faults import Fault, NotNow, NotThis, NotUsable, Reply, another
from cyborg_tui.engine.remote.tokens import told
from cyborg_tui.engine.remote.web import Web
from cyborg_tui.engine.remote.window import Prompt, fitted, lead_of, window_told
from cyborg_tui.engine.seeds import branch_seed
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import encode
from cyborg_tui.loom.settings import FanSettings

__all__ = ["COMPLETIONS", "Drawing"]

COMPLETIONS = "/v1/completions"
_NOTICED = 2
"""Seconds without a word after which it is shown that the server is waited for."""
_MOST_REFUSALS = 24
_EMPTY_PAGE = "\n"
"""Servers do not go on from nothing: some refuse it, llama-server answers nothing, or never."""


class Drawing:
    """What has come in so far stays when something goes wrong; `run` can then be called again for the rest."""

    def __init__(
        self,
        web: Web,
        abilities: Abilities,
        say: Callable[[EngineEvent], None],
        *,
        fan: int,
        context: Context,
        settings: FanSettings,
        seed: int,
        patience: float,
    ) -> None:
        """`patience`: seconds that the server may take over its next word."""
        self.abilities = abilities
        """Less, once the server has refused something."""
        self._web, self._say, self._patience = web, say, patience
        self._fan, self._context, self._settings, self._seed = fan, context, settings, seed
        self._branches: dict[int, RemoteBranch] = {}
        self._missing = list(range(settings.width))
        """Branches that are still to be asked for."""
        self._heals = True
        self._prompt = Prompt("")
        self._began = self._heard = time.monotonic()
        self._first = 0.0
        self._prompt_tokens = self._cached = 0

    @property
    def grew(self) -> bool:
        """Whether anything of it was told."""
        return self._first > 0

    def stats(self) -> FanStats:
        drawn = sum(branch.drawn for branch in self._branches.values())
        reading = self._first - self._began if self._first else 0.0
        writing = time.monotonic() - self._first if self._first else 0.0
        return FanStats(
            prompt_tokens=self._prompt_tokens or self._prompt.tokens,
            reused_tokens=self._cached,
            left_out_tokens=self._prompt.left_out,
            prefill_s=reading,
            decode_s=writing,
            first_token_s=reading,
            tokens_per_s=drawn / writing if writing > 0 else 0.0,
        )

    async def run(self) -> None:
        """Raises Fault."""
        self._heard = time.monotonic()
        for _ in range(_MOST_REFUSALS):
            self._prompt = await self._fit()
            try:
                await self._ask(self._wishes())
            except NotThis as refusal:
                self._learn(refusal)
                continue
            if not self._missing:
                return
            self._heals = False  # those that went astray are drawn from the whole context
        raise NotUsable(f"{self._web.address.host} refuses whatever it is asked.")

    async def _fit(self) -> Prompt:
        abilities = self.abilities
        budget = abilities.window - min(self._settings.max_tokens, abilities.window // 2)
        may_heal = self._heals and not self._settings.sampling.grammar
        lead = lead_of(self._context, heals=abilities.heals) if may_heal else ""
        head = "".join(segment.text for segment in self._context.segments if segment.stays)
        count = self._count if abilities.counts else None
        prompt = await fitted(self._context.text, lead, budget, count, head)
        return replace(prompt, text=encode(prompt.text).decode("utf-8", "replace") or _EMPTY_PAGE)

    async def _count(self, text: str) -> int:
        clean = encode(text).decode("utf-8", "replace")
        body = {"content": clean, "prompt": clean, "model": self.abilities.model}
        try:
            return len(read(Tokens, await self._web.ask("/tokenize", body)).tokens)
        except ValueError:
            raise self._nonsense() from None

    def _nonsense(self) -> NotUsable:
        return NotUsable(f"{self._web.address.host} answers what cannot be understood.")

    def _wishes(self) -> list[Wish]:
        """The requests that the missing branches take. Alone, each has a seed of its own."""
        widest = self.abilities.widest
        groups = [tuple(self._missing[at : at + widest]) for at in range(0, len(self._missing), widest)]
        text, lead = self._prompt.text, self._prompt.lead
        return [Wish(text, lead, indices, branch_seed(self._seed, indices[0])) for indices in groups]

    def _learn(self, refusal: NotThis) -> None:
        """Ask for less after a refusal. Raises it if there is nothing to do without."""
        window = window_told(refusal.message)
        if window and window < self.abilities.window:
            self.abilities = replace(self.abilities, window=window)
            return
        asked = payload(self.abilities, self._settings, self._wishes()[0])
        less = None if self.grew else self.abilities.without_refused(refusal.message, asked)
        if less is None:
            raise refusal
        self.abilities = less

    async def _ask(self, wishes: list[Wish]) -> None:
        """All requests at once; those that came too many for the server again after the others. Raises Fault."""
        while wishes:
            tasks = {asyncio.create_task(self._draw(wish)): wish for wish in wishes}
            try:
                await self._all(tasks)
            finally:
                await _end(tasks)
            faults = [(wish, fault) for task, wish in tasks.items() if (fault := _fault(task)) is not None]
            if not faults:
                return
            too_many = len(faults) < len(wishes) and all(isinstance(f, NotNow) and f.busy for _, f in faults)
            if not too_many or any(self._text_of(wish) for wish, _ in faults):
                raise faults[0][1]
            wishes = [wish for wish, _ in faults]

    async def _all(self, tasks: Iterable["asyncio.Task[None]"]) -> None:
        """Until all are done, or nothing more is heard; each second it is looked. Raises NotNow."""
        left = set(tasks)
        while left:
            _, left = await asyncio.wait(left, timeout=1)
            silent = time.monotonic() - self._heard
            if left and silent >= self._patience:
                raise NotNow(f"{self._web.address.host} does not answer.")
            if left and silent >= _NOTICED:
                self._say(Away(int(silent)))

    def _text_of(self, wish: Wish) -> bool:
        return any(self._branches[index].text for index in wish.indices if index in self._branches)

    async def _draw(self, wish: Wish) -> None:
        """One request, to the end of its branches. Raises Fault."""
        branches = [RemoteBranch(index, wish.seed, self._settings, wish.lead) for index in wish.indices]
        self._branches |= {branch.index: branch for branch in branches}
        lines, size = Lines(), 0
        body = payload(self.abilities, self._settings, wish)
        try:
            async with contextlib.aclosing(self._web.listen(COMPLETIONS, body)) as stream:
                async for data in stream:
                    try:
                        for said in lines.feed(data):
                            self._hear(read(Chunk, said), branches)
                    finally:
                        self._report(branches)
                    size += len(data)
                    if lines.ended or all(branch.finish for branch in branches):
                        break
            if size and not lines.events:  # the whole answer at once, or something else altogether
                self._hear(read(Chunk, lines.rest()), branches)
        except ValueError:
            raise self._nonsense() from None
        self._close(branches, ended=lines.ended)

    def _close(self, branches: list[RemoteBranch], *, ended: bool) -> None:
        """The answer is over. Raises NotNow if it should have gone on."""
        self._report(branches)
        if all(branch.finish for branch in branches) or ended:
            for branch in branches:
                branch.end("")
            self._report(branches)
            there = {branch.index for branch in branches if not branch.astray}
            self._missing = [index for index in self._missing if index not in there]
            return
        raise NotNow(f"The line to {self._web.address.host} was lost in the middle.")

    def _hear(self, chunk: Chunk, branches: list[RemoteBranch]) -> None:
        if chunk.error is not None:
            raise self._web.fault(_told_in_the_middle(chunk.error))
        if chunk.model and chunk.model not in (self.abilities.model, self.abilities.answers_as):
            raise NotUsable(another(self._web.address.host, chunk.model, self.abilities.model))
        if chunk.prompt_progress is not None:
            self._progress(chunk.prompt_progress)
        if chunk.usage is not None and chunk.usage.prompt_tokens:
            self._prompt_tokens = chunk.usage.prompt_tokens
            cached: Any = (chunk.usage.prompt_tokens_details or {}).get("cached_tokens")
            self._cached = max(self._cached, cached if isinstance(cached, int) else 0)
        for choice in chunk.choices or ():
            if not 0 <= choice.index < len(branches):
                raise ValueError("a branch that was not asked for")
            branch = branches[choice.index]
            for piece in told(choice):
                self._heard = time.monotonic()
                branch.accept(piece)
            if choice.finish_reason:
                branch.end(choice.finish_reason)

    def _progress(self, read_so_far: PromptDone) -> None:
        self._heard = time.monotonic()
        self._prompt_tokens, self._cached = read_so_far.total, max(self._cached, read_so_far.cache)
        done, fresh = read_so_far.processed, read_so_far.processed - read_so_far.cache
        left = read_so_far.time_ms / 1000 * (read_so_far.total - done) / fresh if fresh > 0 else None
        if not self.grew:
            self._say(PromptProgress(self._fan, done, read_so_far.total, left))

    def _report(self, branches: list[RemoteBranch]) -> None:
        growth = tuple(grown for branch in branches if (grown := branch.growth()) is not None)
        if growth:
            self._first = self._first or time.monotonic()
            self._say(Grew(self._fan, growth))
        for branch in branches:
            if branch.finish is not None and not branch.astray and not branch.reported:
                branch.reported = True
                self._say(BranchEnded(self._fan, branch.index, branch.finish))


def _told_in_the_middle(error: Any) -> Reply:
    """An error that a server tells of where it should go on, as if it had been its whole answer."""
    code = error.get("code") if isinstance(error, dict) else None
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    return Reply(status, msgspec.json.encode({"error": error}))


def _fault(task: "asyncio.Task[None]") -> Fault | None:
    """Raises what is none."""
    error = task.exception()
    if error is None or isinstance(error, Fault):
        return error
    raise error


async def _end(tasks: Iterable["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
