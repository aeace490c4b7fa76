"""What the editor's own keys do: moving, selecting, deleting, the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from cyborg_tui.widgets.cells import drawable, width
from cyborg_tui.widgets.editor.document import Document

if TYPE_CHECKING:
    from cyborg_tui.widgets.editor.editor import Editor

__all__ = ["COMMANDS", "command_of"]

Command = Callable[["Editor", bool], None]
"""Takes the editor, and whether the selection grows."""
Step = Callable[[Document, int], int]
"""From an offset to another."""


def command_of(key: str) -> Callable[[Editor], None] | None:
    """What a key does in the editor; None if it is not one of the editor's keys."""
    plain = key.replace("shift+", "")
    selecting = plain != key
    command = COMMANDS.get(plain) if not selecting or plain in _MOTIONS else None
    return None if command is None else lambda editor: command(editor, selecting)


def _move(editor: Editor, selecting: bool, *, step: Step) -> None:
    """One step in the text on the screen; provisional text is stepped over."""
    at, shown = editor.provisional
    offset = editor.to_screen(editor.cursor)
    target = step(editor.document, offset)
    if shown and offset == at and target > at:
        target = step(editor.document, at + len(shown))
    editor.place(editor.to_manuscript(target), selecting=selecting)


def _up_or_down(editor: Editor, selecting: bool, *, rows: int = 0, pages: int = 0) -> None:
    """To the same column of another row, however short the rows between are; provisional text is stepped over."""
    document = editor.document
    offset = editor.to_screen(editor.cursor)
    row = document.row_of(offset)
    goal = editor.goal
    if goal is None:
        goal = width(drawable(document.slice(document.row(row)[0], offset)))
    target = row + rows + pages * max(1, editor.size.height - 2)
    at, shown = editor.provisional
    if target > row and offset == at:
        target += document.row_of(at + len(shown)) - row
    editor.place(editor.to_manuscript(document.offset_in(target, goal)), selecting=selecting, goal=goal)


def _row_start(document: Document, offset: int) -> int:
    return document.row(document.row_of(offset))[0]


def _row_end(document: Document, offset: int) -> int:
    row = document.row_of(offset)
    _, end = document.row(row)
    return document.before(end) if document.is_soft(row) else end


def _delete(editor: Editor, _: bool, *, step: Step) -> None:
    if editor.read_only:
        return
    editor.clear_provisional()
    start, end = editor.selection or sorted((editor.cursor, step(editor.document, editor.cursor)))
    editor.edit(start, end, "")


def _line_start(document: Document, offset: int) -> int:
    return offset - document.position(offset)[1]


def _line_end(document: Document, offset: int) -> int:
    """The end of the line; at its end, the beginning of the next."""
    number, column = document.position(offset)
    return min(len(document), offset + (len(document.line(number)) - column or 1))


def _copy(editor: Editor, _: bool) -> None:
    if editor.selection:
        start, end = editor.selection
        editor.app.copy_to_clipboard(editor.text[start:end])


def _cut(editor: Editor, _: bool) -> None:
    if editor.selection:
        _copy(editor, False)
        editor.edit(*editor.selection, "")


_MOTIONS: dict[str, Command] = {
    "left": partial(_move, step=Document.before),
    "right": partial(_move, step=Document.after),
    "ctrl+left": partial(_move, step=Document.word_before),
    "ctrl+right": partial(_move, step=Document.word_after),
    "up": partial(_up_or_down, rows=-1),
    "down": partial(_up_or_down, rows=1),
    "pageup": partial(_up_or_down, pages=-1),
    "pagedown": partial(_up_or_down, pages=1),
    "home": partial(_move, step=_row_start),
    "end": partial(_move, step=_row_end),
    "ctrl+home": partial(_move, step=lambda document, offset: 0),
    "ctrl+end": partial(_move, step=lambda document, offset: len(document)),
}
COMMANDS: dict[str, Command] = {
    **_MOTIONS,
    "ctrl+a": _MOTIONS["home"],
    "ctrl+e": _MOTIONS["end"],
    "enter": lambda editor, _: editor.insert("\n"),
    "backspace": partial(_delete, step=Document.before),
    "delete": partial(_delete, step=Document.after),
    "ctrl+d": partial(_delete, step=Document.after),
    "ctrl+w": partial(_delete, step=Document.word_before),
    "alt+backspace": partial(_delete, step=Document.word_before),
    "alt+d": partial(_delete, step=Document.word_after),
    "ctrl+k": partial(_delete, step=_line_end),
    "ctrl+u": partial(_delete, step=_line_start),
    "ctrl+c": _copy,
    "ctrl+x": _cut,
    "ctrl+v": lambda editor, _: editor.insert(editor.app.clipboard),
}
