"""Leaving the app: ended or stopped from outside, for the shell, for one's own editor; the terminal is as it was."""

import contextlib
import errno
import os
import random
import re
import signal
import stat
import termios
import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from cyborg_tui.library.library import Library
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.screens import leaving
from cyborg_tui.session import Session
from tests.terminal import APP, KEYS, Terminal, words
from tests.test_the_loop import LINE, app, eight_branches, left, looked_at, todays_loom

MODES = ["1049", "2004", "1004", "1000", "1003", "1006"]


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


def is_on(raw, mode):
    """Whether the last that was said of a mode turned it on."""
    said = re.findall(rb"\x1b\[\?" + mode.encode() + rb"([hl])", raw)
    return bool(said) and said[-1] == b"h"


def assert_restored(t):
    for mode in MODES:
        assert not is_on(t.raw, mode), mode
    for mode in ("25", "7"):  # the cursor is shown, lines wrap
        assert is_on(t.raw, mode), mode
    assert t.raw.count(b"u", t.raw.rfind(b"\x1b[<")) >= 1, "Kitty's protocol is popped"
    assert t.raw.rfind(b"\x1b[<u") > t.raw.rfind(b"\x1b[>")


def give_to_editor(t, folder):
    """A line is written, and the editor, which says so in the folder, has it."""
    t.wait_for("Tab branches")
    t.send(LINE)
    t.wait_for(lambda s: LINE in left(s))
    t.send("F9")
    wait_until(lambda: t.read(0.02) and (folder / "began").exists())


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"])
def test_ended_from_outside_it_saves_and_restores_the_terminal(data, tmp_path, name):
    config = tmp_path / "config.toml"
    config.write_text("mouse = true\n")
    with app(data, "--config", config) as t:
        before = termios.tcgetattr(t._fd)
        t.wait_for("Tab branches")
        assert is_on(t.raw, "1049")
        assert is_on(t.raw, "1000")
        assert termios.tcgetattr(t._fd) != before
        t.send(LINE)
        t.wait_for(LINE[-10:])
        t.kill(getattr(signal, name))
        t.wait_for_end()
        assert_restored(t)
        assert termios.tcgetattr(t._fd) == before
    assert todays_loom(data).text == LINE


def wait_until(what, seconds=10):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_a_terminal_that_vanishes_ends_the_app_which_has_saved(data):
    t = app(data)
    t.wait_for("Tab branches")
    t.send(LINE)
    t.wait_for(LINE[-10:])
    os.close(t._fd)
    wait_until(lambda: os.waitpid(t.pid, os.WNOHANG)[0])
    assert todays_loom(data).text == LINE


