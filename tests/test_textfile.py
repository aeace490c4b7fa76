"""A person's text file: every byte that is not edited is written back as it was."""

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.textfile import TextFile, TextFileError

ends = st.sampled_from([b"\n", b"\r\n", b"\r", b"", b"\xff", b"\x00", "\u2028".encode(), b"\x0c"])
contents = st.lists(st.tuples(st.one_of(st.binary(max_size=6), st.text(max_size=6).map(str.encode)), ends)).map(
    lambda parts: b"".join(text + end for text, end in parts)
)


@given(contents, st.booleans())
def test_an_untouched_file_comes_back_byte_for_byte(tmp_path_factory, content, bom):
    path = tmp_path_factory.mktemp("files") / "a.txt"
    content = (b"\xef\xbb\xbf" if bom else b"") + content
    path.write_bytes(content)
    file = TextFile.open(path)
    assert not file.write(file.text)
    text, file.text = file.text, "something else"
    assert file.write(text)
    assert path.read_bytes() == content


def test_permissions_are_kept_and_links_followed(tmp_path):
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    file = TextFile.open(link)
    file.write("new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.txt", "real.txt"]


def test_a_new_file_is_made_as_the_umask_says(tmp_path):
    mask = os.umask(0o027)
    try:
        TextFile.open(tmp_path / "new.txt").write("x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new.txt").stat().st_mode) == 0o640


def test_a_folder_is_no_text_file(tmp_path):
    with pytest.raises(TextFileError, match="is a folder"):
        TextFile.open(tmp_path)
