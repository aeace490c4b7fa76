"""A text file as it is: opened, edited, written back byte for byte, and never at another program's cost."""

import errno
import os
import resource
import signal
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyborg_tui.textfile import ChangedOutsideError, TextFile, TextFileError

NOBODY = 65534
ODD = (
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n",
    b"\r",
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc3",
    "é🧑‍🚀\u2028\x0c".encode(),
    b"word ",
)
FILES = st.lists(st.sampled_from(ODD) | st.binary(max_size=4), max_size=20).map(b"".join)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "letter.txt"


def write(path, text):
    file = TextFile.open(path)
    written = file.write(text)
    assert TextFile.open(path).text == text
    return written


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(FILES)
def test_any_file_opened_and_saved_is_the_same_to_the_byte(path, data):
    path.write_bytes(data)
    file = TextFile.open(path)
    assert not file.write(file.text)
    assert path.read_bytes() == data


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(FILES, FILES)
def test_an_edit_changes_no_other_byte(path, before, after):
    before, after = before.replace(b"|", b""), after.replace(b"|", b"")
    path.write_bytes(before + b"|" + after)
    file = TextFile.open(path)
    file.write(file.text.replace("|", "|new"))
    assert path.read_bytes() == before + b"|new" + after


def test_a_mark_and_windows_ends_of_lines_are_out_of_sight_and_come_back(path):
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    assert TextFile.open(path).text == "one\ntwo\n"
    write(path, "one\ntwo\nthree\n")
    assert path.read_bytes() == b"\xef\xbb\xbfone\r\ntwo\r\nthree\r\n"


def test_mixed_ends_of_lines_stay_what_they_are(path):
    path.write_bytes(b"one\r\ntwo\nthree\rfour")
    assert TextFile.open(path).text == "one\r\ntwo\nthree\rfour"


def test_bytes_that_are_no_utf8_survive_beside_surrogates_that_stand_for_no_byte(path):
    path.write_bytes(b"caf\xe9")
    file = TextFile.open(path)
    file.write(file.text + "\ud83d!")
    assert path.read_bytes() == b"caf\xe9\xed\xa0\xbd!"


def test_a_file_that_does_not_exist_yet_is_empty_and_made_on_saving(path):
    assert TextFile.open(path).text == ""
    assert write(path, "hello")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_an_unchanged_text_leaves_the_file_alone(path):
    path.write_text("as it is")
    before = path.stat()
    assert not write(path, "as it is")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_permissions_are_kept_and_the_time_is_now(path):
    path.write_text("private")
    path.chmod(0o640)
    os.utime(path, (1, 1))
    write(path, "still private")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.stat().st_mtime > 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_is_kept(path):
    path.write_text("hers")
    os.chown(path, 1234, 5678)
    write(path, "still hers")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 5678)


def test_a_link_stays_a_link(tmp_path, path):
    path.write_text("far")
    link = tmp_path / "link.txt"
    link.symlink_to(path)
    write(link, "farther")
    assert link.is_symlink()
    assert path.read_text() == "farther"


def test_a_file_with_two_names_keeps_both(tmp_path, path):
    path.write_text("one text")
    other = tmp_path / "other.txt"
    os.link(path, other)
    write(path, "one")
    assert other.read_text() == "one"


def test_nothing_is_left_lying_beside_the_file(path):
    write(path, "a")
    write(path, "b")
    assert [entry.name for entry in path.parent.iterdir()] == ["letter.txt"]


def test_what_another_program_wrote_meanwhile_is_not_overwritten(path):
    path.write_text("mine")
    file = TextFile.open(path)
    path.write_text("theirs")
    with pytest.raises(ChangedOutsideError, match="changed by another program"):
        file.write("mine, edited")
    assert path.read_text() == "theirs"


def test_what_another_program_made_meanwhile_is_not_overwritten(path):
    file = TextFile.open(path)
    path.write_text("theirs")
    with pytest.raises(ChangedOutsideError):
        file.write("mine")
    assert path.read_text() == "theirs"


def test_a_touch_is_no_change(path):
    path.write_text("mine")
    file = TextFile.open(path)
    os.utime(path, (1, 1))
    assert file.write("mine, edited")
    assert file.write("mine, edited twice")


