"""What client and worker say to each other: msgpack structs, each after its length in four bytes, big-endian."""

import hashlib
import os
import struct
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from cyborg_tui.config import EngineConfig
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.draw import Decoding
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord, encode
from cyborg_tui.loom.settings import FanSettings

__all__ = [
    "MAGIC",
    "VERSION",
    "Away",
    "BranchEnded",
    "Cancel",
    "EngineEvent",
    "Evaluate",
    "Evaluated",
    "FanEnded",
    "FanRequest",
    "FanStats",
    "FileHash",
    "Foresee",
    "ForeseeingEnded",
    "Foreseen",
    "Grew",
    "Growth",
    "Held",
    "Hello",
    "Leave",
    "Load",
    "Loading",
    "Lost",
    "Ping",
    "Pong",
    "PromptProgress",
    "Ready",
    "Refused",
    "Remark",
    "Request",
    "Saw",
    "ScoreEnded",
    "ScoreRequest",
    "Scored",
    "See",
    "Start",
    "Unavailable",
    "Weigh",
    "Weighed",
    "WeighedToken",
    "Widths",
    "WireSegment",
    "Work",
    "decode_event",
    "decode_request",
    "digest",
    "encode_frame",
    "frames",
    "load",
    "wire",
]

VERSION = 7
MAGIC = b"\x00cyborg-tui engine\x00\n"
"""The worker's first bytes; whatever a login shell printed before them is skipped."""
LONGEST_FRAME = 256 * 1024 * 1024


class Load(msgspec.Struct, tag=True, frozen=True):
    """A model wanted, and how to run it."""

    config: EngineConfig
    model: bytes
    """The path in `config`, which may be no UTF-8; the one there is empty."""
    branches: int
    """Tokens that the branches of one fan may have together."""
    kept: bytes = b""
    """The file in which the cache is kept; empty: none."""


def load(config: EngineConfig, fan: FanSettings, kept: Path | None = None) -> Load:
    """What the worker must know; not how it is reached."""
    own = msgspec.structs.replace(config, model="", command=(), url="", key_file="")
    return Load(own, os.fsencode(config.model), fan.width * fan.max_tokens, os.fsencode(kept or ""))


class WireSegment(msgspec.Struct, frozen=True):
    """A segment of a context; its text as bytes, since a model's may be no UTF-8."""

    text: bytes
    tokens: tuple[int, ...]
    vocabulary: str
    stays: bool = False
    """Whether it stands before everything that may be left out of the window."""


def wire(context: Context) -> tuple[WireSegment, ...]:
    return tuple(WireSegment(encode(part.text), part.tokens, part.vocabulary, part.stays) for part in context.segments)


class Start(msgspec.Struct, frozen=True):
    """How a branch begins."""

    token: int
    healed: bool
    """Whether the token replaces the last one of the context."""


class FanRequest(msgspec.Struct, tag=True, frozen=True):
    """A fan wanted, or more branches for one. It takes the place of one that is running."""

    id: int
    context: tuple[WireSegment, ...]
    settings: FanSettings
    seed: int
    begun: tuple[Start, ...] = ()
    """How the branches begin that are there already."""
    left_out: int = -1
    """Tokens to leave out from the beginning, as once before; -1: as many as do not fit."""


class See(msgspec.Struct, tag=True, frozen=True):
    """Asks for a context's tokens."""

    id: int
    context: tuple[WireSegment, ...]
    longest: int = 0
    """If branches of so many tokens are to follow, how many tokens would be left out is told too."""


class Evaluate(msgspec.Struct, tag=True, frozen=True):
    """A context that may soon be asked for; evaluated when there is nothing else to do."""

    context: tuple[WireSegment, ...]


class Foresee(msgspec.Struct, tag=True, frozen=True):
    """What may come next is wanted, after a context and each of some runs of tokens."""

    id: int
    context: tuple[WireSegment, ...]
    places: tuple[tuple[int, ...], ...]


class Weigh(msgspec.Struct, tag=True, frozen=True):
    """How likely each token is next after a context, as the model has it and as it would be drawn, is wanted."""

    id: int
    context: tuple[WireSegment, ...]
    settings: FanSettings


class ScoreRequest(msgspec.Struct, tag=True, frozen=True):
    """How likely a text is that stands after a context, token by token; anything that is asked for later stops it."""

    id: int
    context: tuple[WireSegment, ...]
    text: tuple[WireSegment, ...]


