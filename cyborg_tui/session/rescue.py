"""A copy of the text in the first place that takes it, when the library cannot be saved and the app must end."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cyborg_tui.textfile import encoded

__all__ = ["rescue"]


def rescue(text: str) -> Path | None:
    """Write the text to a new file that only its owner can read: at home, else where the system keeps what is
    temporary. None if nothing takes it."""
    name = f"cyborg-tui-rescue-{time.strftime('%Y-%m-%d-%H%M%S')}-{os.getpid()}.txt"
    for folder in _places():
        try:
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(encoded(text))
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            (folder / name).unlink(missing_ok=True)
            continue
        return folder / name
    return None


def _places() -> Iterator[Path]:
    yield Path.home()
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime)
    yield Path(tempfile.mkdtemp(prefix="cyborg-tui-"))
