"""A fan made again, in a fresh worker, and compared with what is on record."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from cyborg_tui.commands.listening import Listening
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.protocol import FanEnded, Grew, Ready, Start
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.fan import Branch, Fan, Finish, TokenRecord, decode, encode
from cyborg_tui.loom.loom import Loom
from cyborg_tui.session.sight import context_then

__all__ = ["Difference", "Replayed", "replay", "said"]

_CUT_SHORT = (Finish.CANCELLED, Finish.INTERRUPTED)
"""Ends that did not come from the model: what would have followed is not on record."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first token of a branch that is another one now. Both with their text; empty where there is none."""

    branch: int
    """Its index."""
    token: int
    recorded: str
    now: str


@dataclass(frozen=True, slots=True)
class Replayed:
    branches: int
    tokens: int
    """That were compared."""
    differences: tuple[Difference, ...]
    """The first one of each branch that differs."""
    circumstances: tuple[str, ...]
    """What is not as it was when the fan was made; sentences."""


def replay(loom: Loom, fan: Fan, draws: tuple[Draw, ...], config: EngineConfig) -> Replayed:
    """Make the fan again as each of its draws says. Raises EngineSaysNoError."""
    return asyncio.run(_replay(loom, fan, draws, config))


def said(replayed: Replayed) -> Iterator[str]:
    """The outcome, in sentences."""
    yield from replayed.circumstances
    for difference in replayed.differences:
        where = f"Branch {difference.branch + 1} differs from its token {difference.token + 1} on"
        yield f"{where}: {_quoted(difference.recorded)} is on record, and {_quoted(difference.now)} came now."
    if not replayed.differences and replayed.tokens:
        yield f"The same: {replayed.branches} branches, {replayed.tokens:,} tokens."


def _quoted(text: str) -> str:
    return f"“{text}”" if text else "nothing"


async def _replay(loom: Loom, fan: Fan, draws: tuple[Draw, ...], config: EngineConfig) -> Replayed:
    differences: list[Difference] = []
    circumstances: list[str] = []
    branches = loom.tree.branches(fan.id)
    compared = 0
    for draw in draws:
        settings = replace(fan.settings, width=draw.width)
        async with Listening(_as_then(config, draw), settings) as listening:
            circumstances += _changed(fan, draw, listening.ready)
            if listening.ready.model.vocabulary != fan.model.vocabulary:
                break  # its tokens mean something else
            seed = (fan.seed + draw.first) & 0xFFFFFFFF
            begun = [Start(one.tokens[0].id, one.healed > 0) for one in branches[: draw.first] if one.tokens]
            listening.engine.fan(context_then(loom, draw), settings, seed, begun, left_out=draw.tokens_out)
            made, ended = await _hear(listening, draw.width)
        if ended.stats.steered_by != draw.steered_by:
            circumstances.append("A file of what steered it is another one now.")
        if ended.stats.digest != draw.digest:
            circumstances.append("The typed text is divided into other tokens now.")
        for branch, tokens, text in zip(branches[draw.first : draw.first + draw.width], *made, strict=True):
            compared += len(branch.tokens)
            differences += _compare(branch, tokens, text)
    return Replayed(len(branches), compared, tuple(differences), tuple(dict.fromkeys(circumstances)))


def _as_then(config: EngineConfig, draw: Draw) -> EngineConfig:
    how = draw.decoding
    return msgspec.structs.replace(
        config,
        exact=how.exact,
        threads=how.threads,
        context=how.window,
        cache_type=how.cache_type or config.cache_type,
        flash_attention=how.flash_attention or config.flash_attention,
        gpu_layers=how.gpu_layers,
    )


def _changed(fan: Fan, draw: Draw, ready: Ready) -> Iterator[str]:
    now, then = ready.decoding, draw.decoding
    if ready.model.vocabulary != fan.model.vocabulary:
        yield f"It was made by {fan.model.name}; the model here is {ready.model.name}, whose tokens are others."
    elif (ready.model.file, ready.model.size) != (fan.model.file, fan.model.size):
        yield f"It was made by the file {fan.model.file}; here it is {ready.model.file}."
    if not then.exact:
        yield "It was made in the fast way, whose tokens depend on the circumstances; engine.exact = true fixes them."
    if now.build != then.build:
        yield f"It was made by {then.build}; here it is {now.build}."
    if now.machine != then.machine:
        yield "It was made on another machine, or by an llama.cpp that was built in another way."


async def _hear(listening: Listening, width: int) -> tuple[tuple[list[list[TokenRecord]], list[str]], FanEnded]:
    """The tokens and the texts of the branches, and how it ended."""
    tokens: list[list[TokenRecord]] = [[] for _ in range(width)]
    texts = [""] * width
    while True:
        event = await listening.next(Grew, FanEnded)
        if isinstance(event, FanEnded):
            return (tokens, texts), event
        assert isinstance(event, Grew)
        for growth in event.growth:
            tokens[growth.index] += growth.tokens
            texts[growth.index] += decode(growth.text)


def _compare(branch: Branch, tokens: list[TokenRecord], text: str) -> Iterator[Difference]:
    """The first difference, if there is one. What was cut short is compared as far as it goes."""
    then, now = _words(branch.text, branch.tokens), _words(text, tokens)
    if branch.finish in _CUT_SHORT:
        now = now[: len(then)]
    for index in range(max(len(then), len(now))):
        recorded = then[index] if index < len(then) else (-1, "")
        drawn = now[index] if index < len(now) else (-1, "")
        if recorded != drawn:
            yield Difference(branch.index, index, recorded[1], drawn[1])
            return


def _words(text: str, tokens: Sequence[TokenRecord]) -> list[tuple[int, str]]:
    """Each token's id and text."""
    data, at, found = encode(text), 0, []
    for token in tokens:
        found.append((token.id, decode(data[at : at + token.size])))
        at += token.size
    return found