class Cancel(msgspec.Struct, tag=True, frozen=True):
    """Stop the fan, evaluation or scoring in flight."""


class Leave(msgspec.Struct, tag=True, frozen=True):
    """The end of the input comes next: time to keep what is kept."""


class Ping(msgspec.Struct, tag=True, frozen=True):
    """Is the worker alive?"""


Work = FanRequest | Evaluate | Foresee | Weigh | ScoreRequest
"""What takes the worker a while; each is answered once it is over, in turn."""
Request = Load | Work | Cancel | Leave | Ping | See


class Hello(msgspec.Struct, tag=True, frozen=True):
    """The worker's first word. Nothing is asked of one of another version, so this alone must never change."""

    version: int
    app: str = ""
    """The version of cyborg-tui that it is part of."""


class Loading(msgspec.Struct, tag=True, frozen=True):
    fraction: float


class Ready(msgspec.Struct, tag=True, frozen=True):
    """A model is loaded."""

    model: ModelIdentity
    window: int
    """The longest context, in tokens."""
    build: str
    devices: tuple[str, ...]
    sentence: str = ""
    """What the person should know of how it runs; empty if all is as it was wanted."""
    decoding: Decoding = Decoding()


class Saw(msgspec.Struct, tag=True, frozen=True):
    """A context's tokens, before any are left out: their ids, and what each stands for."""

    id: int
    tokens: tuple[int, ...]
    texts: tuple[bytes, ...]
    head: int = 0
    """So many of them stand before what may be left out."""
    left_out: int = 0
    """So many after those would be left out now."""


class FileHash(msgspec.Struct, tag=True, frozen=True):
    """What the model's file is, found out while nothing was asked for."""

    sha256: str


class Widths(msgspec.Struct, tag=True, frozen=True):
    """How long a step takes here, found out while nothing was asked for."""

    seconds: dict[int, float]
    """By the number of branches."""


class Unavailable(msgspec.Struct, tag=True, frozen=True):
    """There is no model to write with; `sentence` says why and what to do."""

    sentence: str


class Lost(msgspec.Struct, tag=True, frozen=True):
    """The worker is gone. With `again`, another is on its way."""

    sentence: str
    again: bool


class Away(msgspec.Struct, tag=True, frozen=True):
    """An engine on another machine is waited for."""

    seconds: int
    """For how long it has not been heard."""
    next_try: int | None = None
    """Seconds until it is looked for again; None while it is."""


class Pong(msgspec.Struct, tag=True, frozen=True):
    """The worker is alive."""

    steps: int
    """How many steps it has done since it began."""


class Refused(msgspec.Struct, tag=True, frozen=True):
    """The fan that has just ended cannot be made; `sentence` says why and what to do."""

    sentence: str


class Remark(msgspec.Struct, tag=True, frozen=True):
    """Something to know of the fan that is being made; nothing stops for it."""

    sentence: str


class PromptProgress(msgspec.Struct, tag=True, frozen=True):
    fan: int | None
    done: int
    total: int
    seconds_left: float | None


class Growth(msgspec.Struct, frozen=True):
    """What one branch grew by: whole characters, and the tokens they stand for."""

    index: int
    seed: int
    text: bytes
    healed: int
    tokens: tuple[TokenRecord, ...]
    alternatives: bytes = b""
    """To each of these tokens, as `loom.alternatives.pack` has them; empty if they are not known."""


class Grew(msgspec.Struct, tag=True, frozen=True):
    fan: int
    growth: tuple[Growth, ...]


class BranchEnded(msgspec.Struct, tag=True, frozen=True):
    fan: int
    index: int
    finish: Finish


class Held(msgspec.Struct, frozen=True):
    """What the cache holds. A cell is a token's place in it."""

    paths: int = 0
    """Places that can be gone on from without evaluating anything again."""
    used: int = 0
    """Cells of all paths and branches; what they begin with alike counts once."""
    beside: int = 0
    """Cells that may hold anything but the path evaluated last."""
    cells: int = 0
    """All there are."""
    cell_bytes: int = 0
    """Memory that a cell takes; 0 if it is not known."""


