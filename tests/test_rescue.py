"""Ended while nothing can be saved: the text is in a copy, and it is said where."""

import os
import re
import resource
import signal
import stat
import sys
import time

import pytest

from tests.terminal import APP, Terminal, words
from tests.test_the_loop import LINE, left, todays_loom

pytestmark = pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the room of a process cannot be limited here")


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def without_room(data, at_home_nowhere):
    """The app, in which a line was written for which there is no room."""
    with Terminal((*APP, "--data-dir", data), columns=140) as t:
        t.wait_for("Tab branches")
        t.send("Saved. ")
        t.wait_for("Saved.")
        t.read(1.2)
        resource.prlimit(t.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        t.send(LINE)
        t.wait_for("Not saved yet")
        t.wait_for(lambda screen: LINE in left(screen))
        yield t


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, "Ctrl+Q"])
def test_however_it_ends_the_text_is_in_a_copy_at_home(without_room, data, at_home_nowhere, how):
    began = time.monotonic()
    if how == "Ctrl+Q":
        without_room.send(how)
    else:
        os.kill(without_room.pid, how)
    assert without_room.wait_for_end(20) == 0
    assert time.monotonic() - began < 10, "before a system that goes down loses its patience"
    (copy,) = at_home_nowhere.glob("cyborg-tui-rescue-*.txt")
    assert copy.read_text() == "Saved. " + LINE
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert copy.name in re.sub(r"\s", "", without_room.screen), "and is told where"
    assert todays_loom(data).text == "Saved. ", "the library is as it was"


def test_the_next_start_says_where_the_copy_is_once_a_day(without_room, data, at_home_nowhere):
    os.kill(without_room.pid, signal.SIGHUP)
    without_room.wait_for_end(20)
    (copy,) = at_home_nowhere.glob("cyborg-tui-rescue-*.txt")
    for says in (True, False):
        with Terminal((*APP, "--data-dir", data), columns=140) as t:
            t.wait_for("Tab branches")
            assert (copy.name in re.sub(r"\s", "", t.settle(0.5))) == says
    assert stat.S_IMODE((data / "library.said.txt").stat().st_mode) == 0o600


FAULT = """
import sys
from cyborg_tui.cli import main
from cyborg_tui.screens.write import WriteScreen

def fault(self):
    raise RuntimeError("of its own")

WriteScreen.action_redo = fault
sys.argv[1:] = ["--data-dir", sys.argv[1]]
main()
"""


@pytest.mark.parametrize("room", [True, False])
def test_after_a_fault_of_the_app_it_is_said_where_the_text_is(data, at_home_nowhere, room):
    with Terminal((sys.executable, "-c", FAULT, data), columns=140) as t:
        t.wait_for("Tab branches")
        if not room:
            resource.prlimit(t.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        t.send(LINE)
        t.wait_for(lambda screen: LINE in left(screen) and ("Not saved yet" in screen) != room)
        t.send("Ctrl+Y")
        assert t.wait_for_end(20) == 1
        said = words(t.raw.decode("utf-8", "replace"))
        assert "by a fault of its own" in said
        assert ("What you wrote is saved." in said) == room
    copies = [copy.read_text() for copy in at_home_nowhere.glob("cyborg-tui-rescue-*.txt")]
    assert (copies, todays_loom(data).text) == (([], LINE) if room else ([LINE], ""))


def test_when_there_is_room_again_it_is_saved_by_itself(without_room, data):
    resource.prlimit(without_room.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    without_room.wait_for(lambda screen: "Not saved" not in screen)
    without_room.send("Ctrl+Q")
    assert without_room.wait_for_end() == 0
    assert todays_loom(data).text == "Saved. " + LINE
