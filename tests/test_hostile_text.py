"""Text that would steer a terminal: drawn harmlessly wherever it is shown, and kept to the byte."""

import os
import time

import pytest

from tests.terminal import APP, Terminal

STEERING = "\x1b]0;EVIL\x07\x1b[31mEVIL\x1b[2J\x9b31mEVIL\u202eEVIL\u2066\x00\x08\x0c\u2028\x85\ufeffEVIL"
FAMILY = "👩\u200d👩\u200d👧\u200d👦 🇫🇷 e\u0301" + "o" + "\u0308" * 60
FORBIDDEN = (
    b"\x1b]0;EVIL",
    b"\x1b[31mEVIL",
    b"\xc2\x9b",
    b"\xe2\x80\xae",
    b"\xe2\x81\xa6",
    b"\x00",
    b"\xc2\x85",
    b"\x0c",
)


def harmless(raw):
    return [found for found in FORBIDDEN if found in raw]


@pytest.fixture
def file(tmp_path):
    """Every kind of bad text, in a file whose name is bad too."""
    path = tmp_path / "\x1b[31mEVIL\u202etxt.\x9bmd"
    lines = ["Fine. ", STEERING, FAMILY, "mixed\r\nends\rof\nlines", "\udcff\udcfe no UTF-8", "the end"]
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    return path


def test_nothing_of_it_reaches_the_terminal_wherever_it_is_shown(file, tmp_path):
    before = file.read_bytes()
    with Terminal((*APP, "--data-dir", tmp_path / "data", file), columns=140) as t:
        t.wait_for("Tab branches")
        t.wait_for("the end")
        t.send("F7")
        t.wait_for("filter by title")
        t.send("Esc")
        t.settle(0.2)
        t.send("x", "Backspace", "Ctrl+S")  # the notice names the file
        t.wait_for("has every word already")
        t.send("F2")
        t.wait_for("Enter go there")
        t.send("/", "EVIL\u202e")
        t.settle(0.2)
        t.send("Esc")
        t.settle(0.2)
        t.send("=")
        t.wait_for("your text now")
        t.send("a")
        t.settle(0.2)
        t.send("Esc")
        t.wait_for("Enter go there")
        t.send("Esc")
        t.wait_for("Tab branches")
        t.send("Tab")
        t.wait_for("8 branches")
        t.send("Esc", "Ctrl+Q")
        t.wait_for_end()
        assert not harmless(t.raw)
    assert file.read_bytes() == before


def test_a_refused_file_is_named_harmlessly(tmp_path):
    folder = tmp_path / "\x1b]0;EVIL\x07\x1b[31mEVIL"
    folder.mkdir()
    with Terminal((*APP, "--data-dir", tmp_path / "data", folder)) as t:
        assert t.wait_for_end() == 1
        assert "is a folder" in " ".join(t.screen.split())
        assert not harmless(t.raw)


@pytest.mark.parametrize("bracketed", [True, False])
def test_a_paste_of_a_megabyte_is_kept_to_the_letter(tmp_path, bracketed):
    text = ("A line of a long paste,\twith é and 👩\u200d👧 too. " * 40 + "\n") * 560
    path = tmp_path / "page.txt"
    with Terminal((*APP, "--data-dir", tmp_path / "data", path)) as t:
        t.wait_for("Tab branches")
        feed(t, f"\x1b[200~{text}\x1b[201~" if bracketed else text.replace("\n", "\r"))
        t.send("The end.")
        t.wait_for("The end.", seconds=30)
        assert "fan 1" not in t.screen, "a tab in it is no key"
        t.send("Ctrl+S")
        t.wait_for("Saved in", seconds=40)
        t.send("Ctrl+Q")
        t.wait_for_end()
    assert path.read_text("utf-8") == text + "The end."


def test_a_paste_without_brackets_in_the_branch_pane_returns_to_writing(tmp_path):
    text = "Just what was pasted, and no keys: 1 2 3 x x, with\ra second line and\ta tab."
    path = tmp_path / "page.txt"
    with Terminal((*APP, "--data-dir", tmp_path / "data", path)) as t:
        t.wait_for("Tab branches")
        t.send("Once ", "Tab")
        t.wait_for(lambda screen: "fan 1" in screen and "tok/s" in screen)
        t.send("jj")
        t.wait_for(lambda screen: "3▌" in screen or "3 ▌" in screen)  # what is typed quickly is keys
        t.send(text)
        t.wait_for("a second line and→a tab.")
        t.wait_for("Tab branches")
        assert "of 8 branches" not in t.screen, "none was hidden"
        t.send("Ctrl+S")
        t.wait_for("Saved in")
    assert path.read_text("utf-8").endswith(text.replace("\r", "\n"))


def test_a_line_of_a_megabyte_can_be_written_in(tmp_path):
    path = tmp_path / "line.txt"
    line = "word " * 200_000
    path.write_text(line)
    with Terminal((*APP, "--data-dir", tmp_path / "data", path)) as t:
        t.wait_for("Tab branches", seconds=30)
        t.send("\x1b[1;5F", "The end.")
        t.wait_for("The end.", seconds=30)
        t.send("Ctrl+S")
        t.wait_for("Saved in")
    assert path.read_text() == line + "The end."


def feed(t, text):
    """Send much, and read meanwhile, as a terminal does."""
    data = text.encode()
    while data:
        data = data[os.write(t._fd, data[:2000]) :]
        t.read(0.001)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        t.read(0.1)
