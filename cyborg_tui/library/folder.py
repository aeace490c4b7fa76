"""The folder of the library: only its owner may look into it, whatever the umask."""

import os
import re
from pathlib import Path

__all__ = ["private_file", "private_folder"]

_OURS = re.compile(r"library\..*|engine[.-].*|backups|models|vectors")
"""The names of all that the app keeps there."""


def private_folder(folder: Path) -> None:
    """Make the folder, and what is missing above it, for the owner alone.

    One that is there already is closed to others if nothing is in it but the app's own files; a folder that is shared
    with other things, such as a home or /tmp, keeps its permissions. Raises OSError.
    """
    missing = [folder, *folder.parents]
    for above in reversed(missing[: next((at for at, path in enumerate(missing) if path.exists()), len(missing))]):
        above.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_mode & 0o077 and _is_ours({entry.name for entry in folder.iterdir()}):
        folder.chmod(0o700)


def _is_ours(names: set[str]) -> bool:
    """Whether nothing else is in a folder; one that only has models, say, may be anybody's."""
    return all(map(_OURS.fullmatch, names)) and (not names or any(name.startswith("library.") for name in names))


def private_file(file: Path) -> None:
    """Make the file, if there is none, and close it to others. SQLite gives the files beside it the same permissions.

    Raises OSError.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
