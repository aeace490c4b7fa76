"""Which loom a word on the command line means: a number, a text file, a title or a part of one."""

import os
from collections.abc import Sequence
from pathlib import Path

from cyborg_tui.library.errors import LibraryError
from cyborg_tui.library.library import Library, LoomRow

__all__ = ["find_loom"]

_DIGITS = 18
"""Of the longest number of a loom."""
_NAMED = 4
"""Of looms that are meant alike so many are told apart."""


def find_loom(library: Library, name: str) -> LoomRow:
    """The loom of the text file of this name; else the one with that number; else the one with that title, or, if none
    has, with that in its title. Raises LibraryError if there is none, or several."""
    looms = library.looms()
    real = os.path.realpath(Path(name).expanduser())
    number = int(name) if name.isdecimal() and len(name) <= _DIGITS else None
    wanted = name.casefold().strip()
    for found in (
        [loom for loom in looms if loom.path == real],
        [loom for loom in looms if loom.id == number],
        [loom for loom in looms if wanted and loom.title.casefold() == wanted],
        [loom for loom in looms if wanted and wanted in loom.title.casefold()],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            raise LibraryError(_several(name, found))
    if number is not None:
        raise LibraryError(f"There is no loom {number}; `cyborg-tui list` shows those there are.")
    raise LibraryError(f"No loom has the title or the file {name}; `cyborg-tui list` shows those there are.")


def _several(name: str, found: Sequence[LoomRow]) -> str:
    some = ", ".join(f"{loom.id} “{loom.title}”" for loom in found[:_NAMED])
    rest = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{len(found)} looms may be meant by {name}: {some}{rest}; name one by its number."
