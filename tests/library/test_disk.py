"""The disk refuses, or the file is deleted under the app: said, tried again, and nothing is lost."""

import errno
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cyborg_tui.library import writer
from cyborg_tui.library.errors import LibraryError
from cyborg_tui.library.examination import examine
from cyborg_tui.library.holding import Holding
from cyborg_tui.library.library import Library
from cyborg_tui.loom.fan import ModelIdentity, TokenRecord
from cyborg_tui.loom.score import Score, Scorer

DAY = date(2026, 11, 24)
NOBODY = 65534


@pytest.fixture
def open_library(tmp_path):
    """A library in use, its one loom, and what it says."""
    library = Library(tmp_path / "data")
    said = []
    library.on_state = said.append
    library._caretaker.after_commit = lambda: None
    row = library.daily(DAY)
    loom = library.open(row.id)
    yield library, loom, said
    library.close()


def write(library, loom, text):
    loom.write(len(loom.text), len(loom.text), text)
    library.save(1, loom.changes())


def text_in(folder):
    """As the next start sees it."""
    other = Library(folder)
    other._caretaker.after_commit = lambda: None
    try:
        return other.open(other.daily(DAY).id).text
    finally:
        other.close()


GONE = {
    "the file": lambda folder: (folder / "library.db").unlink(),
    "all that begins with library": lambda folder: [file.unlink() for file in folder.glob("library*")],
    "the folder": shutil.rmtree,
}


