"""The app inside tmux, which stands between it and the person's terminal: keys, Esc, sizes, coming and going."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import uuid

import pytest

from cyborg_tui.actions import ACTIONS
from tests.acts import name_of
from tests.terminal import APP, Terminal, words
from tests.test_the_loop import LINE, eight_branches, left, looked_at, todays_loom

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

BYTES = {
    "tab": "\t",
    "enter": "\r",
    "escape": "\x1b",
    "up": "\x1bOA",
    "down": "\x1bOB",
    "right": "\x1bOC",
    "left": "\x1bOD",
    **{f"alt+{name}": f"\x1b[1;3{end}" for name, end in zip(("up", "down", "right", "left"), "ABCD", strict=True)},
    **{f"shift+{name}": f"\x1b[1;2{end}" for name, end in (("up", "A"), ("down", "B"))},
    "shift+tab": "\x1b[Z",
    **{f"f{number}": f"\x1b[{code}~" for number, code in ((5, 15), (7, 18), (8, 19), (9, 20))},
    **{f"f{number}": f"\x1bO{letter}" for number, letter in enumerate("PQR", 1)},
    **{f"ctrl+{chr(97 + number)}": chr(1 + number) for number in range(26)},
}


class Tmux:
    """A tmux server of its own; `attach` opens a terminal on it."""

    def __init__(self, settings):
        self.socket = f"cyborg-{uuid.uuid4().hex[:8]}"
        self.settings = settings
        self.clients = []

    def attach(self, *command, columns=120, rows=35):
        arguments = ("new-session", "-A", "-s", "work", *([shlex.join(map(str, command))] if command else []))
        client = Terminal(("tmux", "-L", self.socket, "-f", self.settings, *arguments), columns, rows)
        self.clients.append(client)
        return client

    def __call__(self, *arguments):
        found = subprocess.run(("tmux", "-L", self.socket, *arguments), capture_output=True, text=True, check=True)
        return found.stdout

    def close(self):
        subprocess.run(("tmux", "-L", self.socket, "kill-server"), check=False, capture_output=True)
        for client in self.clients:
            client.close()


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def tmux(tmp_path):
    """With the settings that it comes with."""
    tmux = Tmux("/dev/null")
    yield tmux
    tmux.close()


@pytest.fixture
def quick_tmux(tmp_path):
    """As the app advises to set it."""
    settings = tmp_path / "tmux.conf"
    settings.write_text("set -s escape-time 20\n")
    tmux = Tmux(settings)
    yield tmux
    tmux.close()


def app(data):
    return ("env", "EDITOR=true", *APP, "--data-dir", data)


class Keyboard:
    """Presses keys of the table by their names, and remembers which."""

    def __init__(self, terminal):
        self.terminal = terminal
        self.pressed = set()

    def __call__(self, where, key, shows):
        self.terminal.settle(0.06)
        self.pressed.add((where, key))
        self.terminal.send(BYTES.get(key, key))
        try:
            self.terminal.wait_for(shows)
        except AssertionError as error:
            raise AssertionError(f"{where}, {key}: {error}") from None


def writing(screen):
    return "Tab branches" in screen


def reading(screen):
    return "Tab take+fan" in screen and eight_branches(screen)


def taken(screen):
    return re.search(r"[✓~]▌", screen) is not None


def untaken(screen):
    return "▌" in screen and not taken(screen)


def fan(number):
    return lambda screen: f"fan {number} " in screen and reading(screen)


def test_every_key_of_the_table_works_inside_tmux(quick_tmux, data):
    tmux = quick_tmux
    t = tmux.attach(*app(data))
    t.wait_for("Tab branches")
    press = Keyboard(t)
    t.send(LINE)
    t.wait_for(lambda s: LINE in left(s))
    keys_while_writing(press)
    keys_in_the_branches(press)
    keys_of_other_screens(press)
    keys_anywhere(press, tmux, data)
    table = {(action.where, key) for action in ACTIONS for key in action.names}
    assert press.pressed <= table


READ_KEYS = """
import os, select, sys, termios, tty
from cyborg_tui.terminal.keys import KeyParser
tty.setraw(0)
parser = KeyParser()
print("ready", end="\\r\\n", flush=True)
while True:
    events = parser.feed(os.read(0, 4096).decode()) if select.select([0], [], [], 0.02)[0] else parser.tick()
    for event in events:
        print(f"<{event.key}>", end="\\r\\n", flush=True)
