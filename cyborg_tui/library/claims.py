"""Who writes in a loom: one window at a time. A claim ends with the process that made it, however that ends."""

import contextlib
import fcntl
import os
from pathlib import Path

__all__ = ["Claims"]


class Claims:
    """Locks on small files beside the library, one for each loom that is being written in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[int, int] = {}

    def claim(self, loom: int) -> bool:
        """Claim a loom. False if another has it: another process, or another `Claims` in this one.

        Where the file system knows no locks, every claim succeeds.
        """
        if loom in self._held:
            return True
        path = self._path(loom)
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
                self._held[loom] = descriptor
                return True
            os.close(descriptor)  # the one who had it took the file away meanwhile

    def release(self, loom: int) -> None:
        descriptor = self._held.pop(loom, None)
        if descriptor is not None:
            self._path(loom).unlink(missing_ok=True)
            os.close(descriptor)

    def release_all(self) -> None:
        for loom in tuple(self._held):
            self.release(loom)

    def _path(self, loom: int) -> Path:
        return self._folder / f"library.claim-{loom}"


def _is_still(descriptor: int, path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False
