"""What a server says, as far as it is understood here; everything else in it is passed over. Pure."""

from collections.abc import Iterator
from typing import Any

import msgspec

__all__ = ["Chunk", "Lines", "Models", "Props", "Tokens", "Usage", "Version", "read"]

_LONGEST_LINE = 4_000_000
_END = "[DONE]"


class ModelEntry(msgspec.Struct):
    id: str
    owned_by: str | None = None
    aliases: list[str] = []
    max_model_len: int | None = None
    """vLLM: the longest context, in tokens."""
    meta: dict[str, Any] | None = None
    """llama-server: what the file says of the model."""


class Models(msgspec.Struct):
    data: list[ModelEntry]


class Version(msgspec.Struct):
    version: str


class Props(msgspec.Struct):
    """llama-server's own words about itself."""

    default_generation_settings: dict[str, Any]
    total_slots: int = 1
    build_info: str = ""


class Tokens(msgspec.Struct):
    tokens: list[int]


class Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    prompt_tokens_details: dict[str, Any] | None = None


class PromptDone(msgspec.Struct):
    """llama-server: how far it has read. `processed` counts the tokens from its cache too."""

    total: int
    processed: int
    cache: int = 0
    time_ms: float = 0.0


class Choice(msgspec.Struct):
    index: int = 0
    text: str | None = None
    finish_reason: str | None = None
    logprobs: dict[str, Any] | None = None
    token_ids: list[int] | None = None


class Chunk(msgspec.Struct):
    """A piece of an answer, or the whole of it."""

    choices: list[Choice] | None = None
    model: str | None = None
    usage: Usage | None = None
    prompt_progress: PromptDone | None = None
    error: Any = None


class Lines:
    """Takes a stream of server-sent events apart."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self.ended = False
        """Whether the server said that there is no more."""
        self.events = 0
        """How many there were."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The data of the events that are whole now. Raises ValueError if one has no end."""
        self._rest += data
        while (end := self._rest.find(b"\n")) >= 0:
            line = bytes(self._rest[:end]).rstrip(b"\r")
            del self._rest[: end + 1]
            for event in self._one(line):
                self.events += 1
                yield event
        if len(self._rest) > _LONGEST_LINE:
            raise ValueError("a line without an end")

    def rest(self) -> bytes:
        """What came after the last whole line: the whole answer of a server that does not stream."""
        return bytes(self._rest)

    def _one(self, line: bytes) -> Iterator[bytes]:
        name, _, value = line.partition(b":")
        value = value.strip()
        if name == b"data" and value == _END.encode():
            self.ended = True
        elif name == b"data" and value:
            yield value
        elif name == b"error" and value:
            yield b'{"error":' + value + b"}"
        elif line.startswith(b"{"):  # no stream after all, but an answer
            yield line


def read(kind: type, data: bytes) -> Any:
    """Raises ValueError if it is something else."""
    try:
        return msgspec.json.decode(data, type=kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(type(error).__name__) from None
