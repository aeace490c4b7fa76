"""Leaving the app for a while: for the person's own editor, or for the shell."""

import os
import signal
from pathlib import Path

from cyborg_tui.session import Session
from cyborg_tui.session.rescue import rescue
from cyborg_tui.terminal.app import LineApp
from cyborg_tui.terminal.driver import has_shell
from cyborg_tui.terminal.outside import OutsideEditorError, edit_outside, keep_private

__all__ = ["edit_manuscript", "suspend"]


async def edit_manuscript(app: LineApp, session: Session) -> str:
    """Give the manuscript to $VISUAL or $EDITOR; what was changed comes back as one edit. Returns what to say."""
    before = session.loom.text
    try:
        edited = await edit_outside(before, session.folder, app.away())
    except OutsideEditorError as error:
        return str(error)
    if edited == before:
        return "Nothing was changed."
    if session.read_only or session.loom.text != before:
        return f"The loom was changed elsewhere meanwhile; {_kept(session.folder, edited)}."
    session.bring_in(edited)
    return "What you changed is here; Ctrl+Z takes it back."


def _kept(folder: Path, edited: str) -> str:
    """Where a text is that cannot come in."""
    try:
        kept: Path | None = keep_private(folder, "library.edited.md", edited)
    except OSError:
        kept = rescue(edited)
    return f"your edited text is in {kept}" if kept else "there was no room for your edited text"


def suspend() -> str:
    """Stop, and give the terminal back to the shell, until that continues the app. Returns why not."""
    if not has_shell():
        return "There is no shell here that could bring the app back; Ctrl+Q quits."
    os.killpg(os.getpgrp(), signal.SIGTSTP)
    return ""