class FanStats(msgspec.Struct, frozen=True):
    """What a fan cost. Times in seconds."""

    prompt_tokens: int = 0
    reused_tokens: int = 0
    """Of the prompt, those that did not have to be evaluated again."""
    evaluated_tokens: int = 0
    """All tokens evaluated for this fan, as llama.cpp counts them."""
    left_out_tokens: int = 0
    """Of the prompt, those before the window."""
    digest: str = ""
    """Of the ids of the prompt's tokens, as `digest` has it."""
    prefill_s: float = 0.0
    decode_s: float = 0.0
    first_token_s: float = 0.0
    tokens_per_s: float = 0.0


class FanEnded(msgspec.Struct, tag=True, frozen=True):
    """Nothing more will come of this fan."""

    fan: int
    finish: Finish | None
    """How the branches ended that came to no end of their own; None if there are none."""
    stats: FanStats
    held: Held = Held()


class Scored(msgspec.Struct, tag=True, frozen=True):
    """The next tokens of a text that is scored."""

    score: int
    done: int
    """Tokens scored so far, of `total`."""
    total: int
    tokens: tuple[TokenRecord, ...]
    alternatives: bytes
    """To each of these tokens, as `loom.alternatives.pack` has them."""
    lead: int
    """Bytes of the first of these tokens that stand before the text."""


class ScoreEnded(msgspec.Struct, tag=True, frozen=True):
    """Nothing more will come of this scoring; each that was asked for is answered, in turn with the fans."""

    score: int
    complete: bool
    """False if something else was wanted meanwhile, or it cannot be done."""


class Evaluated(msgspec.Struct, tag=True, frozen=True):
    """An evaluation is over; each that was asked for is answered, in turn with the fans."""

    tokens: int
    """The length of the context; 0 if something else was wanted meanwhile."""
    held: Held | None = None
    """None if the cache was not looked at."""


class Foreseen(msgspec.Struct, tag=True, frozen=True):
    """What may come next at one of the places."""

    request: int
    place: tuple[int, ...]
    entropy: float
    """In nats."""
    ninety: int
    """How many tokens it takes to reach a probability of 90 %."""
    likeliest: bytes
    """The likeliest tokens, as `loom.alternatives.pack` has those of one."""


class ForeseeingEnded(msgspec.Struct, tag=True, frozen=True):
    """No more of this is told: all of it was, or something else was wanted."""

    request: int


class WeighedToken(msgspec.Struct, frozen=True):
    text: bytes
    before: float
    """Its probability as the model has it."""
    after: float
    """The same as it would be drawn."""


class Weighed(msgspec.Struct, tag=True, frozen=True):
    """What may come next, and how samplers change it; each that was asked for is answered, in turn with the fans."""

    request: int
    tokens: tuple[WeighedToken, ...] = ()
    """The likeliest before and after, the likeliest before first; none if something else was wanted meanwhile, or it
    cannot be told."""
    left: int = 0
    """How many tokens can be drawn at all."""
    before: float = 0.0
    """How uncertain the model is, in nats."""
    after: float = 0.0
    """How uncertain the draw is, in nats."""
    sentence: str = ""
    """Why it cannot be told."""


EngineEvent = (
    Hello
    | Loading
    | Ready
    | Unavailable
    | Lost
    | Away
    | Pong
    | Refused
    | Saw
    | FileHash
    | Widths
    | Remark
    | PromptProgress
    | Grew
    | BranchEnded
    | FanEnded
    | Evaluated
    | Foreseen
    | ForeseeingEnded
    | Weighed
    | Scored
    | ScoreEnded
)


def digest(tokens: Sequence[int]) -> str:
    """What token ids are known by: 16 hexadecimal digits."""
    return hashlib.blake2b(array("i", tokens).tobytes(), digest_size=8).hexdigest()


_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
_events: msgspec.msgpack.Decoder[EngineEvent] = msgspec.msgpack.Decoder(EngineEvent)


def encode_frame(message: Request | EngineEvent) -> bytes:
    body = _encoder.encode(message)
    return struct.pack(">I", len(body)) + body


def decode_request(body: bytes) -> Request:
    return _requests.decode(body)


def decode_event(body: bytes) -> EngineEvent:
    return _events.decode(body)


def frames(buffer: bytearray) -> Iterator[bytes]:
    """The whole frames at the start of `buffer`, which is left with the rest."""
    while len(buffer) >= 4:
        (size,) = struct.unpack_from(">I", buffer)
        if size > LONGEST_FRAME:
            raise ValueError(f"a frame of {size} bytes")
        if len(buffer) < 4 + size:
            return
        body = bytes(buffer[4 : 4 + size])
        del buffer[: 4 + size]
        yield body
