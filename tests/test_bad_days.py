"""Bad days of the whole app in a real pseudo-terminal: the home, the clock, the file and the shell misbehave."""

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

import cyborg_tui
from cyborg_tui.library.backups import Backups
from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library
from cyborg_tui.loom.fan import Finish
from tests.terminal import APP, Terminal, words
from tests.test_the_loop import LINE, app, eight_branches, left, todays_loom

OWN = "-m" if os.getuid() == 0 else "-rm"
"""Makes mounts that nobody else sees."""
MOUNTS = (
    bool(shutil.which("unshare"))
    and not subprocess.run(
        ["unshare", OWN, "mount", "-t", "tmpfs", "tmpfs", "/tmp"], capture_output=True, check=False
    ).returncode
)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


def quit_well(t):
    t.send("Ctrl+Q")
    assert t.wait_for_end() == 0


@pytest.mark.skipif(not MOUNTS, reason="no read-only file system can be made here")
def test_in_a_home_that_may_only_be_read_it_says_so_and_writes_where_it_may(data, tmp_path):
    home = tmp_path / "read-only"
    home.mkdir()
    mounted = f'mount -t tmpfs -o ro tmpfs {home} && exec "$@"'
    command = ("unshare", OWN, "sh", "-c", mounted, "sh", *APP)
    environment = {"HOME": home, "XDG_DATA_HOME": home / "data", "XDG_CONFIG_HOME": home / "config"}
    environment = {name: str(path) for name, path in environment.items()}
    with Terminal(command, environment=environment) as t:
        assert t.wait_for_end() == 1
        assert "cannot be opened" in words(t.screen)
        assert "name another folder with --data-dir" in words(t.screen)
        assert b"Traceback" not in t.raw
    with Terminal((*command, "--data-dir", data), environment=environment) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(eight_branches)
        quit_well(t)
    assert todays_loom(data).text == LINE


CLOCK = """
import datetime, pathlib, time
_seconds, _moment, _file = time.time, datetime.datetime, pathlib.Path({!r})
def _back():
    return float(_file.read_text())
class _Moment(_moment):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
class _Day(datetime.date):
    @classmethod
    def today(cls):
        return cls.fromtimestamp(time.time())
time.time = lambda: _seconds() - _back()
datetime.datetime, datetime.date = _Moment, _Day
"""


def test_a_clock_that_jumps_back_costs_nothing(data, tmp_path):
    """By three days in the middle of a sentence, and by ten years before the next start."""
    back, page = tmp_path / "back", tmp_path / "page.txt"
    (tmp_path / "sitecustomize.py").write_text(CLOCK.format(str(back)))
    back.write_text("0")
    environment = {"PYTHONPATH": f"{tmp_path}:{Path(cyborg_tui.__file__).parent.parent}"}
    with app(data, page, environment=environment) as t:
        t.wait_for("Tab branches")
        t.send(LINE[:30])
        t.wait_for(lambda s: left(s) == LINE[:30].strip())
        back.write_text(str(3 * 86400))
        t.send(LINE[30:])
        t.wait_for(lambda s: left(s) == LINE)
        t.send("Tab")
        t.wait_for(eight_branches)
        t.send("Esc")
        t.wait_for("Tab branches")
        quit_well(t)
    back.write_text(str(10 * 365 * 86400))
    with app(data, page, environment=environment) as t:
        t.wait_for(lambda s: left(s) == LINE and "Tab branches" in s)
        t.send("Ctrl+Z")
        t.wait_for(lambda s: left(s) != LINE and LINE.startswith(left(s)))
        t.send("Ctrl+Y")
        t.wait_for(lambda s: left(s) == LINE)
        t.send("\x1b[1;5F", ", then.")
        t.wait_for(lambda s: left(s) == LINE + ", then.")
        quit_well(t)
    library = Library(data)
    loom = library.open(library.for_file(page).id)
    library.close()
    assert loom.text == page.read_text() == f"{LINE}, then."
    assert [branch.finish for branch in loom.tree.branches(1)] == [Finish.TOKENS] * 8
    assert examine(data / "library.db").faults == ()
    assert Backups(data / "library.db").newest_good() is not None


def test_a_library_of_no_bytes_is_begun_anew_only_where_nothing_is_lost_by_that(data):
    data.mkdir()
    file = data / "library.db"
    file.touch()
    with app(data) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(lambda s: left(s) == LINE)
        quit_well(t)
    assert todays_loom(data).text == LINE
    for early in Backups(file).all():  # of the first commit, before there was a word
        early.file.unlink()
    Backups(file).make(datetime.now())
    for part in data.glob("library.db*"):
        part.unlink()
    file.touch()
    with app(data, columns=140) as t:
        t.wait_for("What now?")
        assert "is empty, but there are backups" in words(t.screen)
        t.send("Enter")
        t.wait_for(lambda s: left(s) == LINE)
        quit_well(t)


def test_stopped_while_branches_grow_it_goes_on_with_every_key_and_the_same_engine(data):
    """The app alone is stopped: its engine draws on, and is not taken for dead afterwards."""
    with app(data, environment={"CYBORG_TUI_ENGINE_PACE": "0.05,1000"}) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for("▍")
        t.kill(signal.SIGSTOP)
        t.send("i", " Typed into the void.")
        time.sleep(1.5)
        t.kill(signal.SIGCONT)
        t.wait_for(lambda s: "Typed into the void." in left(s))
        assert b"started again" not in t.raw
        t.send("Tab")
        t.wait_for(lambda s: "fan 2" in s and eight_branches(s))
        quit_well(t)
    loom = todays_loom(data)
    assert loom.text.startswith(LINE)
    assert loom.text.endswith(" Typed into the void.")
    assert all(branch.finish for fan in loom.tree.fans for branch in loom.tree.branches(fan.id))


def test_the_python_that_is_started_heeds_the_other_clock(tmp_path):
    (tmp_path / "back").write_text("86400")
    (tmp_path / "sitecustomize.py").write_text(CLOCK.format(str(tmp_path / "back")))
    program = "import time, datetime; print(time.time(), datetime.datetime.now().timestamp(), datetime.date.today())"
    said = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True
    ).stdout.split()
    yesterday = time.time() - 86400
    assert abs(float(said[0]) - yesterday) < 60
    assert abs(float(said[1]) - yesterday) < 60
    assert said[2] != str(datetime.now().date())
