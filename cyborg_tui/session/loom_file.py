"""The text file that a loom is the text of."""

from pathlib import Path

from cyborg_tui.library.library import LoomRow
from cyborg_tui.loom.comparing import Kind, compare
from cyborg_tui.loom.editing import Edit
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.shared import difference
from cyborg_tui.textfile import TextFile, TextFileError

__all__ = ["bring_in", "new_file", "read_file"]


def read_file(row: LoomRow, loom: Loom) -> TextFile | None:
    """The loom's file, if it has one. If it was changed outside, its text comes in as the person's edit, and what the
    loom said stays in the tree; if not, the loom may be ahead of it: the last words were not written to it yet.

    Raises TextFileError.
    """
    if row.path is None:
        return None
    file = TextFile.open(Path(row.path))
    if file.digest and file.digest != row.digest:
        bring_in(file.text, loom)
    return file


def new_file(path: str) -> TextFile:
    """A file that is still to be written. Raises TextFileError if there is one already."""
    if path.endswith("/"):
        raise TextFileError(f"{path} names a folder; add the name of a file.")
    file = TextFile.open(Path(path).expanduser().absolute())
    if file.digest:
        raise TextFileError(f"There is already a file {file.path}; name another, or open that one by itself.")
    return file


def bring_in(new: str, loom: Loom) -> None:
    """Make `new` the loom's text by one edit, of the words that differ: the others keep their authors."""
    now = loom.text
    start, end, new_end = difference(now, new)
    at, edits = start, []
    for stretch in compare(now[start:end], new[start:new_end]):
        past = at if stretch.kind is Kind.NEW else at + len(stretch.text)
        if stretch.kind is not Kind.SAME:
            edits.append(Edit(at, past, stretch.text if stretch.kind is Kind.NEW else ""))
        at = past
    if loom.rewrite(edits):
        loom.move_cursor(start if now else 0)
