"""The person's own editor, on a private copy of a text."""

import asyncio
import os
import shlex
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

__all__ = ["OutsideEditorError", "edit_outside", "editor_command", "keep_private"]

_USUAL = ("sensible-editor", "editor", "nano", "vi")


class OutsideEditorError(Exception):
    """The text was not edited; the message says why."""


def editor_command(environment: Mapping[str, str] = os.environ) -> list[str]:
    """$VISUAL, else $EDITOR, else what systems usually have. Raises OutsideEditorError."""
    named = environment.get("VISUAL", "").strip() or environment.get("EDITOR", "").strip()
    try:
        command = shlex.split(named) if named else [name for name in _USUAL if shutil.which(name)][:1]
    except ValueError:
        raise OutsideEditorError(f"$EDITOR cannot be understood: {named}") from None
    if not command:
        raise OutsideEditorError("There is no editor; set $EDITOR to the name of one.")
    if shutil.which(command[0]) is None:
        raise OutsideEditorError(f"There is no editor {command[0]}; set $EDITOR to the name of one.")
    return command


async def edit_outside(text: str, folder: Path, away: AbstractContextManager[None], name: str = "manuscript.md") -> str:
    """The text as it is after editing. Nobody else can read the copy, and nothing is left of it in `folder`; `name` is
    what the copy is called.

    `away` gives the terminal to the editor. A line end that the editor put at the end of the text is taken off again.
    Raises OutsideEditorError.
    """
    command = editor_command()
    try:
        with tempfile.TemporaryDirectory(prefix="library.editing-", dir=folder, ignore_cleanup_errors=True) as private:
            copy = Path(private) / name
            _write(copy, text)
            with away:
                await _run(command, copy)
            edited = copy.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise OutsideEditorError(f"{command[0]} could not edit the text ({error.strerror}).") from None
    return edited[:-1] if edited.endswith("\n") and not text.endswith("\n") else edited


def keep_private(folder: Path, name: str, text: str) -> Path:
    """Write a text to a file that only its owner can read, in place of what was there. Raises OSError."""
    handle, new = tempfile.mkstemp(prefix="library.new-", dir=folder)  # for its owner alone, whatever the umask
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode("utf-8", "surrogatepass"))
    return Path(new).replace(folder / name)


def _write(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        try:
            opened.write(text.encode("utf-8", "surrogateescape"))
        except UnicodeEncodeError:
            raise OutsideEditorError(
                "The text has characters that no file can hold (lone surrogates), so it can only be edited here."
            ) from None


async def _run(command: list[str], file: Path) -> None:
    process = await asyncio.create_subprocess_exec(*command, str(file))
    try:
        ended = await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        raise
    if ended:
        raise OutsideEditorError(f"{command[0]} ended with an error ({ended}); the text is as it was.")
