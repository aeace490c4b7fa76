"""Who writes in a loom: one window at a time. A claim ends with the process that made it, however that ends.

A window that wants a loom asks for it, and the one that has it steps down. All of this is locks on small files beside
the library, so that it works between processes without anything that listens.
"""

import contextlib
import fcntl
import os
from pathlib import Path

__all__ = ["Claims"]


class Claims:
    """The looms that this window writes in, and those that it asks for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[int, int] = {}
        self._asking: dict[int, int] = {}

    def claim(self, loom: int) -> bool:
        """Claim a loom. False if another has it: another process, or another `Claims` in this one.

        Where the file system knows no locks, every claim succeeds.
        """
        if loom in self._held:
            return True
        return _lock(self._path(loom), self._held, loom)

    def holds(self, loom: int) -> bool:
        """Whether this window is the one that writes in a loom."""
        return loom in self._held

    def release(self, loom: int) -> None:
        _unlock(self._path(loom), self._held, loom)

    def release_all(self) -> None:
        for loom in tuple(self._held):
            self.release(loom)
        for loom in tuple(self._asking):
            self.stop_asking(loom)

    def ask(self, loom: int) -> bool:
        """Let the one who has this loom know that it is wanted here. False if another window asks for it already."""
        return loom in self._asking or _lock(self._asked_path(loom), self._asking, loom)

    def stop_asking(self, loom: int) -> None:
        _unlock(self._asked_path(loom), self._asking, loom)

    def is_asked_for(self, loom: int) -> bool:
        """Whether another window asks for a loom; one that is gone does not."""
        if loom in self._asking or not (path := self._asked_path(loom)).exists():
            return False
        nobody: dict[int, int] = {}
        if _lock(path, nobody, loom):
            _unlock(path, nobody, loom)
            return False
        return True

    def _path(self, loom: int) -> Path:
        return self._folder / f"library.claim-{loom}"

    def _asked_path(self, loom: int) -> Path:
        return self._folder / f"library.asked-{loom}"


def _lock(path: Path, held: dict[int, int], loom: int) -> bool:
    """Lock a file, made if it is not there. False if another has it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:
            pass
        if _is_still(descriptor, path):
            held[loom] = descriptor
            return True
        os.close(descriptor)  # the one who had it took the file away meanwhile


def _unlock(path: Path, held: dict[int, int], loom: int) -> None:
    descriptor = held.pop(loom, None)
    if descriptor is not None:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _is_still(descriptor: int, path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False
