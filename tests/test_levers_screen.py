"""The levers screen and the lens, in a real pseudo-terminal."""

import re

from tests.terminal import APP, Terminal

LINE = "I have been thinking about the sea, and Anna said"


def desk(tmp_path, **options):
    t = Terminal((*APP, "--data-dir", tmp_path / "library"), **options)
    t.wait_for("Tab branches")
    t.send(LINE)
    t.wait_for("10 words")
    return t


def said(t, text):
    """Write in the lever that is chosen, and use it."""
    t.send("Enter")
    t.wait_for("Esc use")
    t.send(*[part for line in text.split("\n") for part in (line, "Enter")][:-1])
    t.send("Esc")
    t.wait_for("Esc write")


def test_memory_is_written_and_the_next_fan_is_under_it(tmp_path):
    with desk(tmp_path) as t:
        t.send("F4")
        t.wait_for("Stands before everything")
        said(t, "Letters from a lighthouse.")
        t.wait_for("28 characters beside the manuscript")
        t.send("Tab")
        t.wait_for(lambda screen: "8 branches · fan 1" in screen and "▍" not in screen)
        t.send("Ctrl+O", "v")
        screen = t.wait_for("what the model saw of fan 1")
        t.wait_for("Letters from a lighthouse.")
        assert "manuscript" in t.screen
        t.send("Esc")
        t.wait_for("8 branches · fan 1")
        assert "Letters" not in t.wait_for("take+fan"), screen


def test_the_keys_below_are_those_that_do_something_to_the_lever_at_hand(tmp_path):
    with desk(tmp_path) as t:
        t.send("F4")
        screen = t.wait_for(lambda s: "Stands before everything" in s and "Enter edit" in s)
        assert "→ more" not in screen, "a text is edited"
        assert "take away" not in screen, "nothing is said of it here"
        t.send("j", "j", "j")
        screen = t.wait_for("→ more")
        assert "Enter edit" not in screen, "a number is turned"
        t.send("l")
        t.wait_for(lambda s: "1,100 characters" in s and "x take away" in s)
        t.send(*["j"] * 6)
        t.wait_for(lambda s: re.search(r"chat +off", s) and "Enter edit" in s)


def test_lore_is_edited_as_text_and_a_mistake_is_said_where_it_is(tmp_path):
    with desk(tmp_path) as t:
        t.send("F4", "j", "j")
        t.wait_for("when a key comes up")
        said_wrong = "Anna is fourteen."
        t.send("Enter")
        t.wait_for("Esc use")
        t.send(said_wrong, "Esc")
        t.wait_for("Line 1: an entry begins with")
        t.send("Home", "# Anna", "Enter", "Esc")
        t.wait_for("Esc write")
        t.wait_for("18 characters beside the manuscript")
        t.send("v")
        t.wait_for("lore: Anna")
        t.send("Esc")
        t.wait_for("Esc write")


def test_a_named_frame_to_be_led_away_from_is_written_by_its_name_and_seen_in_the_lens(tmp_path):
    with desk(tmp_path) as t:
        t.send("F4", *"j" * 12)
        t.wait_for("Led away from")
        said_wrong = "frame: whaler"
        t.send("Enter")
        t.wait_for("Esc use")
        t.send(said_wrong, "Esc")
        t.wait_for("could not be read")
        t.send("Esc")
        t.wait_for("Esc write")
        t.send(*"k" * 12)
        said(t, "The log of a whaler.")
        t.send("s")
        t.wait_for("A name for what holds here")
        t.send("whaler", "Enter")
        t.wait_for("Saved in")
        said(t, " Or is it?")
        t.send(*"j" * 12)
        said(t, "frame: whaler")
        t.send("v")
        t.wait_for("together")
        t.send(*["PageDown"] * 3)
        t.wait_for("read with weight -0.5 · frame whaler")
        t.send("Esc")
        t.wait_for("Esc write")


def test_numbers_and_presets_are_stepped_and_taken_away_again(tmp_path):
    with desk(tmp_path) as t:
        t.send("F4", *"jjj")
        t.wait_for("How far back keys")
        t.send("Right", "Right")
        t.wait_for("1,200 characters")
        t.send("x")
        t.wait_for("1,000 characters")
        t.send("Ctrl+Z")
        t.wait_for("1,200 characters")
        while "How tokens are drawn" not in t.settle(0.1):
            t.send("j")
        t.send("Right")
        t.wait_for(lambda screen: "samplers     –" not in screen)
        t.send("Enter")
        t.wait_for("bits →")
        t.send("l", "Enter")
        t.wait_for(lambda screen: re.search(r"samplers +temperature [0-9.]+", screen))


def test_from_the_cursor_on_or_everywhere(tmp_path):
    with desk(tmp_path) as t:
        t.send("F4")
        t.wait_for("holds everywhere")
        said(t, "Everywhere.")
        t.send("e")
        t.wait_for("from the cursor on")
        t.send("Enter")
        t.wait_for("Esc use")
        t.send(" And here.", "Esc")
        t.wait_for("Everywhere. And here.")
        t.wait_for("from here")
        t.send("e")
        t.wait_for("everywhere")


def test_what_was_bookmarked_becomes_an_example(tmp_path):
    with desk(tmp_path) as t:
        t.send("F4", "b")
        t.wait_for("Nothing is bookmarked yet")
        t.send("Esc")
        t.wait_for(lambda screen: "Nothing is bookmarked" not in screen)
        t.send("Tab")
        t.wait_for(lambda screen: "8 branches · fan 1" in screen and "▍" not in screen)
        t.send("b")
        t.wait_for(lambda screen: "1*" in screen and "saved" in screen)
        t.send("F4", "b")
        t.wait_for("  20")  # the day on which it was written
        t.send("Enter")
        t.wait_for("1 passage")


def test_a_frame_gets_a_name_and_is_used_in_another_place(tmp_path):
    with desk(tmp_path) as t:
        t.send("F4")
        t.wait_for("Stands before everything")
        said(t, "Letters.")
        t.send("s")
        t.wait_for("A name for what holds here")
        t.send("letters", "Enter")
        t.wait_for("Saved in")
        t.send("x")
        t.wait_for("0 characters beside")
        t.send("n")
        t.wait_for("filter by name")
        t.send("Enter")
        t.wait_for("letters holds now everywhere")
        t.send("j")
        t.wait_for("10 characters beside")


def test_on_a_very_small_screen_list_and_text_take_turns(tmp_path):
    with desk(tmp_path, columns=40, rows=12) as t:
        t.send("F4")
        t.wait_for("note depth")
        t.send("Enter")
        t.wait_for("Stands before everything")
        t.send("Short.", "Esc")
        t.wait_for("memory       Short.")
