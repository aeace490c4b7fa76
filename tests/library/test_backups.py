"""A backup a day, ten of them; a damaged library is set aside, never written over, and a backup takes its place."""

import contextlib
import fcntl
import os
import random
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from datetime import date, datetime, timedelta

import pytest

from cyborg_tui.library import caretaker
from cyborg_tui.library.aside import begin_empty, restore
from cyborg_tui.library.backups import Backups
from cyborg_tui.library.errors import InUseError, LibraryError, NewerLibraryError, NotALibraryError
from cyborg_tui.library.examination import examine
from cyborg_tui.library.library import Library

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 30)
WORDS = "What was written before the damage. "


def write(library, text, day=DAY):
    row = library.daily(day)
    loom = library.open(row.id)
    loom.write(len(loom.text), len(loom.text), text)
    library.save(row.id, loom.changes())
    assert library.flush(5)


@pytest.fixture
def folder(tmp_path):
    """A closed library of some looms, and no backup yet."""
    library = Library(tmp_path)
    library._caretaker.after_commit = lambda: None
    for number in range(5):
        write(library, WORDS * 300, DAY + timedelta(number))
    library.close()
    return tmp_path


@pytest.fixture
def backed_up(folder):
    assert Backups(folder / "library.db").make(NOW)
    return folder


