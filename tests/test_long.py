"""A manuscript of three megabytes and sixty thousand lines, opened, written in and saved, in a real pseudo-terminal."""

import re
import subprocess

from cyborg_tui.library.library import Library
from tests.terminal import APP, Terminal

LINES = 60_000
TEXT = "".join(f"Line {number}: é, and words enough to be about as long as others.\n" for number in range(LINES))
PAGE_DOWN = "\x1b[6~"


def test_it_is_written_in_at_its_beginning_middle_and_end_and_saved_to_the_byte(tmp_path):
    path = tmp_path / "novel.txt"
    path.write_text(TEXT, "utf-8")
    assert path.stat().st_size > 3_000_000
    with Terminal((*APP, "--data-dir", tmp_path / "data", path)) as t:
        t.wait_for("Tab branches")
        t.send("First. ")
        t.wait_for("First. Line 0:")
        t.send("\x1b[1;5F", "Last.")
        t.wait_for("Last.")
        assert f"Line {LINES - 1}:" in t.screen
        t.send("\x1b[1;5H", *[PAGE_DOWN] * 40)
        t.wait_for(lambda screen: re.search("Line 1[0-9]{3}:", screen))
        t.settle()
        t.send("Home", "Here: ")
        t.wait_for("Here: Line 1")
        t.send("Ctrl+S")
        t.wait_for("Saved in", 30)
        memory = int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(t.pid)])) // 1024
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    written = path.read_text("utf-8")
    assert written.startswith("First. Line 0:")
    assert written.endswith("others.\nLast.")
    assert "\nHere: Line 1" in written
    assert written.replace("First. ", "").replace("Here: ", "").removesuffix("Last.") == TEXT
    assert memory < 250, f"{memory} MB"
    library = Library(tmp_path / "data")
    assert library.open(library.for_file(path).id).text == written
    library.close()
