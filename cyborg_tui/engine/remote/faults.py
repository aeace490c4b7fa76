"""What can go wrong with a server, each with a sentence, and what an answer that is no success means. Pure."""

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

import msgspec

from cyborg_tui.engine.inert import inert

__all__ = ["Fault", "NotNow", "NotThis", "NotUsable", "Reply", "another", "fault_of", "seconds_to_wait"]

_LONGEST_QUOTE = 160
_LONGEST_WAIT = 3600


class Fault(Exception):
    """The message is a sentence for the person."""


class NotUsable(Fault):
    """Nothing can be asked of this server until the person does something."""


class NotNow(Fault):
    """Another try may help."""

    def __init__(self, sentence: str, wait: float | None = None, *, busy: bool = False) -> None:
        """`wait`: seconds that the server asks for. `busy`: it is there, and says so itself."""
        super().__init__(sentence)
        self.wait = wait
        self.busy = busy


class NotThis(Fault):
    """The server is well, but refuses this request."""

    def __init__(self, sentence: str, message: str) -> None:
        """`message`: what it said, as it said it."""
        super().__init__(sentence)
        self.message = message


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    status: int
    body: bytes
    retry_after: str = ""
    location: str = ""
    """The host that it sends on to."""


def fault_of(host: str, reply: Reply, key: str) -> Fault:
    """What a reply that is no success means. `key`: never to be repeated, whatever the server says."""
    message = _message(reply.body).replace(key, "…") if key else _message(reply.body)
    quote = f": {inert(message.strip().rstrip('.'), _LONGEST_QUOTE)}" if message.strip() else ""
    match reply.status:
        case 401 | 403 | 407:
            mine = "the key it was given" if key else "anybody without a key"
            return NotUsable(
                f"{host} does not let in {mine} ({reply.status}{quote}); the right one belongs in CYBORG_TUI_API_KEY "
                "or in engine.key_file."
            )
        case 429:
            wait = seconds_to_wait(reply.retry_after)
            return NotNow(f"{host} has too much to do ({reply.status}{quote}).", wait, busy=True)
        case 400 | 404 | 405 | 413 | 415 | 422:
            return NotThis(f"{host} refuses this ({reply.status}{quote}).", message)
        case status if 300 <= status < 400:
            to = f" to {inert(reply.location, 60)}" if reply.location else ""
            return NotUsable(f"{host} sends on{to}, where nothing was sent; if you trust that, put it in engine.url.")
        case status if status >= 500:
            wait = seconds_to_wait(reply.retry_after)
            return NotNow(f"{host} has failed ({reply.status}{quote}).", wait, busy=True)
    return NotThis(f"{host} answers what cannot be understood ({reply.status}{quote}).", message)


def another(host: str, answers: str, asked: str) -> str:
    """What is said when another model answers than the one that was asked."""
    instead = f"not {inert(asked, 60)}" if asked else "not the one that was there before"
    return f"{host} answers with the model {inert(answers, 60)}, {instead}; nothing of it was taken."


def seconds_to_wait(retry_after: str, now: float | None = None) -> float | None:
    """What a Retry-After header asks for: seconds, or a date. None if that is not to be understood."""
    if re.fullmatch(r"\d{1,9}(\.\d+)?", retry_after):
        return min(float(retry_after), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(retry_after).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, min(until - (time() if now is None else now), _LONGEST_WAIT))


def _message(body: bytes) -> str:
    """What a server says of an error, wherever in its answer that stands."""
    try:
        said: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = body[:2000].decode("utf-8", "replace").strip()
        return "" if text.startswith("<") else text
    for name in ("error", "message", "detail"):
        if isinstance(said, dict) and name in said:
            said = said[name]
    return said if isinstance(said, str) else ""
