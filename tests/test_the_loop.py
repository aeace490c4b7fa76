"""The whole app in a real pseudo-terminal: what is on the screen, and what is in the library afterwards."""

import re
from datetime import date, datetime, timedelta

import pytest

from cyborg_tui.library.library import Library
from tests.terminal import APP, Terminal, words

LINE = "I have been thinking about the sea again, and about why the house"


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


def app(data, *arguments, **options):
    return Terminal((*APP, "--data-dir", data, *arguments), **options)


def todays_loom(data):
    library = Library(data)
    loom = library.open(library.daily((datetime.now() - timedelta(hours=4)).date()).id)
    library.close()
    return loom


def eight_branches(screen):
    """Whether all branches of a fan are there, as far as the screen has room for them."""
    return "8 branches" in screen and "▍" not in screen and re.search(r"│ +3[ ✓~*][ ▌] \S", screen) is not None


def left(screen):
    """The text in the editor's half of a wide screen, as one line of words."""
    rows = [line.split("│")[0].strip(" ▌▏") for line in screen.splitlines()[2:-2]]
    return " ".join(" ".join(rows).split())


def looked_at(t):
    """The screen, once the fan in view counts as looked at, which takes a second: the strip above the text says so."""
    t.settle(1.7)
    return t.wait_for(lambda s: "saving" not in s)


def undo_everything(t):
    for _ in range(60):
        t.send("Ctrl+Z")
        if "There is nothing to undo." in t.settle(0.05):
            return
    raise AssertionError(f"no end of undoing:\n{t.screen}")


def redo_everything(t):
    for _ in range(60):
        t.send("Ctrl+Y")
        if "There is nothing to redo." in t.settle(0.05):
            return
    raise AssertionError(f"no end of redoing:\n{t.screen}")


