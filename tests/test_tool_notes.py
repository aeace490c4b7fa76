"""A note about the tool: one line, kept with what was on the screen, and listed."""

import subprocess
import sys

from cyborg_tui.library.library import Library
from tests.terminal import APP, Terminal
from tests.test_processes import palette

LINE = "It was a bright cold day"


def listed(data, *options):
    command = [sys.executable, "-m", "cyborg_tui", "--data-dir", str(data), "notes", *options]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def test_a_note_is_kept_with_what_was_on_the_screen(tmp_path):
    data = tmp_path / "library"
    with Terminal((*APP, "--data-dir", data)) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(LINE)
        palette(t, "note about this tool")
        t.wait_for("What would you say of this tool, here?")
        t.send("The footer is too long", "Enter")
        t.wait_for("Noted")
        t.send("F2")
        t.wait_for("go there")
        palette(t, "note about this tool")
        t.wait_for("What would you say of this tool, here?")
        t.send("Esc")
        t.wait_for(lambda screen: "What would you say" not in screen)
        t.send("Esc", "Ctrl+Q")
        assert t.wait_for_end() == 0

    library = Library(data)
    (note,) = library.tool_notes
    library.close()
    assert note.note == "The footer is too long"
    rows = note.screen.split("\n")
    assert any(LINE in row for row in rows)
    assert "Tab branches" in rows[-1], "all of the screen, not what asked for the line"
    assert "What would you say" not in note.screen

    said = listed(data).stdout
    assert "The footer is too long" in said
    assert LINE not in said
    assert f"| {rows[2]}".rstrip() in listed(data, "--screens").stdout


def test_nothing_was_said_yet(tmp_path):
    said = listed(tmp_path / "library")
    assert (said.stdout, "Nothing yet" in said.stderr) == ("", True)
