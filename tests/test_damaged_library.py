"""What a person sees of a damaged library: one sentence, and a choice."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from cyborg_tui.cli import cli
from cyborg_tui.library.backups import Backups
from cyborg_tui.library.library import Library
from tests.terminal import APP, Terminal, words
from tests.test_the_loop import todays_loom

TODAY = (datetime.now() - timedelta(hours=4)).date()
WORDS = "These words were backed up."


@pytest.fixture
def data(tmp_path):
    """A library with a backup, damaged since."""
    folder = tmp_path / "library"
    library = Library(folder)
    row = library.daily(TODAY)
    loom = library.open(row.id)
    loom.write(0, 0, WORDS)
    library.save(row.id, loom.changes())
    library.flush()
    library.close()
    if not Backups(library.file).all():
        Backups(library.file).make(datetime.now())
    library.file.write_bytes(b"No database any more. " * 400)
    return folder


def command(data, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "cyborg_tui", "--data-dir", str(data), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_newest_backup_is_offered_at_the_start_and_the_damaged_file_kept(data):
    with Terminal((*APP, "--data-dir", data), columns=140) as t:
        t.wait_for("What now?")
        assert "damaged" in t.screen
        assert "restore the backup of" in t.screen
        t.send("Enter")
        t.wait_for("^Q quit")
        t.send("Ctrl+Q")
        t.wait_for_end()
    (aside,) = data.glob("library.damaged-*.db")
    assert aside.read_bytes().startswith(b"No database any more.")


def test_whoever_quits_leaves_everything_as_it_is(data):
    before = (data / "library.db").read_bytes()
    with Terminal((*APP, "--data-dir", data), columns=140) as t:
        t.wait_for("What now?")
        t.send("q", "Enter")
        assert t.wait_for_end() == 1
    assert (data / "library.db").read_bytes() == before


def test_in_a_pipe_there_is_only_the_sentence(data):
    said = command(data, "list")
    assert said.returncode == 1
    assert said.stderr.count("\n") == 1
    assert "Traceback" not in said.stderr


def test_the_doctor_says_it_and_mends_it(data):
    said = command(data, "doctor")
    assert said.returncode == 1
    assert "doctor --mend" in said.stdout
    assert command(data, "doctor", "--mend", "--yes").returncode == 0
    assert "all sound" in command(data, "doctor").stdout
    library = Library(data)
    assert library.open(library.daily(TODAY).id).text == WORDS
    library.close()


def test_nothing_is_mended_unasked(data):
    before = (data / "library.db").read_bytes()
    said = command(data, "doctor", "--mend")
    assert said.returncode == 1
    assert "a new one is made of everything that can still be read" in said.stdout
    assert (data / "library.db").read_bytes() == before
    with Terminal((*APP, "--data-dir", data, "doctor", "--mend"), columns=140) as t:
        t.wait_for("Do that?")
        t.send("y", "Enter")
        assert t.wait_for_end() == 0
        assert "from the backup" in words(t.screen)
    assert command(data, "doctor", "--mend").stdout.startswith("The library is sound; there is nothing to mend.\n")


def test_at_the_start_it_can_be_mended_too(data):
    """Here the beginning of the file is ruined, and the rest as it was: the backup has less."""
    backup = Backups(data / "library.db").newest_good()
    whole = backup.file.read_bytes()
    (data / "library.db").write_bytes(b"\xa5" * 100 + whole[100:])
    backup.file.unlink()
    with Terminal((*APP, "--data-dir", data), columns=140) as t:
        t.wait_for("What now?")
        assert "restore" not in t.screen
        t.send("m", "Enter")
        t.wait_for(WORDS)
        t.send("Ctrl+Q")
        t.wait_for_end()
    assert todays_loom(data).text == WORDS


def test_a_library_of_a_newer_version_is_not_mended_at_the_start_but_set_aside(data):
    ruined = bytearray(Backups(data / "library.db").newest_good().file.read_bytes())
    ruined[60:64] = (99).to_bytes(4, "big")
    (data / "library.db").write_bytes(ruined)
    with Terminal((*APP, "--data-dir", data), columns=140) as t:
        t.wait_for("What now?")
        assert "newer version" in t.screen
        assert "mend it" not in t.screen
        t.send("e", "Enter")
        t.wait_for("^Q quit")
        t.send("Ctrl+Q")
        t.wait_for_end()
    (aside,) = data.glob("library.damaged-*.db")
    assert aside.read_bytes() == bytes(ruined)
    assert todays_loom(data).text == ""


def test_a_backup_that_was_restored_is_what_is_written_on(data):
    assert command(data, "doctor", "--mend", "--yes").returncode == 0
    with Terminal((*APP, "--data-dir", data)) as t:
        t.wait_for("Tab branches")
        t.send("Ctrl+E", " And more.")
        t.wait_for("And more.")
        t.send("Ctrl+Q")
        t.wait_for_end()
    assert todays_loom(data).text.endswith("And more.")


@pytest.mark.parametrize("words", ["list", "provenance 1", "export 1", "notes", "replay 1 1", "lens 1 1"])
def test_every_command_says_in_one_sentence_what_it_cannot_read(tmp_path, words):
    library = Library(tmp_path)
    library.daily(TODAY)
    library.close()
    with closing(sqlite3.connect(library.file)) as connection:
        connection.execute("UPDATE looms SET title = x'ff'")
        connection.execute("INSERT INTO tool_notes VALUES (1, 0.0, '', x'ff', x'ff')")
        connection.commit()
    said = CliRunner().invoke(cli, ["--data-dir", str(tmp_path), *words.split()])
    assert said.exit_code == 1
    assert said.output == f"Error: {library.file} is damaged; `cyborg-tui doctor` says more and mends it.\n"
