"""Ctrl+S: the text into its file, and the question which one."""

from collections.abc import Callable

from cyborg_tui.library.library import LibraryError
from cyborg_tui.screens.questions import LinePrompt
from cyborg_tui.session import Session
from cyborg_tui.textfile import ChangedOutsideError, TextFileError

__all__ = ["Saving"]

Answered = Callable[[str | None], None]


class Saving:
    def __init__(
        self, session: Session, ask: Callable[[LinePrompt, Answered], object], notice: Callable[[str], None]
    ) -> None:
        """`ask` shows a prompt and hands its answer on; `notice` says one sentence."""
        self._session, self._ask, self._notice = session, ask, notice

    def save(self) -> None:
        """Write the file; where there is none, or another program has changed it, ask for one."""
        session = self._session
        if session.file is None:
            self._ask_for_file("Save this loom's text in which file?", "~/")
            return
        try:
            written = session.save_file()
        except ChangedOutsideError:
            other = session.file.with_stem(f"{session.file.stem}-2")
            self._ask_for_file(
                f"{session.file.name} was changed by another program and is left alone. Save your text in which other "
                "file?",
                str(other),
            )
        except TextFileError as error:
            self._notice(str(error))
        else:
            self._notice(f"Saved in {session.file}." if written else f"{session.file} has every word already.")

    def _ask_for_file(self, question: str, proposal: str) -> None:
        def keep(path: str | None) -> None:
            if not path:
                return
            try:
                self._session.keep_in_file(path)
            except (TextFileError, LibraryError) as error:
                self._ask_for_file(str(error), path)
            else:
                self._notice(f"Saved in {self._session.file or path}.")

        self._ask(LinePrompt(question, proposal), keep)
