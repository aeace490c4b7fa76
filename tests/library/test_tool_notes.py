"""What was said of the tool is kept as long as the library is."""

from datetime import datetime

from cyborg_tui.library.library import Library
from cyborg_tui.library.mending import mend
from cyborg_tui.library.tool_notes import ToolNote

NOTES = [ToolNote(1.5, "0.1", "Odd \ud800 letters", "a\n  b │"), ToolNote(2.0, "0.1", "Another", "")]


def test_notes_come_back_in_their_order_and_through_mending(tmp_path):
    library = Library(tmp_path)
    for note in reversed(NOTES):
        library.add_tool_note(note)
    assert library.tool_notes == NOTES
    library.close()
    mend(tmp_path / "library.db", datetime(2026, 11, 28))
    library = Library(tmp_path)
    assert library.tool_notes == NOTES
    library.close()
