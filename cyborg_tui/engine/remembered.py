"""What the worker found out about a model and this machine, remembered in the cache folder for the next time."""

import contextlib
import os
from pathlib import Path

import msgspec
import platformdirs

__all__ = ["Remembered"]

_MOST = 200
"""Things remembered, of each kind."""


class _Facts(msgspec.Struct):
    hashes: dict[str, str] = {}
    widths: dict[str, dict[int, float]] = {}


class Remembered:
    """A small file, for its owner alone. What cannot be read or written is found out again."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = (folder or Path(platformdirs.user_cache_dir("cyborg-tui"))) / "models.json"
        try:
            self._facts = msgspec.json.decode(self._file.read_bytes(), type=_Facts)
        except (OSError, msgspec.MsgspecError):
            self._facts = _Facts()

    def hash_of(self, path: Path) -> str:
        """The SHA-256 of a file that has not changed since; empty if it is not known."""
        return self._facts.hashes.get(_file_key(path), "")

    def keep_hash(self, path: Path, digest: str) -> None:
        self._facts.hashes[_file_key(path)] = digest
        self._write()

    def widths(self, key: str) -> dict[int, float]:
        """Seconds of a step by width; empty if they were not measured."""
        return self._facts.widths.get(key, {})

    def keep_widths(self, key: str, seconds: dict[int, float]) -> None:
        self._facts.widths[key] = seconds
        self._write()

    def _write(self) -> None:
        for facts in (self._facts.hashes, self._facts.widths):
            while len(facts) > _MOST:
                facts.pop(next(iter(facts)))
        part = self._file.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(0o700, parents=True, exist_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(self._facts))
            part.replace(self._file)


def _file_key(path: Path) -> str:
    found = path.stat()
    return f"{os.fsencode(path.absolute()).hex()} {found.st_size} {found.st_mtime_ns}"
