"""The samplers: turned by keys, their effect seen on what may come next, and in force once they are used."""

import re

import pytest

from tests.terminal import APP, Terminal, words
from tests.test_the_loop import todays_loom

LINE = "I have been thinking about the sea"
BAR = re.compile(r"(\S.*?) +(\d+\.\d|100|<0\.1|–) ?%? ")


def samplers(tmp_path, **options):
    """The app with a first line, the samplers before the person."""
    t = Terminal((*APP, "--data-dir", tmp_path / "library"), **options)
    t.wait_for("Tab branches")
    t.send(LINE)
    t.wait_for(LINE)
    t.send("Ctrl+O")
    t.wait_for("samplers")
    t.send("s")
    t.wait_for(lambda screen: "bits →" in screen and "all as usual" in screen)
    return t


def drawn(screen):
    """How uncertain the draw is, in bits, and how many tokens can be drawn."""
    bits, left = re.search(r"bits → (\d+\.\d) · from ([\d,]+) token", screen).groups()
    return float(bits), int(left.replace(",", ""))


def test_the_bars_follow_the_dials_and_what_is_used_is_what_fans_are_made_by(tmp_path):
    with samplers(tmp_path) as t:
        bits, left = drawn(t.screen)
        t.send(*["Right"] * 6)
        t.wait_for(lambda screen: "* temperature " in screen and "1.2" in screen and drawn(screen)[0] > bits)
        t.send("j", "j", "j", "L", "L")
        t.wait_for(lambda screen: "0.15" in screen and drawn(screen)[1] < left)
        assert "2 not as usual" in t.screen
        t.send("d")
        t.wait_for(lambda screen: "1 not as usual" in screen and drawn(screen)[1] == left)
        t.send("Tab")
        t.wait_for("8 branches · fan 1")
        t.send("Ctrl+O")
        t.wait_for("samplers")
        t.send("s")
        t.wait_for("1 not as usual")
        t.send("h")
        t.wait_for("this fan: 1.2")
        t.send("Esc")
        t.wait_for("8 branches")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    (fan,) = todays_loom(tmp_path / "library").tree.fans
    assert (fan.settings.sampling.temperature, fan.settings.sampling.min_p) == (1.2, 0.05)


def test_values_and_words_are_typed_and_what_cannot_be_is_said(tmp_path):
    with samplers(tmp_path) as t:
        typed(t, "44")
        t.wait_for("Temperature is 44; it must lie between 0 and 10.")
        typed(t, "much")
        t.wait_for("Temperature must be a number.")
        typed(t, "0")
        t.wait_for(lambda screen: drawn(screen) == (0.0, 1))
        t.send(*["j"] * 23)
        t.wait_for(lambda screen: re.search(r"▌.? +forbid", screen) is not None)
        typed(t, '"the", "a"')
        t.wait_for(lambda screen: re.search(r'▌\* +forbid +"the", "a"', screen) is not None)
        typed(t, "the, a")
        t.wait_for('Forbid must be written, as "word", "other".')
        t.send("p")
        t.wait_for("preset plain")
        t.send("p")
        t.wait_for("preset careful")
        t.send("Esc")
        t.wait_for("Tab branches")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 12)])
def test_small_screens_show_the_dial_and_the_bars(tmp_path, columns, rows):
    with samplers(tmp_path) as t:
        t.resize(columns, rows)
        t.wait_for(lambda screen: "temperature" in screen and "bits →" in words(screen) and "%" in screen)
        t.send(*["j"] * 8)
        t.wait_for(lambda screen: re.search(r"▌.? +xtc probability", screen) is not None)


def test_from_the_levers_they_are_kept_with_the_frame(tmp_path):
    with Terminal((*APP, "--data-dir", tmp_path / "library")) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(LINE)
        t.send("F4")
        t.wait_for("holds everywhere")
        while "How tokens are drawn" not in t.settle(0.1):
            t.send("j")
        t.send("Enter")
        t.wait_for("all as usual")
        t.send("p")
        t.wait_for("preset careful")
        t.send("Enter")
        t.wait_for(lambda screen: re.search(r"samplers +careful", screen) is not None)
        t.send("Esc")
        t.wait_for("Tab branches")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    loom = todays_loom(tmp_path / "library")
    (frame,) = [facts.frame for facts in loom.tree.all_facts if facts.frame]
    assert (frame.preset, frame.settings.sampling.temperature) == ("careful", 0.6)


def typed(t, text):
    """Type a value for the dial one is at."""
    t.send("e")
    t.wait_for("Enter uses it")
    t.send("Ctrl+U")
    t.settle(0.1)
    t.send(text)
    t.settle(0.1)
    t.send("Enter")