@pytest.mark.parametrize("gone", GONE)
def test_what_is_deleted_meanwhile_is_written_again_with_every_word(open_library, gone):
    library, loom, _ = open_library
    write(library, loom, "Before. ")
    assert library.flush(5)
    GONE[gone](library.file.parent)
    write(library, loom, "After. ")
    assert library.flush(5)
    assert text_in(library.file.parent) == "Before. After. "
    write(library, loom, "And on.")
    assert library.flush(5)
    assert text_in(library.file.parent) == "Before. After. And on."
    assert library.open(1).text == "Before. After. And on.", "here too"
    assert examine(library.file).faults == ()
    assert stat.S_IMODE(library.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(library.file.parent.stat().st_mode) == 0o700


def test_what_is_deleted_and_cannot_be_written_again_at_once_is_kept_until_it_can_be(open_library, monkeypatch):
    library, loom, _ = open_library
    write(library, loom, "Before. ")
    assert library.flush(5)
    real, fails = Holding._write_again, [OSError(errno.ENOSPC, "No space left on device")]

    def write_again(holding):
        if fails:
            raise fails.pop()
        real(holding)

    monkeypatch.setattr(Holding, "_write_again", write_again)
    library.file.unlink()
    write(library, loom, "After.")
    assert library.flush(5)
    assert text_in(library.file.parent) == "Before. After."


def test_another_file_in_its_place_is_left_alone_and_it_goes_on_when_that_is_gone(open_library):
    library, loom, said = open_library
    write(library, loom, "Before. ")
    assert library.flush(5)
    mine = library.file.with_name("mine.db")
    library.file.rename(mine)
    library.file.write_bytes(b"Another program's.")
    write(library, loom, "After.")
    assert not library.flush(0.5)
    assert "exchanged for another file" in said[-1]
    assert library.file.read_bytes() == b"Another program's."
    mine.replace(library.file)
    assert library.flush(5)
    assert said[-1] == ""
    assert text_in(library.file.parent) == "Before. After."


def test_what_is_deleted_in_the_middle_of_a_commit_is_written_again_and_nothing_twice(open_library, monkeypatch):
    library, loom, said = open_library
    write(library, loom, "Before. ")
    assert library.flush(5)
    real, files = writer.index_nodes, [library.file]

    def index_nodes(*arguments, **options):
        while files:
            files.pop().unlink()
        return real(*arguments, **options)

    monkeypatch.setattr(writer, "index_nodes", index_nodes)
    write(library, loom, "Much of it. " * 10_000)
    assert library.flush(10)
    assert any("its file was deleted" in sentence for sentence in said)
    assert text_in(library.file.parent) == loom.text
    with closing(sqlite3.connect(library.file)) as connection:
        edits = connection.execute("SELECT count(*) FROM events WHERE kind = 'edited'").fetchone()[0]
        chunks = connection.execute("SELECT sum(length(text)) FROM chunks").fetchone()[0]
    assert edits == 2
    assert chunks == len(loom.text)


FULL = """
import os, resource, signal, sys, time
from datetime import date
from pathlib import Path
from cyborg_tui.library.library import Library

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
library = Library(Path(sys.argv[1]))
library._caretaker.after_commit = lambda: None
library.on_state = lambda state: print(state, flush=True)
row = library.daily(date(2026, 11, 24))
loom = library.open(row.id)

def write(text):
    loom.write(len(loom.text), len(loom.text), text)
    library.save(row.id, loom.changes())

write("Before. ")
assert library.flush(5)
size = library.file.with_name("library.db-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
write("Much. " * 5000)
assert not library.flush(0.5)
print("full", flush=True)
sys.stdin.readline()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
write("After.")
assert library.flush(5)
print("saved", flush=True)
library.close()
"""


@pytest.fixture
def full(tmp_path):
    """A process for whose file there is no more room, until it reads a line."""
    command = [sys.executable, "-c", FULL, os.fspath(tmp_path / "data")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    said = []
    while not said or said[-1] != "full\n":
        said.append(process.stdout.readline())
        assert said[-1], "ended"
    yield process, said
    process.kill()
    process.communicate()


def test_without_room_it_is_said_and_saved_by_itself_when_there_is_some_again(tmp_path, full):
    process, said = full
    assert any(sentence.startswith("Not saved yet: the disk") for sentence in said)
    assert text_in(tmp_path / "data") == "Before. ", "the file is as it was"
    assert "saved" in process.communicate("\n")[0]
    assert text_in(tmp_path / "data") == "Before. " + "Much. " * 5000 + "After."


def test_ended_while_there_is_no_room_what_was_saved_before_is_there(tmp_path, full):
    full[0].send_signal(signal.SIGKILL)
    full[0].wait()
    assert text_in(tmp_path / "data") == "Before. "
    assert examine(tmp_path / "data" / "library.db").faults == ()


@pytest.fixture
def nobodys():
    """The folder of a library of somebody who may not write anywhere, as root may."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        library = Library(folder)
        library._caretaker.after_commit = lambda: None
        write(library, library.open(library.daily(DAY).id), "Kept.")
        library.close()
        if os.geteuid() == 0:
            for path in (folder.parent, folder, folder / "library.db"):
                os.chown(path, NOBODY, NOBODY)
        yield folder
        folder.chmod(0o700)


FORBIDDEN = {
    "the folder may only be read": (0o500, 0o400),
    "the folder is closed": (0, 0o600),
    "the file may not be read": (0o700, 0),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_is_not_allowed_is_said_in_a_sentence_and_the_file_is_as_it_was(nobodys, what):
    file = nobodys / "library.db"
    before = file.read_bytes()
    of_folder, of_file = FORBIDDEN[what]
    file.chmod(of_file)
    nobodys.chmod(of_folder)
    child = os.fork()
    if child == 0:
        code = 3
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            Library(nobodys)
        except LibraryError as error:
            code = 0 if str(nobodys) in str(error) and "\n" not in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    nobodys.chmod(0o700)
    file.chmod(0o600)
    assert file.read_bytes() == before


def test_a_loom_is_not_handed_over_while_its_changes_cannot_be_saved(open_library):
    library, loom, _ = open_library
    library.claim(1)
    other = Library(library.file.parent)
    with closing(sqlite3.connect(library.file, isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        write(library, loom, "Not saved yet.")
        assert not library.flush(3)
        library.release(1)
        assert not other.claim(1)
    assert library.flush(5)
    library.release(1)
    assert other.claim(1)
    assert other.open(1).text == "Not saved yet."
    other.close()


def test_of_what_changes_while_a_commit_fails_the_newest_is_kept(open_library):
    """A commit waits two seconds for others before it fails."""
    library, loom, said = open_library
    old = Score((TokenRecord(1, 4, -1.0),), b"")
    new, scorer = replace(old, lead=1), Scorer(ModelIdentity("commonplace", "abc"), 1024)
    with closing(sqlite3.connect(library.file, isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        write(library, loom, "One. ")
        library.remember_file(1, "one")
        library.save_score(1, b"key", old, scorer)
        until(lambda: library._writer._batch.nodes and not library._writer._pending.nodes)
        assert library.score(1, b"key") == old
        write(library, loom, "Two.")
        library.remember_file(1, "two")
        library.save_score(1, b"key", new, scorer)
        assert library.score(1, b"key") == new
        until(lambda: said)
        assert "Not saved yet" in said[0]
        assert library.score(1, b"key") == new
    assert library.flush(5)
    assert text_in(library.file.parent) == "One. Two."
    assert library.loom(1).digest == "two"
    assert library.score(1, b"key") == new
    with closing(sqlite3.connect(library.file)) as connection:
        assert connection.execute("SELECT count(*) FROM events WHERE kind = 'edited'").fetchone() == (2,)


def until(what, seconds=10):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_a_save_does_not_wait_for_the_backup(open_library, monkeypatch):
    """The backup of a large library takes as long as it takes; meanwhile everything is committed as ever."""
    library, loom, _ = open_library
    write(library, loom, "Before. ")
    library.flush(5)
    monkeypatch.setattr("cyborg_tui.library.backups.quick_check", lambda connection: time.sleep(3) or "ok")
    library._caretaker._start(library._caretaker._back_up)
    begun = time.monotonic()
    write(library, loom, "After.")
    assert library.flush(2)
    assert time.monotonic() - begun < 2
    assert any(thread.is_alive() for thread in library._caretaker._threads), "the backup is still being made"
    with closing(sqlite3.connect(library.file)) as connection:
        assert connection.execute("SELECT count(*) FROM nodes").fetchone()[0] >= 2
