"""A loom that is the text of a file: nothing is lost on either side."""

import pytest

from cyborg_tui.loom.fan import Finish, ModelIdentity
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session import Session
from cyborg_tui.textfile import ChangedOutsideError, TextFileError


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "essay.txt"
    file.write_text("One line.\nAnother.\n")
    return file


@pytest.fixture
def open_file(library, file):
    def open_it():
        return Session(library.for_file(file), library, FanSettings(), lambda: None)

    return open_it


def test_the_file_is_the_manuscript_and_the_person_wrote_it(open_file):
    session = open_file()
    assert session.loom.text == "One line.\nAnother.\n"
    assert session.person_share == 1


def test_it_is_written_on_saving_and_on_leaving_and_only_if_changed(open_file, file):
    session = open_file()
    before = file.stat().st_mtime_ns
    assert not session.save_file()
    assert file.stat().st_mtime_ns == before
    session.edit(0, 0, "Well: ")
    assert session.file_is_behind
    assert session.save_file()
    assert not session.file_is_behind
    assert file.read_text() == "Well: One line.\nAnother.\n"
    session.edit(0, 0, "Now. ")
    assert session.leave() == ""
    assert file.read_text() == "Now. Well: One line.\nAnother.\n"


def test_changed_outside_the_new_text_comes_in_and_the_old_stays_in_the_tree(open_file, file):
    session = open_file()
    session.edit(0, 0, "Well: ")
    session.leave()
    file.write_text("Well: One line.\nQuite another.\n")
    session = open_file()
    assert session.changed_outside
    assert session.loom.text == "Well: One line.\nQuite another.\n"
    assert session.undo()
    assert session.loom.text == "Well: One line.\nAnother.\n"


def test_words_that_were_not_written_to_the_file_yet_are_not_lost(library, open_file, file):
    """The line dropped before Ctrl+S: the loom is ahead of its file, which nobody else touched."""
    session = open_file()
    session.edit(0, 0, "Not yet in the file. ")
    library.release(session.row.id)
    again = open_file()
    assert not again.changed_outside
    assert again.loom.text == "Not yet in the file. One line.\nAnother.\n"
    again.leave()
    assert file.read_text() == again.loom.text


def test_a_file_that_is_gone_does_not_empty_the_loom(open_file, file):
    session = open_file()
    session.leave()
    file.unlink()
    again = open_file()
    assert again.loom.text == "One line.\nAnother.\n"
    again.edit(0, 0, "Still: ")
    assert again.save_file()
    assert file.read_text() == "Still: One line.\nAnother.\n"


def test_changed_meanwhile_it_is_not_overwritten_and_leaving_says_so(open_file, file):
    session = open_file()
    session.edit(0, 0, "Mine: ")
    file.write_text("Theirs.")
    with pytest.raises(ChangedOutsideError, match="was changed by another program"):
        session.save_file()
    assert "was changed by another program" in session.leave()
    assert file.read_text() == "Theirs."


def test_a_daily_loom_can_be_kept_in_a_file(library, tmp_path, day):
    session = Session(library.daily(day), library, FanSettings(), lambda: None)
    session.edit(0, 0, "Dear diary.")
    assert session.file is None
    new = tmp_path / "diary.txt"
    session.keep_in_file(str(new))
    assert session.file == new
    assert new.read_text() == "Dear diary."
    session.edit(0, 0, "Oh, ")
    session.leave()
    assert new.read_text() == "Oh, Dear diary."
    assert library.for_file(new).id == library.daily(day).id


def test_a_file_that_is_there_already_is_not_overwritten(library, file, tmp_path, day):
    session = Session(library.daily(day), library, FanSettings(), lambda: None)
    session.edit(0, 0, "Dear diary.")
    for path, says in (
        (file, "There is already a file"),
        (tmp_path / "none" / "x.txt", "no folder"),
        (f"{tmp_path}/notes/", "names a folder"),
    ):
        with pytest.raises(TextFileError, match=says):
            session.keep_in_file(str(path))
    assert file.read_text() == "One line.\nAnother.\n"
    assert session.file is None


def test_a_folder_is_refused_in_a_sentence(library, tmp_path):
    with pytest.raises(TextFileError, match="is a folder"):
        Session(library.for_file(tmp_path), library, FanSettings(), lambda: None)


def test_changed_outside_in_many_places_the_other_words_keep_their_authors(open_file, file):
    session = open_file()
    loom = session.loom
    loom.move_cursor(len(loom.text))
    fan = loom.fan(ModelIdentity("commonplace", "abc"), FanSettings(width=1), seed=1)
    loom.grow(fan.branches[0], "The sea lay still, and the lamp was out.", 0, (), 1)
    loom.finish(fan.branches[0], Finish.TOKENS)
    loom.take(fan.branches[0])
    session.leave()
    file.write_text("Our line.\nAnother.\nThe sea lay quite still, and the lamp was lit.")
    again = open_file()
    assert again.loom.text == file.read_text()
    typed = [piece.text for piece in again.loom.manuscript.pieces if piece.branch is None]
    assert "".join(typed) == "Our line.\nAnother.\nquite li", "the t was there already"
    assert again.undo()
    assert again.loom.text.endswith("the lamp was out.")


def test_one_file_by_two_names_loses_nothing_on_either_side(library, file, tmp_path):
    """A hard link is another name, and so another loom: what was saved by the one is not overwritten by the other."""
    other = tmp_path / "other.txt"
    other.hardlink_to(file)
    here, there = (Session(library.for_file(name), library, FanSettings(), lambda: None) for name in (file, other))
    here.edit(0, 0, "Here. ")
    there.edit(0, 0, "There. ")
    assert here.save_file()
    with pytest.raises(ChangedOutsideError):
        there.save_file()
    there.leave()
    here.leave()
    assert file.read_text() == other.read_text() == "Here. One line.\nAnother.\n"
    assert file.samefile(other), "the names are still of one file"
    again = Session(library.for_file(other), library, FanSettings(), lambda: None)
    assert again.changed_outside
    assert again.loom.text == "Here. One line.\nAnother.\n"
    assert again.undo()
    assert again.loom.text == "There. One line.\nAnother.\n"


def test_a_symbolic_link_leads_to_the_same_loom(library, file, tmp_path):
    link = tmp_path / "link.txt"
    link.symlink_to(file)
    assert library.for_file(link).id == library.for_file(file).id
