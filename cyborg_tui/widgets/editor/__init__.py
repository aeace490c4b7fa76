"""The editor: a text of any length, wrapped, drawn row by row, with a branch standing in it provisionally."""

from cyborg_tui.widgets.editor.editor import Editor, Manuscript
from cyborg_tui.widgets.editor.page import LEVELS

__all__ = ["LEVELS", "Editor", "Manuscript"]
