"""The models on this machine: what lies where models lie, looked at once and remembered."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cyborg_tui.config import Config
from cyborg_tui.engine.checks import SPLIT, BadModelError, checked_header
from cyborg_tui.engine.gguf import BadHeaderError, Tensor, read_header
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.places import Found, Places, find
from cyborg_tui.engine.portrait import NotForWritingError, Portrait, portrait

__all__ = ["Catalogue", "Listed", "PassedOver", "look_at", "models_here"]

_VERSION = 1
"""Of what is remembered; another one is forgotten."""
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Listed:
    """A model that can be loaded."""

    path: Path
    place: str
    size: int
    """Bytes of all its parts."""
    parts: int
    portrait: Portrait


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file that cannot write, and why."""

    path: Path
    reason: str


class _Part(msgspec.Struct, frozen=True):
    """One file as it was when it was looked at."""

    path: bytes
    size: int
    changed: int


class _Memory(msgspec.Struct):
    """What was found before, by the path of the first part."""

    version: int = _VERSION
    found: dict[bytes, tuple[list[_Part], Portrait | str]] = {}


class Catalogue:
    """`memory`: the file in which it is remembered what was in which file; none without one."""

    def __init__(self, places: Places, memory: Path | None = None) -> None:
        self._places, self._file = places, memory
        self._before = _remembered(memory)

    def look(self) -> Iterator[Listed | PassedOver]:
        """Everything there is, as it is found; what is remembered need not be read again."""
        now = _Memory()
        for found in find(self._places):
            key = os.fsencode(found.path)
            try:
                parts = _parts(found.path)
            except OSError as error:
                yield PassedOver(found.path, f"It could not be read ({error.strerror}).")
                continue
            known = self._before.found.get(key)
            is_new = known is None or known[0] != parts
            what = _look_at(found, parts) if is_new or known is None else known[1]
            now.found[key] = (parts, what)
            if isinstance(what, str):
                yield PassedOver(found.path, what)
            else:
                yield Listed(found.path, found.place, sum(part.size for part in parts), len(parts), what)
        self._remember(now)

    def _remember(self, now: _Memory) -> None:
        if self._file is None or now == self._before:
            return
        self._before = now
        unfinished = self._file.with_suffix(".part")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
                file.write(msgspec.msgpack.encode(now))
            unfinished.replace(self._file)


def models_here(config: Config) -> Catalogue:
    """Of all places on this machine."""
    return Catalogue(Places([Path(folder) for folder in config.engine.folders]), config.data / "models")


def look_at(path: Path, *, unique: bool = False) -> Portrait:
    """One model; `unique` as `read_header` has it. Raises BadModelError."""
    parts: list[_Part] = []
    with contextlib.suppress(OSError):  # then reading the header says why
        parts = _parts(path)
    what = _look_at(Found(path, ""), parts, unique=unique)
    if isinstance(what, str):
        raise BadModelError(what)
    return what


def _remembered(file: Path | None) -> _Memory:
    if file is not None:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            memory = msgspec.msgpack.decode(file.read_bytes(), type=_Memory)
            if memory.version == _VERSION:
                return memory
    return _Memory()


def _parts(path: Path) -> list[_Part]:
    """The files of a model; what is missing of a split one is found when it is looked at. Raises OSError."""
    split = SPLIT.search(path.name)
    paths = [path]
    if split is not None:
        stem, count = SPLIT.sub("", path.name), int(split.group(2))
        others = (path.with_name(f"{stem}-{number:05}-of-{count:05}.gguf") for number in range(2, min(count, 1000) + 1))
        paths += [other for other in others if other.is_file()]
    states = [(one, one.stat()) for one in paths]
    return [_Part(os.fsencode(one), state.st_size, state.st_mtime_ns) for one, state in states]


def _look_at(found: Found, parts: Sequence[_Part], *, unique: bool = False) -> Portrait | str:
    """What the model is, or why the file is none."""
    path = found.path
    try:
        header = checked_header(path, unique=unique)
        tensors = [*header.tensors, *(one for part in parts[1:] for one in _tensors(part))]
        own = SPLIT.sub("", path.name).removesuffix(".gguf") if path.suffix == ".gguf" else ""
        return portrait(header, tensors, [found.hint, own, path.parent.name])
    except (BadModelError, NotForWritingError) as error:
        return inert(str(error), _LONGEST_REASON)
    except BadHeaderError as error:
        return inert(f"A part of {path.name} is damaged: {error}.", _LONGEST_REASON)
    except OSError as error:
        return f"It could not be read ({error.strerror})."


def _tensors(part: _Part) -> Sequence[Tensor]:
    with Path(os.fsdecode(part.path)).open("rb", buffering=1 << 18) as file:
        return read_header(file, part.size, unique=False).tensors
