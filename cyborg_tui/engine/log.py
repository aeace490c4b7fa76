"""The engine's log: what llama.cpp complains of. Bounded, for the owner alone, with no text of the person's."""

import os
from pathlib import Path

__all__ = ["LONGEST_RUN", "open_log"]

_LONGEST = 1_000_000
"""Bytes from which the log begins anew."""
LONGEST_RUN = 200_000
"""Bytes of complaints that one worker may write."""


def open_log(path: Path | None) -> int:
    """A descriptor to write to: the log's end, or nowhere if it cannot be had."""
    if path is not None:
        try:
            log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError:
            pass
        else:
            os.fchmod(log, 0o600)
            if os.fstat(log).st_size > _LONGEST:
                os.ftruncate(log, 0)
            return log
    return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
