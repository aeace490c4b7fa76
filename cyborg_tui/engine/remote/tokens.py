"""What a server tells of the tokens in a piece of its answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from cyborg_tui.engine.remote.answers import Choice
from cyborg_tui.loom.alternatives import LIKELIEST, Alternative, pack
from cyborg_tui.loom.fan import TokenRecord, encode

__all__ = ["UNKNOWN", "Told", "told"]

UNKNOWN = -1
"""The id of a token whose id the server does not tell."""


@dataclass(frozen=True, slots=True)
class Told:
    """One token of a branch, or a piece of it whose tokens cannot be told apart."""

    text: str
    records: tuple[TokenRecord, ...] = ()
    """What they stand for is together just `text`."""
    alternatives: bytes = b""
    """To each of them, packed."""


class _Entry(msgspec.Struct):
    """A token as llama-server tells of it; what the API says of chats is the same, without ids."""

    token: str
    logprob: float
    id: int = UNKNOWN
    bytes: list[int] | None = None
    top_logprobs: list["_Entry"] = []

    @property
    def size(self) -> int:
        return len(encode(self.token)) if self.bytes is None else len(self.bytes)


class _Legacy(msgspec.Struct):
    """Tokens as the completions API tells of them: a list of each thing."""

    tokens: list[str]
    token_logprobs: list[float | None] = []
    top_logprobs: list[dict[str, float] | None] | None = None


def told(choice: Choice) -> list[Told]:
    """The text of a piece, token by token where the server tells them. Raises ValueError if it tells nonsense."""
    text = choice.text or ""
    entries = _entries(choice)
    if not entries:
        return [Told(text)] if text else []
    pieces = [(_text(entry), entry) for entry in entries]
    if "".join(piece for piece, _ in pieces) == text:
        return [Told(piece, (_record(entry, entry.size),), _others(entry)) for piece, entry in pieces]
    sizes = _fitted([entry.size for entry in entries], len(encode(text)))
    records = tuple(_record(entry, size) for entry, size in zip(entries, sizes, strict=True))
    return [Told(text, records, b"".join(map(_others, entries)))]


def _entries(choice: Choice) -> list[_Entry]:
    logprobs = choice.logprobs
    if not logprobs:
        return []
    try:
        if "content" in logprobs:
            return msgspec.convert(logprobs["content"] or [], list[_Entry], strict=False)
        legacy = msgspec.convert(logprobs, _Legacy, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
    ids: Sequence[int] = choice.token_ids or ()
    if len(ids) != len(legacy.tokens):
        ids = [UNKNOWN] * len(legacy.tokens)
    if len(legacy.token_logprobs) != len(legacy.tokens):
        return []
    tops = legacy.top_logprobs or []
    return [
        _Entry(token, logprob, id, None, _sorted(tops[at] if at < len(tops) else None))
        for at, (token, logprob, id) in enumerate(zip(legacy.tokens, legacy.token_logprobs, ids, strict=True))
        if logprob is not None
    ]


def _sorted(top: dict[str, float] | None) -> list[_Entry]:
    return sorted((_Entry(token, logprob) for token, logprob in (top or {}).items()), key=lambda one: -one.logprob)


def _text(entry: _Entry) -> str:
    if entry.bytes is None:
        return entry.token
    return bytes(byte & 0xFF for byte in entry.bytes).decode("utf-8", "surrogateescape")


def _record(entry: _Entry, size: int) -> TokenRecord:
    return TokenRecord(entry.id if 0 <= entry.id < 2**31 else UNKNOWN, size, min(0.0, entry.logprob))


def _others(entry: _Entry) -> bytes:
    likeliest = entry.top_logprobs[:LIKELIEST]
    return pack(Alternative(one.id if 0 <= one.id < 2**31 else UNKNOWN, _text(one), one.logprob) for one in likeliest)


def _fitted(sizes: list[int], whole: int) -> list[int]:
    """Sizes that add up to the whole: tokens that are part of one character are counted with its last."""
    fitted = []
    for size in sizes[:-1]:
        fitted.append(min(size, whole))
        whole -= fitted[-1]
    return [*fitted, whole]
