"""What a worker says, and its client of it."""

import hashlib
from array import array
from collections.abc import Sequence

import msgspec

from cyborg_tui.engine.protocol.lever_events import (
    Followed,
    FollowEnded,
    LookedAt,
    PreviewEnded,
    Rendered,
    VectorEnded,
    VectorProgress,
    Weighed,
)
from cyborg_tui.loom.draw import Decoding
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord

__all__ = [
    "Away",
    "Beside",
    "BranchEnded",
    "Card",
    "EngineEvent",
    "Evaluated",
    "FanEnded",
    "FanStats",
    "FileHash",
    "ForeseeingEnded",
    "Foreseen",
    "Grew",
    "Growth",
    "Held",
    "Hello",
    "Loading",
    "Lost",
    "Makeup",
    "Pong",
    "PromptProgress",
    "Ready",
    "Refused",
    "Remark",
    "Saw",
    "ScoreEnded",
    "Scored",
    "Unavailable",
    "Widths",
    "digest",
]


class Hello(msgspec.Struct, tag=True, frozen=True):
    """The worker's first word. Nothing is asked of one of another version, so this alone must never change."""

    version: int
    app: str = ""
    """The version of cyborg-tui that it is part of."""


class Loading(msgspec.Struct, tag=True, frozen=True):
    fraction: float


class Makeup(msgspec.Struct, frozen=True):
    """What of a model matters to the levers."""

    layers: int = 0
    """0: it cannot be steered."""
    width: int = 0
    """Of its states, in numbers."""
    fills: bool = False
    """Whether it was trained to fill in the middle of a text."""
    chats: bool = False
    """Whether it has a chat template."""


class Card(msgspec.Struct, frozen=True):
    """Graphics cards with memory of their own, on which a model lies, wholly or in part."""

    free: int | None = None
    """Bytes that are free there, of all of them together; None if that cannot be told."""


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
    makeup: Makeup = Makeup()
    card: Card | None = None
    """None: it lies in the machine's memory alone."""


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


class Beside(msgspec.Struct, frozen=True):
    """What was seen of another context that was read with the own one."""

    tokens: int
    left_out_tokens: int
    digest: str


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
    beside: tuple[Beside, ...] = ()
    steered_by: tuple[str, ...] = ()
    """What the files of the vectors were, and then those of the adapters: the first 16 hexadecimal digits of their
    SHA-256."""


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
    | Scored
    | ScoreEnded
    | PreviewEnded
    | Followed
    | FollowEnded
    | VectorProgress
    | VectorEnded
    | LookedAt
    | Weighed
    | Rendered
)


def digest(tokens: Sequence[int]) -> str:
    """What token ids are known by: 16 hexadecimal digits."""
    return hashlib.blake2b(array("i", tokens).tobytes(), digest_size=8).hexdigest()
