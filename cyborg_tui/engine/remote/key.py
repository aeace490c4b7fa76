"""The key that a server may ask for: from the environment, or from a file that nobody else can read."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

__all__ = ["VARIABLE", "BadKey", "find_key"]

VARIABLE = "CYBORG_TUI_API_KEY"
_LONGEST = 4096


class BadKey(Exception):
    """The key cannot be used; the message says why and what to do, and never what it is."""


def find_key(file: str, environment: Mapping[str, str] = os.environ) -> str:
    """The key, empty if there is none. Raises BadKey."""
    key = environment.get(VARIABLE, "").strip()
    where = f"The key in {VARIABLE}"
    if not key and file:
        path = Path(file).expanduser()
        key, where = _read(path), f"The key in {path}"
        if not key:
            raise BadKey(f"There is no key in {path}; put it there, alone.")
    if not all("!" <= letter <= "~" for letter in key):
        raise BadKey(f"{where} holds something other than letters, digits and signs; a key stands alone, on one line.")
    return key


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise BadKey(f"{path} is no file; name the file with the key in engine.key_file.")
            if stat.S_IMODE(about.st_mode) & 0o077:
                raise BadKey(f"Others can read the key in {path}; chmod 600 it, and think of changing the key.")
            return file.read(_LONGEST).decode("utf-8", "replace").strip()
    except OSError as error:
        raise BadKey(f"The key in {path} could not be read ({error.strerror}).") from None
