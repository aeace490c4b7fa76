"""What a terminal sends, read as keys."""

import time

import pytest

from cyborg_tui.terminal.keys import KeyParser


def keys(*parts, pause=0.0):
    """The keys that these parts are, each of which comes so many seconds after the one before."""
    parser, found = KeyParser(), []
    for part in parts:
        found += parser.feed(part)
        time.sleep(pause)
        found += parser.tick()
    time.sleep(0.11)
    found += parser.tick()
    return [event.key for event in found]


@pytest.mark.parametrize("parts", [("\x1b\x10",), ("\x1b", "\x10")])
def test_escape_and_a_control_key_are_two_keys_however_they_come(parts):
    assert keys(*parts, "\x1b[5~") == ["escape", "ctrl+p", "pageup"]


def test_what_terminals_send_after_an_escape_is_still_one_key():
    assert keys("\x1b\x7f") == ["ctrl+w"], "Alt+Backspace"
    assert keys("\x1b\t") == ["shift+tab"], "of the Linux console"
    assert keys("\x1b\r") == ["enter"], "Alt+Enter"
    assert keys("\x1bq") == keys("\x1b", "q") == ["alt+q"]
    assert keys("\x1b[A") == keys("\x1b", "[", "A") == ["up"]


def test_an_escape_that_nothing_follows_is_escape():
    assert keys("\x1b") == ["escape"]
    assert keys("\x1b", "\x10", pause=0.15) == ["escape", "ctrl+p"]
    assert keys("\x1b", "\x1b", "\x10") == ["escape", "escape", "ctrl+p"]
