"""A text file as it is: opened, edited, written back byte for byte, and never at another program's cost."""

import os
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyborg_tui.textfile import ChangedOutsideError, TextFile, TextFileError

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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_may_only_be_read_is_not_replaced(path):
    path.write_text("fixed")
    path.chmod(0o444)
    with pytest.raises(TextFileError, match="only be read"):
        TextFile.open(path).write("changed")
    assert path.read_text() == "fixed"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_in_a_folder_that_is_closed_the_file_is_written_in_place(path):
    path.write_text("a longer text")
    path.parent.chmod(0o555)
    try:
        assert write(path, "short")
    finally:
        path.parent.chmod(0o755)


def test_a_full_disk_leaves_the_old_file_whole(path):
    """In a process of its own, which may write no more than 4 kB into any file."""
    path.write_text("old")
    child = os.fork()
    if child == 0:
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        try:
            TextFile.open(path).write("new" * 4096)
        except TextFileError as error:
            os._exit(0 if "your text is safe" in str(error) else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert path.read_text() == "old"
    assert len(list(path.parent.iterdir())) == 1
