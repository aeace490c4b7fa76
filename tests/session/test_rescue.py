"""Where a text goes when nothing can be saved and the app must end."""

import stat
import tempfile

import pytest

from cyborg_tui.session.rescue import rescue

ODD = "Words \x00, a lone surrogate \ud83d, a byte \udcff, é.\r\n"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The three that are tried, in their order."""
    folders = [tmp_path / name for name in ("home", "runtime", "temporary")]
    for folder in folders:
        folder.mkdir()
    monkeypatch.setenv("HOME", str(folders[0]))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folders[1]))
    monkeypatch.setattr(tempfile, "tempdir", str(folders[2]))
    return folders


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_the_first_place_that_takes_it_has_it_for_its_owner_alone(places, missing):
    for folder in places[:missing]:
        folder.rmdir()
    copy = rescue("Words.")
    assert copy.is_relative_to(places[missing])
    assert copy.read_text() == "Words."
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    if copy.parent != places[missing]:
        assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


def test_where_nothing_takes_it_that_is_told(places):
    for folder in places:
        folder.rmdir()
    assert rescue("Words.") is None


def test_every_code_point_is_in_it(places):
    assert rescue(ODD).read_bytes() == b"Words \x00, a lone surrogate \xed\xa0\xbd, a byte \xff, \xc3\xa9.\r\n"


def test_two_copies_are_two_files(places):
    assert rescue("One.").read_text() == "One."
    assert sorted(copy.read_text() for copy in {rescue("Two."), *places[0].iterdir()}) == ["One.", "Two."]
