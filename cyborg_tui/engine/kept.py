"""The cache of the path that is being written, kept in a file, so that it need not be evaluated again tomorrow.

The file is a heading, by which it is known whose cache it is, and parts one after the other: some tokens and what the
cache holds of them, or the logits at the end of the path. What is damaged, cut off or of another model, build or
setting is not used, nor what llama.cpp was given once and did not survive. One process at a time has it.
"""

import contextlib
import fcntl
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

__all__ = ["KeptCache", "Part"]

_LENGTH = struct.Struct("<I")
_LONGEST_HEAD = 1_000_000
_Head = TypeVar("_Head")


class _Heading(msgspec.Struct, frozen=True, array_like=True):
    """As long with either value of `doubtful`, which is written over the other."""

    key: str
    doubtful: bool = False
    """Whether llama.cpp was given this, and has not been seen to work with it yet."""


class Part(msgspec.Struct, frozen=True):
    """What is said of a part before its data."""

    start: int
    """The place of its first token in the path; of logits: the number of tokens they come after."""
    tokens: tuple[int, ...]
    """Empty: these are logits."""
    size: int
    """Bytes of data."""
    check: int
    """Their CRC-32."""


class KeptCache:
    """Raises OSError where the file cannot be had, or another process has it."""

    def __init__(self, path: Path, key: str, limit: int) -> None:
        """`key`: whatever must be the same for the cache to be of use. `limit`: the most bytes the file may have."""
        self._limit = limit
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise
        self._parts: list[tuple[Part, int]] = []
        """With where their data stand."""
        self._end = 0
        self._key = key
        if self._head(_Heading) != _Heading(key):
            self._file.seek(0)
            self._file.truncate()
            self._file.write(_encoded(_Heading(key)))
        self._end = self._file.tell()
        self._read_heads()

    @property
    def tokens(self) -> list[int]:
        """Those of which the cache is here, from the beginning of the path."""
        return [token for part, _ in self._parts for token in part.tokens]

    def shared(self, tokens: Sequence[int]) -> list[Part]:
        """The parts that hold the beginning of these tokens, and the logits after them."""
        found = []
        for part, _ in self._parts:
            there = tuple(tokens[part.start : part.start + len(part.tokens)])
            if part.tokens and there != part.tokens:
                break
            found.append(part)
        return found

    def data(self, part: Part) -> bytes | None:
        """None if they are damaged."""
        at = next(at for one, at in self._parts if one is part)
        self._file.seek(at)
        data = self._file.read(part.size)
        return data if data is not None and len(data) == part.size and zlib.crc32(data) == part.check else None

    def doubt(self, doubtful: bool) -> None:
        """Until there is no doubt any more, nobody else takes what is here for good: it may end the process."""
        self._file.seek(0)
        self._file.write(_encoded(_Heading(self._key, doubtful)))

    def cut(self, tokens: Sequence[int]) -> None:
        """Forget what is not the beginning of these tokens, and the logits."""
        keep = [part for part in self.shared(tokens) if part.tokens]
        if len(keep) < len(self._parts):
            self._parts = self._parts[: len(keep)]
            last = self._parts[-1] if self._parts else None
            self._end = last[1] + last[0].size if last is not None else self._first
            self._file.truncate(self._end)

    def add(self, start: int, tokens: Sequence[int], data: bytes) -> bool:
        """Append a part. False if there is no room for it."""
        part = Part(start, tuple(tokens), len(data), zlib.crc32(data))
        head = _encoded(part)
        if self._end + len(head) + len(data) > self._limit:
            return False
        self._file.seek(self._end)
        self._file.write(head)
        at = self._file.tell()
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) or 0 :]
        self._parts.append((part, at))
        self._end = at + len(data)
        return True

    def close(self) -> None:
        self._file.close()

    def _read_heads(self) -> None:
        self._first, size = self._end, os.fstat(self._file.fileno()).st_size
        while (part := self._head(Part)) is not None:
            at = self._file.tell()
            held = sum(len(one.tokens) for one, _ in self._parts)
            follows = part.start == held if part.tokens else held - 1 <= part.start <= held
            if part.size < 0 or at + part.size > size or not follows:
                break
            self._parts.append((part, at))
            self._end = at + part.size
            self._file.seek(self._end)

    def _head(self, kind: type[_Head]) -> _Head | None:
        """What stands at this place of the file; None if that makes no sense."""
        with contextlib.suppress(struct.error, msgspec.MsgspecError, ValueError):
            (size,) = _LENGTH.unpack(self._file.read(_LENGTH.size) or b"")
            if size <= _LONGEST_HEAD:
                return msgspec.msgpack.decode(self._file.read(size) or b"", type=kind)
        return None


def _encoded(head: _Heading | Part) -> bytes:
    body = msgspec.msgpack.encode(head)
    return _LENGTH.pack(len(body)) + body