def test_the_digest_tells_a_file_as_it_was_from_a_changed_one(path):
    assert TextFile.open(path).digest == ""
    file = TextFile.open(path)
    file.write("text")
    assert file.digest == TextFile.open(path).digest != ""
    path.write_text("other")
    assert file.digest != TextFile.open(path).digest


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("folder", "is a folder; name a text file"),
        ("pipe", "is no ordinary file"),
        ("loop", "cannot be read"),
        ("missing/new.txt", "There is no folder"),
        ("huge", "MB can be opened"),
    ],
)
def test_what_is_no_text_file_is_refused_in_one_sentence(tmp_path, name, sentence):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(65 * 2**20)
    with pytest.raises(TextFileError, match=sentence):
        TextFile.open(tmp_path / name)


@pytest.fixture
def nobodys(path):
    """A text file whose folder belongs to somebody who may not write anywhere, as root may."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "letter.txt"
        file.write_text("a longer text")
        if os.geteuid() == 0:
            for owned in (file.parent, file):
                os.chown(owned, NOBODY, NOBODY)
        yield file
        file.parent.chmod(0o755)


def test_a_file_that_may_only_be_read_is_not_replaced(nobodys):
    nobodys.chmod(0o444)
    in_a_child(lambda: TextFile.open(nobodys).write("changed"), "only be read", user=NOBODY)
    assert nobodys.read_text() == "a longer text"


def test_a_file_that_may_not_be_read_is_said(nobodys):
    nobodys.chmod(0)
    in_a_child(lambda: TextFile.open(nobodys), "cannot be read", user=NOBODY)


def test_in_a_folder_that_is_closed_the_file_is_written_in_place(nobodys):
    nobodys.parent.chmod(0o555)
    in_a_child(lambda: TextFile.open(nobodys).write("short"), user=NOBODY)
    assert nobodys.read_text() == "short"
    in_a_child(lambda: TextFile.open(nobodys.with_name("new.txt")).write("new"), "could not be written", user=NOBODY)


def test_a_file_that_was_deleted_meanwhile_is_written_again(path):
    path.write_text("mine")
    file = TextFile.open(path)
    path.unlink()
    assert file.write("mine, edited")
    assert path.read_text() == "mine, edited"


def test_where_the_folder_was_deleted_meanwhile_it_is_said_and_tried_again(tmp_path):
    path = tmp_path / "folder" / "letter.txt"
    path.parent.mkdir()
    path.write_text("mine")
    file = TextFile.open(path)
    path.unlink()
    path.parent.rmdir()
    with pytest.raises(TextFileError, match="could not be written"):
        file.write("mine, edited")
    path.parent.mkdir()
    assert file.write("mine, edited")


@pytest.mark.parametrize("names", [1, 2], ids=["replaced", "in place"])
def test_a_full_disk_leaves_the_old_file_whole(path, names):
    path.write_text("old" * 100)
    if names == 2:
        os.link(path, path.with_name("other.txt"))
    in_a_child(lambda: TextFile.open(path).write("new" * 4096), "is as it was", room=4096)
    assert path.read_text() == "old" * 100
    assert len(list(path.parent.iterdir())) == names
    assert TextFile.open(path).write("new" * 4096), "when there is room again"


def test_a_disk_that_fails_half_way_through_a_shorter_text_leaves_the_old_file_whole(path, monkeypatch):
    """Into the file itself, as it has two names."""
    path.write_text("old" * 100)
    os.link(path, path.with_name("other.txt"))
    failing = iter([OSError(errno.EIO, "Input/output error")])

    def fail_once(descriptor):
        for error in failing:
            raise error

    monkeypatch.setattr("cyborg_tui.textfile.os.fsync", fail_once)
    with pytest.raises(TextFileError, match="Input/output error"):
        TextFile.open(path).write("new")
    assert path.read_text() == "old" * 100


def in_a_child(do, sentence="", *, user=0, room=0):
    """In a process of its own, with the rights of this user if that is possible, and no more than `room` bytes for any
    file, it ends with this sentence."""
    child = os.fork()
    if child == 0:
        try:
            if room:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
            if user and os.geteuid() == 0:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            do()
        except TextFileError as error:
            os._exit(0 if sentence and sentence in str(error) else 2)
        except BaseException:
            os._exit(3)
        os._exit(0 if not sentence else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
