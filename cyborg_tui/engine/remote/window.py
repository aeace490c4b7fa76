"""What of a context a server is sent: as much of its end as its window holds, less what the branches begin with."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cyborg_tui.engine.window import left_out
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import encode

__all__ = ["Prompt", "fitted", "lead_of", "window_told"]

_BYTES_A_TOKEN = 3
"""A cautious guess where the server does not count."""
_WORD = re.compile(r" ?\w{1,24}$")
_SIZE = re.compile(r"(?:length is|size \(|limit of|length of|window of)\s*(\d+)")
_LONGEST_LEAD = 32
Count = Callable[[str], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Prompt:
    text: str
    lead: str = ""
    """What was taken off its end; branches must begin with it."""
    left_out: int = 0
    """Tokens, or about so many, that did not fit at its beginning."""
    tokens: int = 0
    """About so many are left; 0 if they were not counted."""


async def fitted(text: str, lead: str, budget: int, count: Count | None, head: str = "") -> Prompt:
    """`budget`: tokens that there is room for. `count` says how many a text is, where the server does. The cut moves in
    large steps, so that what the server has read already stays the beginning. `head`: what the text begins with and is
    never left out, unless it takes all the room."""
    own = text[len(head) : len(text) - len(lead)]
    if len(encode(head + own)) < budget:  # no token stands for less than a byte
        return Prompt(head + own, lead)
    budget -= await _size(head, count) if head else 0
    tokens = await _size(own, count)
    whole, cut = tokens, 0
    while tokens >= budget and cut < len(own) - 1:
        room = int((len(own) - cut) * budget * 0.98 / tokens)
        cut += left_out(range(cut, len(own)), max(1, room), lambda at: own[at] == "\n")
        tokens = await _size(own[cut:], count)
    return Prompt(head + own[cut:], lead, whole - tokens, tokens)


async def _size(text: str, count: Count | None) -> int:
    """In tokens, as far as that can be known."""
    return len(encode(text)) // _BYTES_A_TOKEN if count is None else await count(text)


def lead_of(context: Context, *, heals: bool) -> str:
    """What a context ends in that was typed and may be part of a token: a space, or a word with the space before it.
    A word only where the server can be made to begin with it."""
    last = context.segments[-1] if context.segments else None
    text = context.text[-_LONGEST_LEAD:]
    if last is None or last.tokens:
        return ""
    if text[-1:] == " ":
        return " " if len(text) > 1 and not text[-2].isspace() else ""
    found = _WORD.search(last.text) if heals else None
    return found.group() if found is not None and len(found.group()) < len(text) else ""


def window_told(message: str) -> int:
    """How many tokens fit, as an error of a server says it; 0 if it is about something else."""
    if not re.search(r"context|too long|n_ctx", message, re.IGNORECASE):
        return 0
    return min(map(int, _SIZE.findall(message)), default=0)
