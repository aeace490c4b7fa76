"""The mirror, blindness, reasons and looking back, in a real pseudo-terminal."""

import re
import time
from datetime import date

import pytest

from cyborg_tui.library.library import Library
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.mirror.days import Span
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session
from cyborg_tui.session.mirror import held_up
from tests.terminal import APP, Terminal, words

LINE = "I have been thinking about the sea"
TEXTS = (" and the light that came off it", " and the sound of it at night", " while it rained", " since we came")


@pytest.fixture
def data(tmp_path):
    """A library in which something was taken yesterday."""
    library = Library(tmp_path / "library")
    session = Session(library.daily(date(2026, 11, 24)), library, FanSettings(), lambda: None)
    session.loom._clock = session.loom.log._clock = lambda: time.time() - 86400
    session.edit(0, 0, LINE)
    fan = session.loom.fan(ModelIdentity("commonplace", "abc"), FanSettings(width=4), seed=7)
    for branch, text in zip(fan.branches, TEXTS, strict=True):
        tokens = [TokenRecord(ord(letter), len(letter.encode()), -1.0) for letter in text]
        session.loom.grow(branch, text, 0, tokens, 1)
        session.loom.finish(branch, Finish.TOKENS)
    session.take(1)
    session.leave()
    library.close()
    return tmp_path / "library"


def app(data, *options, **more):
    return Terminal((*APP, "--data-dir", data, *options), **more)


def said(screen):
    """What stands there, without the marks beside it and however it is wrapped."""
    return words(re.sub(r"▌", " ", screen))


def eight(screen):
    return "8 branches" in screen and "▍" not in screen and "Tab take+fan" in screen


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24), (40, 12)])
def test_the_mirror_is_held_up_over_several_spans(data, columns, rows):
    with app(data, "--loom", "1", columns=columns, rows=rows) as t:
        t.wait_for("Tab branches")
        t.send("F6")
        t.wait_for("Accepted and typed: nothing yet")
        t.send("Tab", "Tab")
        screen = t.wait_for(lambda s: "typed 34" in said(s) and "accepted 29" in said(s))
        assert "the last 30 days" in said(screen)
        t.send("j")
        t.wait_for(lambda s: "place 2 in 1 of 1 choice" in said(s))
        t.send("Enter")
        t.wait_for(lambda s: "From which place in the list" in said(s))
        t.send("x")
        t.wait_for(lambda s: "Its warning is not shown any more." in said(s))
        t.send("Esc")
        t.wait_for("Tab branches")


def test_without_colour_and_with_letters_only_nothing_is_lost(data):
    plain = {"TERM": "vt100", "LC_ALL": "C", "LANG": "C", "NO_COLOR": "1"}
    with app(data, "--loom", "1", environment=plain) as t:
        t.wait_for("Tab branches")
        t.send("F6")
        t.wait_for("Accepted and typed")
        t.send("Tab", "Tab")
        screen = t.wait_for("typed 34")
        assert re.search(r"typed =+-+ accepted", screen)
        assert "| Accepted and typed" in screen


def test_a_reason_is_said_with_one_key_after_taking(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(eight)
        t.send("M")
        t.wait_for("Nothing was taken here yet.")
        t.press_until(lambda s: "2✓" in s, "2")
        t.send("S")
        t.wait_for("Taken because: surprising.")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    library = Library(data)
    found = held_up(library.log, Span.DAY, time.time())
    library.close()
    assert found.reasons == {"surprising": 1}
    assert found.pace.unknown == 0, "when it was seen, and when taken, is on record"


def test_blind_branches_hide_the_model_and_their_chances_until_one_is_taken(data, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("[mirror]\nblind = true\n")
    with app(data, "--config", config) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        screen = t.wait_for(eight)
        assert "blind · 8 branches" in screen
        assert "commonplace" not in screen
        t.send("F3")
        t.wait_for("These branches are blind")
        t.send("F2")
        t.wait_for("turn Blind off")
        t.press_until(lambda s: "3✓" in s, "3")
        t.wait_for("commonplace")
        t.send("F3")
        t.wait_for(lambda s: re.search(r"token \d+ of branch", s) is not None)
        t.send("Esc", "Ctrl+Q")
        assert t.wait_for_end() == 0
    library = Library(data)
    fan = library.open(2).tree.fans[0]
    showing = library.showing(2, fan.id)
    library.close()
    assert showing.blind
    assert sorted(showing.order) == list(fan.branches)
    assert showing.order.index(showing.chosen[0][0]) == 2, "the third that was shown"


def test_blind_is_turned_off_with_a_blind_fan_in_view(data, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("[mirror]\nblind = true\n")
    with app(data, "--config", config) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(eight)
        t.send("Ctrl+P")
        t.wait_for("Search for commands")
        t.send("Blind:")
        t.wait_for(lambda s: "All keys" not in s and "Blind: branches shuffled" in said(s))
        t.send("Enter")
        t.wait_for("Nothing is hidden any more")
        t.send("F2")
        t.wait_for("Enter go there")


def test_looking_back_is_asked_for_and_does_not_say_what_was_said(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send("F6")
        t.wait_for("Accepted and typed")
        t.send("b")
        screen = t.wait_for(lambda s: "Does it hold?" in said(s))
        assert "Kept yesterday" in screen
        assert TEXTS[1].strip() in said(screen)
        t.send("y")
        t.wait_for(lambda s: "Does it hold?" not in s and "Tab span" in s)
        t.send("Tab", *"jjjjjjjjjjj")
        t.wait_for(lambda s: "1 of 1 held" in said(s))
        t.send("b")
        assert "The mirror" in t.wait_for("waits to be looked back at")


@pytest.mark.parametrize(("columns", "rows"), [(120, 40), (80, 24)])
def test_a_loop_is_said_quietly(data, columns, rows):
    with app(data, columns=columns, rows=rows) as t:
        t.wait_for("Tab branches")
        t.send("On and on it goes. " * 4)
        t.wait_for("4 times in 200 words")
