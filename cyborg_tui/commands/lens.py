"""What the model saw when it made a fan, without a screen."""

import asyncio
from collections.abc import Iterator

from cyborg_tui.commands.listening import Listening
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.protocol import Saw
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.loom import Loom
from cyborg_tui.session.sight import Sight, context_then, looks

__all__ = ["look", "said"]


def look(loom: Loom, draws: tuple[Draw, ...], config: EngineConfig) -> list[Sight]:
    """What was seen in each draw. Raises EngineSaysNoError."""
    return asyncio.run(_look(loom, draws, config))


def said(sight: Sight) -> Iterator[str]:
    """A line for each token that was seen: its id and its text; before them what was not."""
    draw, out = sight.draw, sight.characters_out
    if draw is not None:
        how = "" if sight.weight == 1 and not sight.name else f", with weight {sight.weight:.4g} {sight.name}".rstrip()
        yield (
            f"Branches {draw.first + 1} to {draw.first + draw.width}: the model saw {len(sight.tokens):,} tokens{how}."
        )
    if out or sight.left_out:
        tokens = f"{len(sight.left_out):,} tokens" + (" more" if out else "")
        out_of_sight = f"{out:,} characters and {tokens}" if out else tokens
        yield f"It did not see the {out_of_sight} before them."
    if not sight.same:
        yield "The typed text is divided into other tokens now than it was then; these are those of now."
    for token in sight.tokens:
        where = f"  {token.origin.value} {token.label}".rstrip()
        yield f"{token.id:>8}  {token.text!r}{where}"


async def _look(loom: Loom, draws: tuple[Draw, ...], config: EngineConfig) -> list[Sight]:
    found = []
    async with Listening(config) as listening:
        for draw in draws:
            context, settings = context_then(loom, draw), loom.tree.fan(draw.fan).settings
            for look in looks(draw, context, settings):
                listening.engine.see(look.context)
                found.append(look.sight(await listening.next(Saw)))
    return found