def until(what, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def test_writing_makes_the_backup_of_the_day_and_only_one(tmp_path):
    library = Library(tmp_path)
    write(library, WORDS)
    backups = Backups(library.file)
    until(backups.all)
    write(library, "More.")
    library.close()
    (backup,) = backups.all()
    assert not backups.problem(backup)
    assert backup.made_at.date() == datetime.now().date()
    assert stat.S_IMODE(backups.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(backup.file.stat().st_mode) == 0o600


@contextlib.contextmanager
def no_room(backups, monkeypatch):
    def make(*_):
        raise LibraryError("No backup could be made (the disk is full).")

    with monkeypatch.context() as patch:
        patch.setattr(Backups, "make", make)
        yield


@contextlib.contextmanager
def another_at_it(backups, _):
    backups.folder.mkdir(mode=0o700)
    descriptor = os.open(backups.folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield
    os.close(descriptor)


@pytest.mark.parametrize("hindrance", [no_room, another_at_it])
def test_what_could_not_be_made_is_made_later(tmp_path, monkeypatch, hindrance):
    monkeypatch.setattr(caretaker, "_RETRY", 0)
    library = Library(tmp_path)
    backups = Backups(library.file)
    with hindrance(backups, monkeypatch):
        write(library, WORDS)
        until(lambda: library._caretaker._not_before)
        assert not backups.all()
    write(library, "More.")
    until(backups.all)
    library.close()


def test_that_a_library_is_damaged_is_said_when_no_backup_can_be_made_of_it(tmp_path, monkeypatch):
    def make(*_):
        raise NotALibraryError("It is damaged, so no backup was made of it.")

    monkeypatch.setattr(Backups, "make", make)
    library = Library(tmp_path)
    write(library, WORDS)
    until(lambda: "doctor" in library._bad_news)
    library.close()


def test_ten_are_kept(folder):
    backups = Backups(folder / "library.db")
    for day in range(13):
        assert backups.make(NOW + timedelta(day))
    kept = [backup.made_at.date() for backup in backups.all()]
    assert kept == [DAY + timedelta(day) for day in range(12, 2, -1)]


def test_a_backup_is_made_while_others_write(folder):
    library = Library(folder)
    library._caretaker.after_commit = lambda: None
    write(library, "Newest words.")
    backup = Backups(library.file).make(NOW)
    library.close()
    restore(backup, folder / "library.db", NOW)
    again = Library(folder)
    assert again.open(again.daily(DAY).id).text.endswith("Newest words.")
    again.close()


def test_an_app_that_ends_leaves_the_backup_that_is_being_made(folder):
    backups = Backups(folder / "library.db")
    assert backups.make(NOW, stop=lambda: True) is None
    assert not list(backups.folder.iterdir())
    assert backups.make(NOW), "the next start makes it"


def test_a_backup_comes_to_its_end_though_others_write_all_the_time(folder, monkeypatch):
    monkeypatch.setattr("cyborg_tui.library.backups._PAGES", 4)
    written = []
    with closing(sqlite3.connect(folder / "library.db", isolation_level=None)) as other:

        def meanwhile():
            written.append(other.execute("UPDATE looms SET cursor = cursor + 1"))
            return len(written) > 200

        assert Backups(folder / "library.db").make(NOW, stop=meanwhile)
    assert len(written) > 2


def test_no_backup_is_made_of_a_damaged_library(backed_up):
    damage(backed_up / "library.db")
    backups = Backups(backed_up / "library.db")
    with pytest.raises(LibraryError):
        backups.make(NOW + timedelta(1))
    assert len(backups.all()) == 1
    assert not list(backups.folder.glob("*.part*"))


def test_a_bad_backup_is_passed_over(backed_up):
    backups = Backups(backed_up / "library.db")
    worse = backups.make(NOW + timedelta(1))
    worse.file.write_bytes(worse.file.read_bytes()[:5000])
    assert backups.problem(worse)
    assert backups.newest_good().made_at == NOW


def damage(file, seed=0):
    """Overwrite much of the file with noise."""
    chance = random.Random(seed)
    data = bytearray(file.read_bytes())
    for _ in range(60):
        at = chance.randrange(len(data))
        data[at : at + 40] = chance.randbytes(len(data[at : at + 40]))
    file.write_bytes(data)
    return bytes(data)


def read_everything(folder):
    """What is said of it; empty if all looms could be opened."""
    said = ""
    try:
        library = Library(folder)
    except LibraryError as error:
        return str(error)
    library._caretaker.after_commit = lambda: None
    try:
        for row in library.looms():
            try:
                library.open(row.id)
            except LibraryError as error:
                said = str(error)
    except LibraryError as error:
        said = str(error)
    finally:
        library.close()
    return said


RUINS = {
    "flipped": lambda data: bytes(byte ^ 0x55 if at % 37 == 0 else byte for at, byte in enumerate(data)),
    "truncated": lambda data: data[: len(data) // 3],
    "emptied": lambda data: b"",
    "a text": lambda data: b"Dear diary, this is no database. " * 200,
}


@pytest.mark.parametrize("ruin", RUINS)
def test_a_ruined_library_is_left_as_it_is_until_one_is_asked(backed_up, ruin):
    file = backed_up / "library.db"
    ruined = RUINS[ruin](file.read_bytes())
    file.write_bytes(ruined)
    assert read_everything(backed_up)
    assert file.read_bytes() == ruined
    aside = restore(Backups(file).newest_good(), file, NOW)
    assert aside.read_bytes() == ruined
    library = Library(backed_up)
    assert library.open(library.daily(DAY).id).text == WORDS * 300
    library.close()


def test_a_library_of_a_newer_version_is_left_as_it_is(folder):
    file = folder / "library.db"
    data = bytearray(file.read_bytes())
    data[60:64] = (99).to_bytes(4, "big")
    file.write_bytes(data)
    with pytest.raises(NewerLibraryError, match="newer version"):
        Library(folder)
    assert file.read_bytes() == bytes(data)


def test_a_library_that_is_gone_is_not_begun_anew_where_there_are_backups(backed_up):
    (backed_up / "library.db").unlink()
    with pytest.raises(NotALibraryError, match="there are backups"):
        Library(backed_up)


def test_an_empty_one_is_begun_if_that_is_wanted(folder):
    file = folder / "library.db"
    before = damage(file)
    aside = begin_empty(file, NOW)
    assert aside.read_bytes() == before
    library = Library(folder)
    assert library.looms() == []
    library.close()


def test_nothing_is_exchanged_under_a_window_that_is_open(backed_up):
    library = Library(backed_up)
    library.claim(1)
    with pytest.raises(InUseError):
        restore(Backups(library.file).newest_good(), library.file, NOW)
    library.close()


@pytest.mark.parametrize("seed", range(40))
def test_no_damage_ends_in_anything_but_a_sentence(backed_up, seed):
    file = backed_up / "library.db"
    chance = random.Random(seed)
    data = bytearray(file.read_bytes())
    for _ in range(chance.choice((1, 3, 30))):
        at = chance.randrange(len(data))
        data[at] ^= 1 << chance.randrange(8)
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)) :]
    file.write_bytes(data)
    examine(file)
    assert "\n" not in read_everything(backed_up)
    restore(Backups(file).newest_good(), file, NOW)
    assert examine(file).faults == ()


LEAVE = """
import os, sys
from pathlib import Path
from cyborg_tui.library.library import Library
Library(Path(sys.argv[1])).claim(1)
os._exit(9)
"""


def test_after_an_unclean_exit_the_file_is_looked_at_and_only_bad_news_is_said(folder, monkeypatch):
    looked = []
    monkeypatch.setattr("cyborg_tui.library.caretaker.Caretaker._quick_check", lambda self: looked.append(True))
    Library(folder).close()
    assert not looked, "a clean exit"
    subprocess.run([sys.executable, "-c", LEAVE, os.fspath(folder)], check=False)
    library = Library(folder)
    library.close()
    assert looked == [True]


def test_bad_news_comes_in_one_sentence(folder):
    subprocess.run([sys.executable, "-c", LEAVE, os.fspath(folder)], check=False)
    file = folder / "library.db"
    data = bytearray(file.read_bytes())
    data[-6000:-4000] = b"\xff" * 2000
    file.write_bytes(data)
    said = []
    library = Library(folder)
    library.on_state = said.append
    until(lambda: said or library._bad_news)
    assert "doctor" in library._bad_news
    library.close()