"""


def test_every_key_of_the_table_gets_through_tmux(quick_tmux):
    t = quick_tmux.attach(sys.executable, "-c", READ_KEYS)
    t.wait_for("ready")
    for key in {key for action in ACTIONS for key in action.names}:
        t.send(name_of(key) or key)
        t.wait_for(f"<{key}>")


def keys_while_writing(press):
    for number, key in enumerate(("tab", "ctrl+j", "f5"), 1):
        press("editor", key, fan(number))
        press("branches", "escape", writing)
    for key, number in (("alt+down", 2), ("ctrl+n", 3), ("alt+up", 2), ("ctrl+l", 1)):
        press("editor", key, lambda s, number=number: f"{number} ▌" in s)
    for take, back in (("alt+right", "alt+left"), ("ctrl+t", "ctrl+g")):
        press("editor", take, taken)
        press("editor", back, untaken)
    press("editor", "escape", lambda s: "Esc drop" not in s)


def keys_in_the_branches(press):
    press("editor", "tab", fan(4))
    for number, key in enumerate(("tab", "ctrl+j", "f5"), 5):
        press("branches", key, fan(number))
    for take, back in (("enter", "h"), ("l", "left"), ("right", "h"), ("w", "h"), ("s", "h"), ("p", "h")):
        press("branches", take, taken)
        press("branches", back, untaken)
    for key, number in (("j", 2), ("down", 3), ("k", 2), ("up", 1)):
        press("branches", key, lambda s, number=number: f"{number} ▌" in s)
    press("branches", "m", lambda s: "16 branches" in s and "Esc stops" not in s)
    for number in range(1, 10):
        press.terminal.send("j" if number > 1 else "")  # so that it has been on the screen
        press("branches", f"{number}", lambda s, number=number: re.search(rf"{number}[✓~]▌", s))
        press("branches", "h", untaken)
    press("branches", "r", fan(8))
    press("branches", "f", lambda s: "flow" in s.partition("│")[2].partition("\n")[0])
    press("branches", "f", lambda s: "flow" not in s.partition("│")[2].partition("\n")[0])
    press("branches", "b", lambda s: "1*▌" in s)
    press("branches", "c", "press c again to compare")
    press("branches", "c", lambda s: "press c again" not in s)
    press("branches", "t", "Esc write")
    press("tokens", "escape", reading)
    press("branches", "x", lambda s: "7 of 8 branches" in s)
    bar = press.terminal.screen.index("│")
    press("branches", "Z", lambda s: s.index("│") < bar)
    press("branches", "Z", lambda s: s.index("│") == bar)
    press("branches", "z", lambda s: "│" not in s)
    press("editor", "escape", lambda s: "Esc both panes" in s)
    press("editor", "escape", lambda s: "│" in s)
    press("editor", "tab", fan(9))
    press("branches", "i", writing)
    press("editor", "tab", fan(10))
    press("branches", "e", lambda s: writing(s) and taken(s))


def keys_of_other_screens(press):
    """Some that the loop has not."""
    press("anywhere", "f2", "Enter go there")
    press.terminal.send("g", "+")
    for key, shows in (
        ("ctrl+d", lambda s: place(s) > 1),
        ("ctrl+u", lambda s: place(s) == 1),
        ("down", lambda s: place(s) == 2),
    ):
        press("map", key, shows)
    press.terminal.send("l")
    press.terminal.settle()
    here = place(press.terminal.screen)
    press("map", "shift+down", lambda s: place(s) > here)
    press("map", "shift+up", lambda s: place(s) == here)
    press.terminal.send("=")
    press.terminal.wait_for("your text now")
    press("compare", "shift+tab", "That was the first difference.")
    press("compare", "escape", "Enter go there")
    press("map", "escape", writing)


def place(screen):
    """The row of the map in which the cursor is."""
    found = re.search(r"row (\d+) of", screen)
    return int(found[1]) if found else 0


def keys_anywhere(press, tmux, data):
    press.terminal.send(" Zebras.")
    press.terminal.wait_for("Zebras.")
    press("anywhere", "ctrl+z", lambda s: "Zebras." not in s)
    press("anywhere", "ctrl+y", "Zebras.")
    press("anywhere", "f9", "Nothing was changed.")
    for key, shows in (
        ("ctrl+s", "in which file?"),
        ("f1", "While writing"),
        ("f3", "Esc write"),
        ("f7", "filter by title"),
        ("f8", "filter by name"),
        ("ctrl+f", "search every loom and branch"),
        ("ctrl+p", "Search for commands"),
        ("ctrl+o", "library of looms"),
    ):
        press("anywhere", key, shows)
        press("editor", "escape", lambda s, shows=shows: shows not in s)
    tmux("new-window", shlex.join(map(str, app(data))))
    press.terminal.wait_for("here it can only be read")
    press("anywhere", "ctrl+r", "You write here now")
    press("anywhere", "ctrl+q", "Another window writes in this loom now")


def seconds_of_escape(t):
    """From the key to the end of the branches, of three times the quickest."""
    waits = []
    for _ in range(3):
        t.send("Tab")
        t.wait_for(reading)
        t.settle()
        began = time.monotonic()
        t.send("Esc")
        while not writing(t.screen):
            t.read(0.01)
        waits.append(time.monotonic() - began)
    return min(waits)


def test_escape_is_not_felt_where_tmux_does_not_hold_it_back(quick_tmux, data):
    t = quick_tmux.attach(*app(data))
    t.wait_for("Tab branches")
    assert "escape-time" not in t.settle()
    t.send(LINE)
    assert seconds_of_escape(t) < 0.3


def test_where_tmux_holds_escape_back_it_is_said_with_what_to_do(tmux, data):
    t = tmux.attach(*app(data))
    t.wait_for(lambda s: "set -s escape-time 20" in words(s))


def test_resized_left_and_come_back_to_the_screen_is_right(tmux, data):
    t = tmux.attach(*app(data))
    t.wait_for("Tab branches")
    t.send(LINE, "Tab")
    t.wait_for(reading)
    t.resize(70, 20)
    t.wait_for(lambda s: "│" not in s and "─" in s and "1 ▌" in s)
    t.resize(120, 35)
    t.wait_for(lambda s: reading(s) and LINE in left(s))
    screen = looked_at(t)
    tmux("detach-client")
    t.wait_for("detached")
    again = tmux.attach()
    again.wait_for(reading)
    assert page(again.settle()) == page(screen)
    again.send("r")
    again.wait_for(fan(2))
    again.send("Ctrl+Q")
    again.wait_for("exited")
    assert todays_loom(data).text == LINE


def page(screen):
    """Without tmux's own line, which has a clock."""
    return screen.splitlines()[:-1]


def test_what_is_copied_goes_through_tmux_where_it_is_let_and_else_into_a_private_file(tmux, data):
    t = tmux.attach(*app(data))
    t.wait_for("escape-time")
    t.send("Copied", "\x1b[1;2H", "\x03")  # Shift+Home
    t.wait_for("library.clipboard.txt")
    assert (data / "library.clipboard.txt").read_text() == "Copied"
    tmux("set-option", "-s", "set-clipboard", "on")
    tmux("respawn-pane", "-k", shlex.join(map(str, app(data))))
    t.wait_for(lambda s: "Copied" in left(s) and "Tab branches" in s)
    assert "escape-time" not in t.settle(), "once a day is enough"
    t.send(" twice", "\x1b[1;2H", "\x03")
    end = time.monotonic() + 10
    while tmux("list-buffers") == "" and time.monotonic() < end:
        t.read()
    assert tmux("show-buffer") == " twice"
    assert "library.clipboard.txt" not in t.screen


def test_the_python_of_the_tests_is_the_one_tmux_starts():
    assert APP[0] == sys.executable
    assert os.environ.get("TMUX") is None, "the tests' tmux is not inside another"
