"""The library: everything saved within a second, in a file that only its owner can read."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from datetime import date

import pytest

from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library, LibraryError
from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.settings import FanSettings

MODEL = ModelIdentity("commonplace", "abc")
ODD = "NUL \x00, ESC \x1b, a lone surrogate \ud800, a byte \udcff, \u2028, 👩‍👩‍👧 é\r\n"


def written(library, text):
    row = library.daily(date(2026, 11, 24))
    loom = library.open(row.id)
    loom.write(0, 0, text)
    library.save(row.id, loom.changes())
    return row.id, loom


def test_every_code_point_survives(library, tmp_path):
    id, _ = written(library, ODD)
    library.close()
    again = Library(tmp_path / "data")
    assert again.open(id).text == ODD
    again.close()


def test_a_loom_comes_back_whole(library):
    id, loom = written(library, "Once upon a time")
    fan = loom.fan(MODEL, FanSettings(width=2), seed=7)
    for branch, text in zip(fan.branches, (" there was", " I sat"), strict=True):
        loom.grow(branch, text, 0, (TokenRecord(5, len(text), -0.5),), seed=9)
        loom.finish(branch, Finish.TOKENS)
    loom.take(fan.branches[1], upto=2)
    loom.write(3, 4, "!")
    library.save(id, loom.changes())
    library.flush()
    again = library.open(id)
    assert again.text == loom.text
    assert list(again.tree) == list(loom.tree) or {n.id: n for n in again.tree} == {n.id: n for n in loom.tree}
    assert again.tree.fans == loom.tree.fans
    assert again.tree.branches(fan.id) == loom.tree.branches(fan.id)
    assert again.cursor == loom.cursor


def test_a_branch_that_was_growing_when_the_app_stopped_was_interrupted(library):
    id, loom = written(library, "Once")
    fan = loom.fan(MODEL, FanSettings(width=1), seed=7)
    loom.grow(fan.branches[0], " upon", 0, (TokenRecord(5, 5, -0.5),), seed=9)
    library.save(id, loom.changes())
    library.flush()
    assert library.open(id).tree.branch(fan.branches[0]).finish is Finish.INTERRUPTED


def test_another_process_sees_it_within_a_second(library):
    id, _ = written(library, "Seen at once.")
    time.sleep(1)
    other = sqlite3.connect(library.file)
    assert other.execute("SELECT count(*) FROM nodes WHERE loom = ?", (id,)).fetchone()[0] == 2
    other.close()


WRITER = """
import sys, time
from datetime import date
from pathlib import Path
from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library
library = Library(Path(sys.argv[1]))
row = library.daily(date(2026, 11, 24))
loom = library.open(row.id)
for number in range(10_000):
    loom.write(len(loom.text), len(loom.text), f"{time.time()}\\n")
    library.save(row.id, loom.changes())
    print(flush=True)
    time.sleep(0.01)
"""


def test_killed_at_any_moment_everything_older_than_a_second_is_there(tmp_path):
    for wait in (0.3, 0.9, 1.4):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        writer.stdout.readline()
        time.sleep(wait)
        os.kill(writer.pid, signal.SIGKILL)
        killed = time.time()
        writer.communicate()
        library = Library(tmp_path)
        lines = library.open(library.daily(date(2026, 11, 24)).id).text.splitlines()
        library.close()
        assert examine(library.file).faults == ()
        if wait > 1:
            assert killed - float(lines[-1]) < 1


def test_only_the_owner_can_read_it(tmp_path):
    mask = os.umask(0)
    try:
        library = Library(tmp_path / "new")
        written(library, "Private.")
        library.flush()
        files = list((tmp_path / "new").iterdir())
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
        assert all(stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600) for file in files)
        library.close()
    finally:
        os.umask(mask)


def test_changes_are_kept_and_tried_again_while_the_disk_refuses(tmp_path):
    library = Library(tmp_path)
    said = []
    library.on_state = said.append
    blocker = sqlite3.connect(tmp_path / "library.db", isolation_level=None)
    row = library.daily(date(2026, 11, 24))
    blocker.execute("BEGIN IMMEDIATE")
    loom = library.open(row.id)
    loom.write(0, 0, "Still here.")
    library.save(row.id, loom.changes())
    assert not library.flush(6)
    assert any("Not saved yet" in text for text in said)
    blocker.execute("ROLLBACK")
    assert library.flush(10)
    assert said[-1] == ""
    assert library.open(row.id).text == "Still here."
    blocker.close()
    library.close()


def test_what_is_no_library_is_left_alone_and_said(tmp_path):
    (tmp_path / "library.db").write_bytes(b"My poems, in plain text, of which there is no copy.\n" * 100)
    with pytest.raises(LibraryError, match="library"):
        Library(tmp_path)
    assert (tmp_path / "library.db").read_bytes().startswith(b"My poems")


def test_a_library_of_a_newer_version_is_left_alone_and_said(tmp_path):
    Library(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "library.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LibraryError, match="newer version"):
        Library(tmp_path)


def test_looms_are_listed_with_the_one_changed_last_first(library):
    first, second = library.daily(date(2026, 11, 23)), library.daily(date(2026, 11, 24))
    loom = library.open(first.id)
    loom.write(0, 0, "Once more.")
    library.save(first.id, loom.changes())
    library.flush()
    assert [row.id for row in library.looms()] == [first.id, second.id]
    assert library.daily(date(2026, 11, 23)).id == first.id