def test_a_person_writes_takes_edits_undoes_and_finds_it_all_again(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(lambda s: LINE in left(s))
        t.send("Tab")
        t.wait_for("▍")
        t.wait_for(eight_branches)
        t.wait_for(lambda s: len(left(s)) > len(LINE) + 5)

        t.send("j")
        t.wait_for("2 ▌")
        assert LINE in left(t.settle())

        t.send("3")
        t.wait_for(lambda s: re.search(r"3✓▌", s))
        taken = left(t.settle())
        assert len(taken) > len(LINE)

        t.send("Tab")
        t.wait_for(lambda s: "fan 2" in s and eight_branches(s))
        t.send("w")
        t.wait_for(lambda s: re.search(r"1[✓~]▌", s))
        assert left(t.settle()).startswith(taken)

        t.send("Esc")
        t.wait_for("Tab branches")
        t.send(*["Up"] * 15, "Home", *["Right"] * len("I have been "), "quietly ")
        t.wait_for(lambda s: left(s).startswith("I have been quietly thinking"))

        t.send("Tab")
        t.wait_for(lambda s: "fan 3" in s and eight_branches(s))
        t.send("Enter")
        t.wait_for(lambda s: re.search(r"1✓▌", s))
        t.send("h")
        t.wait_for(lambda s: "✓" not in s)
        t.send("Esc")
        t.wait_for("Tab branches")
        before = left(t.settle())

        undo_everything(t)
        assert left(t.settle()) == ""
        redo_everything(t)
        assert left(t.settle()) == before
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0

    loom = todays_loom(data)
    assert loom.text.startswith("I have been quietly thinking")
    assert len(loom.tree.fans) == 3
    assert all(len(fan.branches) == 8 for fan in loom.tree.fans)
    assert all(branch.finish and branch.tokens for fan in loom.tree.fans for branch in loom.tree.branches(fan.id))

    with app(data) as t:
        t.wait_for(lambda s: left(s).startswith("I have been quietly") and "fan 3" in s and "1 ▌" in s)
        assert left(t.settle()) == before
        t.send("gently ")
        t.wait_for(lambda s: "I have been quietly gently thinking" in left(s))
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


def test_everything_can_be_undone(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(lambda s: LINE in left(s))
        t.send("Tab")
        t.wait_for(eight_branches)
        t.send("2")
        t.wait_for(lambda s: re.search(r"2✓▌", s))
        t.send("Ctrl+Z")
        t.wait_for(lambda s: "✓" not in s and LINE in left(s))
        t.send("Esc")
        t.wait_for("Tab branches")
        t.send(*["Ctrl+Z"] * 4)
        t.wait_for("There is nothing to undo.")
        t.send("Ctrl+Q")
        t.wait_for_end()
    loom = todays_loom(data)
    assert loom.text == ""
    assert len(loom.tree.fans[0].branches) == 8, "undo dropped what was generated"


def test_typing_takes_the_provisional_text_as_it_stands(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.send("Tab")
        t.wait_for(eight_branches)
        t.settle()
        t.send("i")
        t.wait_for("Tab branches")
        t.send(" Quite so.")
        t.wait_for(lambda s: "Quite so." in left(s))
        t.send("Ctrl+Q")
        t.wait_for_end()
    loom = todays_loom(data)
    assert loom.text.endswith(" Quite so.")
    assert any(piece.branch for piece in loom.manuscript.pieces)


def test_the_loop_works_without_leaving_the_editor(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(eight_branches)
        t.send("Esc")
        t.wait_for("Tab branches")
        t.send("Alt+Down")
        t.wait_for("2 ▌")
        t.send("Alt+Right")
        t.wait_for(lambda s: re.search(r"2✓▌", s))
        t.send("Alt+Left")
        t.wait_for(lambda s: "✓" not in s)
        t.send("Tab")
        t.wait_for(lambda s: "fan 2" in s and eight_branches(s))
        t.send("Alt+Down", "Alt+Right")
        t.wait_for(lambda s: re.search(r"2✓▌", s))
        t.send("Alt+Left")
        t.wait_for(lambda s: "✓" not in s)
        t.send("Ctrl+Q")
        t.wait_for_end()
    assert todays_loom(data).text == LINE


def test_an_empty_page_and_tab_give_branches(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("Tab")
        t.wait_for(eight_branches)
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


def test_tab_before_the_model_is_loaded_is_remembered(data):
    with app(data) as t:
        t.wait_for(lambda s: "cyborg" in s or "branches" in s)
        t.send("Once", "Tab")
        t.wait_for(eight_branches)
        t.send("Ctrl+Q")
        t.wait_for_end()


def test_yesterdays_loom_is_opened_from_the_library(data):
    library = Library(data)
    yesterday = date(2020, 2, 29)
    row = library.daily(yesterday)
    loom = library.open(row.id)
    loom.write(0, 0, "It was a leap day.")
    library.save(row.id, loom.changes())
    library.close()
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("Today. ")
        t.wait_for("Today.")
        t.send("F7")
        t.wait_for("Saturday 29 February 2020")
        t.send("leap")
        t.wait_for("Nothing by that name")
        for key in [*["Backspace"] * 4, *"29 feb"]:
            t.send(key)
            t.read(0.1)
        t.wait_for(lambda s: "Saturday 29" in s)
        t.send("Enter")
        t.wait_for("It was a leap day.")
        t.send("Ctrl+Q")
        t.wait_for_end()
    assert todays_loom(data).text == "Today. "


def test_which_key_and_help_show_where_to_go(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("Ctrl+O")
        t.wait_for("b library of looms")
        t.send("?")
        t.wait_for("While writing")
        t.send("Esc")
        t.wait_for("Tab branches")
        t.send("Ctrl+Q")
        t.wait_for_end()


def test_a_text_file_is_written_back_and_changes_from_outside_come_in(data, tmp_path):
    file = tmp_path / "essay.txt"
    file.write_bytes(b"\xef\xbb\xbfOne line.\r\nAnother.\r\n")
    with app(data, file) as t:
        t.wait_for("Another.")
        t.send("Well: ", "Ctrl+S")
        t.wait_for("Saved in")
        t.send("Ctrl+Q")
        t.wait_for_end()
    assert file.read_bytes() == b"\xef\xbb\xbfWell: One line.\r\nAnother.\r\n"
    file.write_bytes(b"\xef\xbb\xbfWell: One line.\r\nQuite another.\r\n")
    with app(data, file) as t:
        t.wait_for("Quite another.")
        t.send("Ctrl+Z")
        t.wait_for(lambda s: "Quite" not in s)
        t.send("Ctrl+Q")
        t.wait_for_end()


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24), (40, 12)])
def test_every_size_shows_text_branches_and_the_next_key(data, columns, rows):
    with app(data, columns=columns, rows=rows) as t:
        t.wait_for("Tab branches")
        t.send("Once upon a time", "Tab")
        screen = t.wait_for(lambda s: "Tab take+fan" in s and "1 ▌" in s)
        assert "Once upon a time" in words(screen)
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


def test_a_number_brings_a_branch_that_was_out_of_sight_first_and_then_takes_it(data):
    with app(data, columns=80, rows=24) as t:
        t.wait_for("Tab branches")
        t.send("Once upon a time", "Tab")
        t.wait_for(lambda s: "Tab take+fan" in s and "1 ▌" in s and "▍" not in s)
        assert not re.search(r"^ 8", t.settle(), re.MULTILINE)
        t.send("8")
        t.wait_for(lambda s: "8 again takes it" in s and "8 ▌" in s)
        t.send("8")
        t.wait_for("8✓▌")
        t.send("Ctrl+Q")
        t.wait_for_end()
    loom = todays_loom(data)
    assert loom.text == "Once upon a time" + loom.tree.branch(loom.tree.fans[0].branches[7]).text


def test_without_a_model_one_can_still_write(data):
    with app(data, "--model", "/no/such.gguf") as t:
        t.wait_for("There is no model at /no/such.gguf")
        t.send(LINE)
        t.wait_for(lambda s: LINE in left(s))
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    assert todays_loom(data).text == LINE
