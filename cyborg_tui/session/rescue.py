"""A copy of the text in the first place that takes it, when the library cannot be saved and the app must end."""

import contextlib
import os
import secrets
import tempfile
import time
from pathlib import Path

from cyborg_tui.textfile import encoded

__all__ = ["rescue", "rescued_before"]

_NAME = "cyborg-tui-rescue-"


def rescue(text: str) -> Path | None:
    """Write the text to a new file that only its owner can read: at home, else where the system keeps what is
    temporary. None if nothing takes it."""
    for place in (Path.home, _runtime, _temporary):
        with contextlib.suppress(OSError, RuntimeError):  # the next one may take it
            return _write(place(), encoded(text))
    return None


def rescued_before() -> str:
    """Where the copy is that was written when the app had to end, of which nobody may have heard; empty if none is at
    home."""
    copies: list[Path] = []
    with contextlib.suppress(OSError, RuntimeError):
        copies = sorted(Path.home().glob(f"{_NAME}*.txt"))
    if not copies:
        return ""
    more = f" (and {len(copies) - 1} older)" if len(copies) > 1 else ""
    return f"A copy of what could not be saved is in {copies[-1]}{more}; delete it when you have what you need."


def _write(folder: Path, data: bytes) -> Path:
    name = f"{_NAME}{time.strftime('%Y-%m-%d-%H%M%S')}-{secrets.token_hex(3)}.txt"
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        (folder / name).unlink(missing_ok=True)
        raise
    return folder / name


def _runtime() -> Path:
    if folder := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(folder)
    raise FileNotFoundError("XDG_RUNTIME_DIR")


def _temporary() -> Path:
    return Path(tempfile.mkdtemp(prefix="cyborg-tui-"))
