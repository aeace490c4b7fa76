"""The disk is full: it is said, tried again, and no word is lost. A real file system of four megabytes."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.terminal import Terminal
from tests.test_the_loop import todays_loom

_OWN = "-m" if os.getuid() == 0 else "-rm"
"""Makes mounts that nobody else sees."""
_MOUNTS = (
    shutil.which("unshare")
    and not subprocess.run(
        ["unshare", _OWN, "mount", "-t", "tmpfs", "tmpfs", "/tmp"], capture_output=True, check=False
    ).returncode
)

pytestmark = pytest.mark.skipif(not _MOUNTS, reason="no small file system can be made here")


@pytest.fixture
def app(tmp_path):
    """The app with its library on a disk that is full but for what one commit needs; `room` is a file to delete."""
    disk, home = tmp_path / "disk", tmp_path / "home"
    disk.mkdir()
    home.mkdir()
    run = (
        f"mount -t tmpfs -o size=4000k tmpfs {disk} && head -c 3200000 /dev/zero > {disk}/room && "
        f"(while sleep 0.1; do [ -e {home}/now ] && rm -f {disk}/room; [ -e {home}/end ] && break; "
        f"[ -e {home}/out ] || [ ! -e {home}/copy ] || {{ cp -r {disk}/data {home}/out; }}; done) & "
        f"sleep 0.3; exec {sys.executable} -m cyborg_tui --data-dir {disk}/data"
    )
    with Terminal(("unshare", _OWN, "sh", "-c", run), columns=150, environment={"HOME": str(home)}) as t:
        t.wait_for("Tab branches")
        yield t, home
        (home / "end").touch()


LONG = "Words that must not be lost. " * 7000


def paste(t, text):
    t.send("\x1b[200~" + text[:100_000])
    for at in range(100_000, len(text), 100_000):
        t.read(0.1)
        t.send(text[at : at + 100_000])
    t.send("\x1b[201~")


def test_it_is_said_and_saved_by_itself_when_there_is_room_again(app):
    t, home = app
    paste(t, LONG + "The last of them.")
    t.wait_for("Not saved yet")
    assert "disk is full" in t.screen
    (home / "now").touch()
    t.wait_for(lambda screen: "Not saved yet" not in screen)
    t.send("End")
    t.wait_for("saved")
    (home / "copy").touch()
    t.wait_for(lambda _: (home / "out" / "library.db").exists())
    t.read(0.5)
    assert todays_loom(home / "out").text == LONG + "The last of them."


def test_whoever_quits_finds_a_copy_at_home(app):
    t, home = app
    paste(t, LONG)
    t.wait_for("Not saved yet")
    t.send("Ctrl+Q")
    t.wait_for_end(30)
    (copy,) = home.glob("cyborg-tui-rescue-*.txt")
    assert copy.read_text() == LONG
    assert copy.stat().st_mode & 0o777 == 0o600
    assert copy.name in re.sub(r"\s", "", t.screen), "and is told where"


def test_ctrl_s_writes_a_copy_elsewhere(app):
    t, home = app
    paste(t, LONG)
    t.wait_for("Ctrl+S: a copy elsewhere")
    t.send("Ctrl+S")
    t.wait_for("in which file?")
    t.read(0.3)
    t.send("copy.txt", "Enter")
    t.wait_for("Saved in")
    assert (home / "copy.txt").read_text() == LONG