def is_stopped(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


@pytest.mark.parametrize("how", [signal.SIGTSTP, signal.SIGSTOP])
def test_stopped_and_continued_from_outside_it_goes_on_where_it_was(data, how):
    with app(data) as t:
        before = termios.tcgetattr(t._fd)
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(eight_branches)
        screen = looked_at(t)
        t.kill(how)
        wait_until(lambda: t.read(0.05) and is_stopped(t.pid))
        if how == signal.SIGTSTP:
            t.settle()
            assert_restored(t)
            assert termios.tcgetattr(t._fd) == before
        t._screen.reset()
        t.kill(signal.SIGCONT)
        t.wait_for(eight_branches)
        assert t.settle() == screen, "all of it is painted again"
        t.send("r")
        t.wait_for(lambda s: "fan 2" in s and eight_branches(s))
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
        assert termios.tcgetattr(t._fd) == before


def shell(data, **environment):
    t = Terminal(("bash", "--norc", "--noprofile", "-i"), environment={"PS1": "shell> ", **environment})
    t.wait_for("shell>")
    t.send(" ".join(map(str, (*APP, "--data-dir", data))), "Enter")
    t.wait_for("Tab branches", 20)
    return t


def palette(t, name):
    t.send("Ctrl+P")
    t.wait_for("Search for commands")
    t.send(name)
    t.wait_for(lambda s: s.lower().count(name.lower()) >= 2)
    t.settle()
    t.send("Enter")


def test_suspended_from_the_palette_the_shell_has_the_terminal_and_fg_brings_it_back(data):
    with shell(data) as t:
        t.send(LINE)
        t.wait_for(lambda s: LINE in left(s))
        palette(t, "back to the shell")
        t.wait_for("Stopped")
        t.send("echo $((40 + 2))", "Enter")
        t.wait_for("42")
        t._screen.reset()
        t.send("fg", "Enter")
        t.wait_for(lambda s: LINE in left(s) and "Tab branches" in s)
        t.send(" Go on.", "Tab")
        t.wait_for(eight_branches)
        t.send("Ctrl+Q")
        t.wait_for("shell>")
    assert todays_loom(data).text == LINE + " Go on."


def test_without_a_shell_to_go_back_to_it_says_so(data):
    with app(data) as t:
        t.wait_for("Tab branches")
        palette(t, "back to the shell")
        t.wait_for("There is no shell here")


def editor(tmp_path, script):
    """A program that stands for the person's editor; the file comes as $1."""
    file = tmp_path / "my-editor"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return {"EDITOR": str(file), "VISUAL": ""}


def leftovers(data):
    return [file.name for file in data.iterdir() if "editing" in file.name or "new-" in file.name]


def test_ones_own_editor_changes_the_text_by_one_edit_and_leaves_nothing_behind(data, tmp_path):
    script = (
        f'ls -ld "$1" "$(dirname "$1")" > {tmp_path}/seen; stty -a > {tmp_path}/tty; '
        'sed -i "s/thinking/dreaming/; s/$/ was small/" "$1"; read line; echo "$line" > ' + f"{tmp_path}/line"
    )
    with app(data, environment=editor(tmp_path, script)) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(eight_branches)
        t.send("2")
        t.wait_for("2✓▌")
        taken = left(t.settle())
        t.send("F9")
        wait_until(lambda: t.read(0.02) and (tmp_path / "tty").exists())
        t.send("typed into the editor\n")
        t.wait_for("What you changed is here")
        t.wait_for(lambda s: "dreaming" in left(s))
        t.send("Ctrl+Z")
        t.wait_for(lambda s: left(s) == taken)
        t.send("Ctrl+Y")
        t.wait_for(lambda s: "dreaming" in left(s))
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    loom = todays_loom(data)
    assert loom.text.startswith("I have been dreaming")
    assert loom.text.rstrip().endswith(" was small")
    assert (tmp_path / "line").read_text() == "typed into the editor\n", "the keys were the editor's"
    assert "-icanon" not in (tmp_path / "tty").read_text(), "the terminal was as it is for other programs"
    assert sorted(row[:10] for row in (tmp_path / "seen").read_text().splitlines()) == ["-rw-------", "drwx------"]
    assert not leftovers(data)


def test_who_wrote_what_is_kept_outside_of_what_the_editor_changed(data, tmp_path):
    with app(data, environment=editor(tmp_path, 'sed -i "s/thinking/dreaming/" "$1"')) as t:
        t.wait_for("Tab branches")
        t.send(LINE, "Tab")
        t.wait_for(eight_branches)
        t.send("2")
        t.wait_for("2✓▌")
        t.settle()
        t.send("F9")
        t.wait_for("What you changed is here")
        t.send("Ctrl+Q")
        t.wait_for_end()
    pieces = todays_loom(data).manuscript.pieces
    assert pieces[-1].branch is not None
    assert "".join(piece.text for piece in pieces if piece.branch is None).strip() == LINE.replace("think", "dream")


def test_ended_from_outside_while_the_editor_has_the_terminal_nothing_is_left(data, tmp_path):
    script = f"touch {tmp_path}/began; exec sleep 60"
    with app(data, environment=editor(tmp_path, script)) as t:
        give_to_editor(t, tmp_path)
        t.kill(signal.SIGTERM)
        t.wait_for_end()
        assert_restored(t)
    assert todays_loom(data).text == LINE
    assert not leftovers(data)


def test_ctrl_z_in_the_editor_stops_nothing_where_no_shell_could_let_it_go_on(data, tmp_path):
    with app(data, environment=editor(tmp_path, f'touch {tmp_path}/began; sleep 1; printf " Edited." >> "$1"')) as t:
        give_to_editor(t, tmp_path)
        t.send("Ctrl+Z")
        t.wait_for(lambda s: "Edited." in left(s))
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


@pytest.mark.parametrize(
    ("script", "said"), [("exit 3", "ended with an error (3)"), ("true", "Nothing was changed."), (None, "no editor")]
)
def test_an_editor_that_fails_or_is_not_there_changes_nothing(data, tmp_path, script, said):
    environment = editor(tmp_path, script) if script else {"EDITOR": "", "VISUAL": "no-such-editor --wait"}
    with app(data, environment=environment) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(lambda s: LINE in left(s))
        t.send("F9")
        t.wait_for(lambda s: said in words(s))  # the editor's name may be long
        t.send(" On.")
        t.wait_for(lambda s: LINE + " On." in left(s))
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
    assert todays_loom(data).text == LINE + " On."
    assert not leftovers(data)


def test_the_copy_for_the_editor_is_private_whatever_the_umask(tmp_path):
    from cyborg_tui.terminal.outside import keep_private

    old = os.umask(0)
    try:
        kept = keep_private(tmp_path, "kept.txt", "words")
    finally:
        os.umask(old)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_text() == "words"


def test_keys_that_come_while_an_editor_has_the_terminal_neither_stop_nor_end_the_app(data, tmp_path):
    """Not those either that come just when the editor ends."""
    chance = random.Random(5)
    with app(data, environment=editor(tmp_path, f"echo >> {tmp_path}/runs; sleep 0.02")) as t:
        t.wait_for("Tab branches")
        t.send(LINE)
        t.wait_for(lambda s: LINE in left(s))
        for _ in range(8):
            t.resize(*chance.choice([(20, 5), (10, 3), (120, 34)]))
            t.send("F9")
            for _ in range(20):
                t.send(chance.choice(["Ctrl+Z", "Ctrl+C", "\x1c"]))
                t.read(chance.uniform(0, 0.02))
            t.resize(120, 34)
            t.press_until(lambda s: "Tab branches" in s and "words" in s, "Esc")
        assert len((tmp_path / "runs").read_text()) > 2
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


def test_an_editor_that_is_asked_for_twice_at_once_is_started_once(data, tmp_path):
    with app(data, environment=editor(tmp_path, f"echo >> {tmp_path}/runs; sleep 0.5")) as t:
        before = termios.tcgetattr(t._fd)
        t.wait_for("Tab branches")
        os.write(t._fd, (LINE + 3 * KEYS["F9"]).encode())
        t.wait_for(lambda s: LINE in left(s) and "Nothing was changed" in s)
        t.settle()
        assert (tmp_path / "runs").read_text() == "\n"
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
        assert termios.tcgetattr(t._fd) == before


def test_what_comes_in_one_packet_with_the_key_that_starts_the_editor_is_no_hindrance(data, tmp_path):
    with app(data, environment=editor(tmp_path, 'printf " Edited." >> "$1"')) as t:
        t.wait_for("Tab branches")
        os.write(t._fd, (LINE + KEYS["F9"] + "abc" + 300 * KEYS["Left"] + "def").encode())
        t.wait_for("What you changed is here")
        t.wait_for(lambda s: " Edited." in left(s))
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0


def test_taken_over_while_the_editor_has_the_text_it_is_kept(data, tmp_path):
    script = f'touch {tmp_path}/began; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; printf " Edited." >> "$1"'
    with app(data, environment=editor(tmp_path, script)) as t:
        give_to_editor(t, tmp_path)
        with app(data) as other:
            other.wait_for("^R write here")
            other.send("Ctrl+R")
            other.wait_for("You write here now")
            other.send("Elsewhere. ")
            other.wait_for("Elsewhere.")
            (tmp_path / "go").touch()
            t.wait_for("your edited text is in")
            assert (data / "library.edited.md").read_text() == LINE + " Edited."
            t.wait_for("^R write here")


async def test_where_there_is_no_room_for_it_beside_the_library_an_edited_text_is_at_home(tmp_path, monkeypatch):
    def no_room(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    library = Library(tmp_path)
    session = Session(library.daily(date.today()), library, FanSettings(), lambda: None)
    session.edit(0, 0, "Words.")
    session.read_only = True  # another window has taken it over meanwhile
    for name, value in {**editor(tmp_path, 'printf " Edited." >> "$1"'), "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(leaving, "keep_private", no_room)
    said = await leaving.edit_manuscript(SimpleNamespace(away=contextlib.nullcontext), session)
    (copy,) = tmp_path.glob("cyborg-tui-rescue-*")
    assert str(copy) in said
    assert copy.read_text() == "Words. Edited."
    library.close()
