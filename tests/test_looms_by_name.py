"""LOOM on the command line: a number, a text file, a title or a part of one."""

from contextlib import closing
from datetime import date

import pytest
from click.testing import CliRunner

from cyborg_tui.cli import cli
from cyborg_tui.commands.naming import find_loom
from cyborg_tui.library.errors import LibraryError
from cyborg_tui.library.library import Library
from tests.terminal import APP, Terminal


@pytest.fixture
def library(tmp_path):
    """Looms 1 and 2 of two days, 3 and 4 of files of one name in two folders, 5 of a file whose name is a number."""
    with closing(Library(tmp_path / "data")) as library:
        library.daily(date(2026, 11, 24))
        library.daily(date(2026, 11, 25))
        for name in ("here/Sea.txt", "there/sea.txt", "1984"):
            library.for_file(tmp_path / name)
        yield library


@pytest.mark.parametrize(
    ("name", "loom"),
    [
        ("2", 2),
        ("Tuesday 24 November 2026", 1),
        ("tuesday 24 NOVEMBER 2026", 1),
        ("wednesday", 2),
        ("1984", 5),
        ("there/sea.txt", 4),
        ("here/../there/sea.txt", 4),
    ],
)
def test_a_loom_goes_by_its_number_its_title_a_part_of_it_and_its_file(library, tmp_path, monkeypatch, name, loom):
    monkeypatch.chdir(tmp_path)
    assert find_loom(library, name).id == loom


def test_where_a_name_is_all_of_one_title_it_is_no_part_of_another(library, tmp_path):
    library.for_file(tmp_path / "1984 again")
    assert find_loom(library, "1984").id == 5


def test_a_file_of_that_name_goes_before_a_number(library, tmp_path, monkeypatch):
    here = library.for_file(tmp_path / "2")
    monkeypatch.chdir(tmp_path)
    assert find_loom(library, "2") == here
    monkeypatch.chdir("/")
    assert find_loom(library, "2").id == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sea.txt", "2 looms may be meant by sea.txt: 4 “sea.txt”, 3 “Sea.txt”; name one by its number."),
        ("2026", "2 looms may be meant by 2026: 2 “Wednesday 25 November 2026”, 1 “Tuesday 24 November 2026”;"),
        ("7", "There is no loom 7; `cyborg-tui list` shows those there are."),
        ("9" * 30, "No loom has the title or the file 9"),
        ("the lake", "No loom has the title or the file the lake; `cyborg-tui list` shows those there are."),
        ("", "No loom has the title or the file"),
    ],
)
def test_what_means_no_loom_or_several_is_told_in_a_sentence(library, name, said):
    with pytest.raises(LibraryError) as told:
        find_loom(library, name)
    assert str(told.value).startswith(said)


def test_of_many_that_may_be_meant_some_are_told(library):
    for day in range(1, 11):
        library.daily(date(2025, 1, day))
    with pytest.raises(LibraryError, match=r"^10 looms may be meant by january: (\d+ “[^”]+”(, )?){4} and 6 more"):
        find_loom(library, "january")


@pytest.mark.parametrize(
    "words",
    ["provenance wednesday", "export wednesday", "lens wednesday 1", "replay wednesday 1"],
)
def test_every_command_that_takes_a_loom_takes_its_name(library, tmp_path, words):
    library.close()
    ran = CliRunner().invoke(cli, ["--data-dir", str(tmp_path / "data"), *words.split()])
    of_a_fan = words.endswith("1")
    assert ran.exit_code == int(of_a_fan), ran.output
    assert ("“Wednesday 25 November 2026” has no fan 1" in ran.output) is of_a_fan


def test_the_app_opens_and_plays_back_what_is_named(library, tmp_path):
    library.close()
    app = (*APP, "--data-dir", tmp_path / "data")
    with Terminal((*app, "--loom", "wednesday")) as t:
        t.wait_for("Wednesday 25 November 2026")
    with Terminal((*app, "replay", "wednesday")) as t:
        t.wait_for("replay · ")
    with Terminal((*app, "--loom", "2026")) as t:
        t.wait_for("2 looms may be meant by 2026")
        assert t.wait_for_end() == 1
