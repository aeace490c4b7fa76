"""What a process that was killed left behind, and how one knows whether another has the library open."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

__all__ = ["in_use", "sweep"]

_CLAIMS = "library.claim-*"


class _Claim(Enum):
    HELD = 0
    LEFT = 1
    UNKNOWN = 2
    """Gone meanwhile, or on a file system that knows no locks."""


def sweep(folder: Path) -> bool:
    """Take away the claims of processes that are gone. True if there were any: the last end was not a clean one."""
    found = False
    for path in folder.glob(_CLAIMS):
        with _looked_at(path) as claim:
            if claim is _Claim.LEFT:
                path.unlink(missing_ok=True)
                found = True
    return found


def in_use(folder: Path) -> bool:
    """Whether a window writes in a loom of this library."""
    for path in folder.glob(_CLAIMS):
        with _looked_at(path) as claim:
            if claim is _Claim.HELD:
                return True
    return False


@contextmanager
def _looked_at(path: Path) -> Iterator[_Claim]:
    """What a claim is; one that was left is locked meanwhile, so that nobody takes it up."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        yield _Claim.UNKNOWN
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            same = os.path.samestat(os.fstat(descriptor), path.stat())
            claim = _Claim.LEFT if same else _Claim.HELD
        except BlockingIOError:
            claim = _Claim.HELD
        except OSError:
            claim = _Claim.UNKNOWN
        yield claim
    finally:
        os.close(descriptor)
