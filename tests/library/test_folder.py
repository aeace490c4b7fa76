"""The folder of the library is for its owner alone, and a folder that others use too stays as it is."""

import stat

import pytest

from cyborg_tui.library.folder import private_file, private_folder


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def opened(folder, *names):
    folder.mkdir()
    for name in names:
        (folder / name).touch()
    folder.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    "names",
    [
        (),
        ("library.db", "library.db-wal", "library.claim-1", "library.clipboard.txt", "backups"),
        ("library.db", "engine.log", "engine-beside.log", "engine.cache", "models", "vectors"),
    ],
)
def test_one_that_was_open_is_closed_if_only_the_app_keeps_files_there(tmp_path, names):
    folder = opened(tmp_path / "data", *names)
    private_folder(folder)
    assert mode(folder) == 0o700


@pytest.mark.parametrize("names", [("library.db", "letters.txt"), ("models",), ("enginery",), ("library",)])
def test_one_with_anything_else_in_it_stays_as_it_is(tmp_path, names):
    folder = opened(tmp_path / "shared", *names)
    private_folder(folder)
    assert mode(folder) == 0o755


def test_one_that_is_missing_is_made_with_what_is_missing_above_it(tmp_path):
    private_folder(tmp_path / "some" / "where")
    assert (mode(tmp_path / "some"), mode(tmp_path / "some" / "where")) == (0o700, 0o700)


def test_a_file_that_others_could_read_is_closed_and_keeps_what_it_has(tmp_path):
    file = tmp_path / "library.db"
    file.write_text("Once")
    file.chmod(0o644)
    private_file(file)
    assert (mode(file), file.read_text()) == (0o600, "Once")
