"""The token screen and the block screen, in a real pseudo-terminal."""

import re

import pytest

from tests.terminal import APP, Terminal, words

LINE = "I have been thinking about the sea"
BAR = re.compile(r"\d✓?[ ▌]* .* (\d+\.\d|100|<0\.1) %")


def desk(tmp_path, **options):
    """The app with eight branches of a first line, the keys with the branches."""
    t = Terminal((*APP, "--data-dir", tmp_path / "library"), **options)
    t.wait_for("Tab branches")
    t.send(LINE)
    t.send("Tab")
    t.wait_for(lambda screen: "8 branches · fan" in screen and "▍" not in screen)
    return t


def rows_of_choices(screen):
    return [line.split("│")[-1] for line in screen.splitlines() if BAR.search(line.split("│")[-1])]


def test_a_token_and_what_else_it_might_have_been(tmp_path):
    with desk(tmp_path) as t:
        t.press_until(lambda screen: "1✓" in screen, "1")
        t.send("F3")
        t.wait_for(lambda screen: re.search(r"token \d+ of branch 1", screen) is not None)
        screen = t.wait_for(lambda screen: len(rows_of_choices(screen)) >= 10)
        assert "clock" in screen

        t.send("Left")
        t.send("Left")
        t.settle()
        rows = rows_of_choices(t.screen)
        t.send(
            "Down" if "✓" in rows[0] else "Up"
        )  # below the ten likeliest stands the one drawn, if it is none of them
        t.settle()
        t.send("Enter")
        t.wait_for(lambda screen: "8 branches" in screen and "fan 3" in screen)
        t.send("Esc", "Ctrl+Z")
        t.wait_for(lambda screen: "fan 3" not in screen)


def test_the_branch_that_is_read_is_looked_into_where_it_stands(tmp_path):
    with desk(tmp_path) as t:
        t.send("j", "t")
        t.wait_for("token 1 of branch 2")
        t.send("Esc")
        assert "✓" not in t.wait_for("8 branches"), "looking takes nothing"


def test_colours_borders_and_numbers(tmp_path):
    with desk(tmp_path) as t:
        t.press_until(lambda screen: "1✓" in screen, "1")
        t.send("F3")
        t.wait_for("colours by probability")
        t.send("c")
        t.wait_for("colours by entropy")
        t.send("d")
        t.wait_for(lambda screen: re.search(r" \d+ +\d+\.\d % ", screen) is not None)
        t.send("b", "F3")
        t.wait_for("take+fan")


def test_without_anything_of_the_models_it_shows_what_may_come_next(tmp_path):
    with Terminal((*APP, "--data-dir", tmp_path / "library")) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(lambda screen: "loading" not in screen)
        t.send("F3")
        t.wait_for("reach 90 %", 20)
        assert "what may come next" in words(t.wait_for(lambda screen: len(rows_of_choices(screen)) == 10))


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24), (40, 12)])
def test_the_blocks_are_walked_and_taken(tmp_path, columns, rows):
    with desk(tmp_path) as t:
        t.resize(columns, rows)
        t.settle()
        t.send("t")
        t.settle()
        t.send("v")
        screen = t.wait_for(lambda screen: screen.count("┌") > 1)
        assert "▌" in screen
        t.send("Right")
        t.wait_for(lambda screen: "Enter take" in screen and screen.count("┌") > 1)
        t.send("Down")
        t.settle()
        t.send("Left", "Right", "z", "Z")
        t.settle()
        t.send("Enter")
        t.wait_for("1-9 take" if columns > 40 else "Tab take+fan")


def test_what_one_wrote_is_scored_and_looked_into(tmp_path):
    with Terminal((*APP, "--data-dir", tmp_path / "library")) as t:
        t.wait_for("Tab branches")
        t.send(f"{LINE}. ")
        t.wait_for(f"{LINE}.")
        t.send("F3")
        t.wait_for("reach 90 %", 20)
        t.send("y")
        t.wait_for("What you wrote is scored")
        t.send("h")
        t.wait_for("written by you · as commonplace finds it")
        t.send("y")
        t.wait_for("All that you wrote is scored.")
        t.send("Esc")
        t.wait_for(lambda screen: "typed" in screen and "Tab branches" in screen)


def test_scoring_is_stopped_by_escape_and_goes_on(tmp_path):
    with Terminal((*APP, "--data-dir", tmp_path / "library")) as t:
        t.wait_for("Tab branches")
        t.send("\x1b[200~" + "I have been thinking about the sea again and again.\n" * 200 + "\x1b[201~")
        t.wait_for(lambda screen: "loading" not in screen)
        t.send("F3")
        t.wait_for("reach 90 %", 30)
        t.send("y")
        t.wait_for("scoring what you wrote")
        t.send("Esc")
        t.wait_for("Stopped; what was scored is kept")
        t.send("Esc")
        t.wait_for("Tab branches")
