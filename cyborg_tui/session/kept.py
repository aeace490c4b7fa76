"""A loom and where it is kept: in the library, and in its text file if it has one."""

from collections.abc import Callable, Sequence
from pathlib import Path

from cyborg_tui.library.library import Library, LoomRow
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.provenance import Provenance, provenance
from cyborg_tui.loom.tally import Tally
from cyborg_tui.session.loom_file import new_file, read_file
from cyborg_tui.session.rescue import rescue
from cyborg_tui.textfile import TextFileError

__all__ = ["KeptLoom"]


class KeptLoom:
    """Saved as it changes, by the one window that writes in it."""

    def __init__(self, row: LoomRow, library: Library) -> None:
        """Open the loom; one that is a text file's reads the file. Raises LibraryError, TextFileError."""
        self.row = row
        self._hear_log: list[Callable[[Sequence[Event]], None]] = []
        """Who is told of each new line of the log."""
        self.read_only = not library.claim(row.id)
        """Another window writes in this loom."""
        self.loom: Loom = library.open(row.id)
        self._tally = Tally(self.loom.tree)
        self.saving = ""
        """What is wrong with saving; empty if nothing is."""
        self._library = library
        before = self.loom.text
        self._note(EventKind.OPENED, afresh=bool(before) and not library.is_on_record(row.id))
        self._file = None if self.read_only else read_file(row, self.loom)
        self.changed_outside = bool(before) and self.loom.text != before
        """Whether the file's text came in instead of what the loom said last."""
        self.first_text = self.loom.text
        """As it was when the loom was opened."""
        self._remember_file()

    @property
    def folder(self) -> Path:
        """The library's, in which only the person can read."""
        return self._library.file.parent

    @property
    def file(self) -> Path | None:
        """The text file that this loom is the text of."""
        return self._file.path if self._file is not None else None

    @property
    def saved(self) -> bool:
        """Whether every change is committed in the library."""
        return self.read_only or self._library.saved

    @property
    def file_is_behind(self) -> bool:
        """Whether there are words that the file does not have yet."""
        file, loom = self._file, self.loom
        return file is not None and (len(file.text) != len(loom.manuscript) or file.text != loom.text)

    def keep_in_file(self, path: str) -> None:
        """Keep the loom's text in a new text file from now on, and write it; while nothing can be saved in the library,
        it is only a copy. Raises TextFileError, LibraryError."""
        new = new_file(path)
        if self._library.problem:
            new.write(self.loom.text)
            return
        self._library.keep_in_file(self.row.id, new.path)
        self._file = new
        self.save_file()

    def save_file(self) -> bool:
        """Write the manuscript to its file. False if that has every word already. Raises TextFileError."""
        assert self._file is not None
        written = self._file.write(self.loom.text)
        self._note(EventKind.SAVED_FILE)
        self._remember_file()
        return written

    def leave(self) -> str:
        """Save, the text file too. Returns what is wrong with the file, empty if nothing."""
        said = ""
        if self._file is not None:
            try:
                self.save_file()
            except TextFileError as error:
                said = str(error)
        self._note(EventKind.CLOSED)
        if not self.read_only:
            self._library.release(self.row.id)
        return said

    @property
    def asked_for(self) -> bool:
        """Whether another window wants to write in this loom, and may: what cannot be saved cannot be handed over."""
        return not self.read_only and not self._library.problem and self._library.is_asked_for(self.row.id)

    def step_down(self) -> str:
        """Save, and let another window write; here the loom can only be read from now on. As `leave`."""
        said = self.leave()
        self.read_only, self._file = True, None
        return said

    def provenance(self, stretch: tuple[int, int] | None = None) -> Provenance:
        """Who wrote what of a stretch of the manuscript, or of all of it. Raises LibraryError."""
        return provenance(self.loom.manuscript, self._library.taken(self.row.id), stretch)

    def rescued(self) -> str:
        """See to it that no word is lost if the app ends now. Returns where the text is, if not in the library."""
        if self.read_only or self._library.flush(timeout=1):
            return ""
        problem = f"The last changes could not be saved to {self._library.file} ({self._library.problem or 'busy'})."
        if self._file is not None and not self.file_is_behind:
            return f"{problem} {self._file.path} has every word."
        copy = rescue(self.loom.text)
        return f"{problem} Your text is in {copy}." if copy else f"{problem} There was no room for a copy either."

    def _remember_file(self) -> None:
        if self._file is not None:
            self._library.remember_file(self.row.id, self._file.digest)

    def _note(self, kind: EventKind, note: str = "", *, afresh: bool = False) -> None:
        self.loom.log.write(kind, note=note, afresh=afresh)
        self._save()

    @property
    def _followed(self) -> Tally:
        """What the manuscript is made of, as it is now."""
        self._tally.follow(self.loom.manuscript.path)
        return self._tally

    def _save(self) -> None:
        changes = self.loom.changes()
        self._tally.heed(changes)
        if not self.read_only:
            self._library.save(self.row.id, changes)
        for hear in self._hear_log if changes.events else ():
            hear(changes.events)
