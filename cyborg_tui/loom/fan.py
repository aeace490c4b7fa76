"""One generation: a fan of branches drawn from one context, and the tokens each branch is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from cyborg_tui.loom.settings import FanSettings

__all__ = [
    "BATCHED",
    "Branch",
    "BranchId",
    "Fan",
    "FanId",
    "Finish",
    "ModelIdentity",
    "NodeId",
    "TokenRecord",
    "decode",
    "encode",
    "whole_characters",
]

BATCHED = "batched"
"""The fast way to decode a fan, whose tokens depend on the circumstances of the run."""
NodeId = int
FanId = int
BranchId = int


class Finish(str, Enum):
    """Why a branch ended."""

    TOKENS = "tokens"
    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    LINE = "line"
    STRING = "string"
    FORK = "fork"
    """Where it could best have gone another way."""
    SPARE = "spare"
    """It never began: the likeliest beginnings were all taken."""
    END = "end"
    """The model ended the text."""
    CANCELLED = "cancelled"
    """The person went on before it was done."""
    INTERRUPTED = "interrupted"
    """The engine or the app stopped."""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model wrote something. Token ids are valid for one vocabulary only."""

    name: str
    vocabulary: str
    """A hash of the vocabulary; equal hashes, equal meaning of token ids."""
    file: str = ""
    """The file's name, without its folder."""
    size: int = 0
    """Of the file, in bytes."""
    quantisation: str = ""
    build: str = ""
    """Which llama.cpp evaluated it."""


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """One token a model drew."""

    id: int
    size: int
    """How many bytes of the branch's text it stands for; 0 for the end-of-text token."""
    logprob: float
    """Natural logarithm of its probability, before samplers change it."""
    entropy: float | None = None
    """How uncertain the model was here, in nats, before samplers change it; None if that is not known."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One candidate continuation. `text` is exactly what its tokens stand for, as `decode` reads their bytes.

    The first `healed` characters already stood in the context: the model was backed up over them and drew tokens that
    begin with them. They are no part of the branch's node.
    """

    id: BranchId
    fan: FanId
    index: int
    seed: int
    node: NodeId
    text: str = ""
    healed: int = 0
    tokens: Sequence[TokenRecord] = ()
    finish: Finish | None = None
    """None while it is still growing."""
    looked: bool = False
    """Whether the person looked at it: highlighted, or its first line on screen for a second with focus."""

    @property
    def purged(self) -> bool:
        """Whether the person had it deleted for good. What is left says only that it was drawn."""
        return not self.node


@dataclass(frozen=True, slots=True)
class Fan:
    """N branches from one context, with everything needed to know how they came about."""

    id: FanId
    context: NodeId
    model: ModelIdentity
    settings: FanSettings
    seed: int
    made_at: float
    """Seconds since 1970, UTC."""
    mode: str = BATCHED
    """How it was decoded."""
    branches: tuple[BranchId, ...] = field(default=())


def encode(text: str) -> bytes:
    """The bytes a model's text stands for; bytes that were no UTF-8 stand in it as lone surrogates."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte, from a file of another kind
        return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> str:
    """The text of a model's bytes, losing nothing: `encode` gives the same bytes back."""
    return data.decode("utf-8", "surrogateescape")


def whole_characters(data: bytes) -> str | None:
    """The text of these bytes if they end between two characters, else None."""
    text = data.decode("utf-8", "surrogateescape")
    tail = data[-4:]
    for length in range(1, len(tail) + 1):
        lead = tail[-length]
        if lead >= 0xC0:
            needed = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            return None if length < needed and lead < 0xF8 else text
        if lead < 0x80:
            break
    return text
