"""Who wrote what, and how it was chosen."""

import pytest

from cyborg_tui.loom.provenance import Kept, provenance
from tests.loom.test_measures import MODEL, Desk


@pytest.fixture
def desk():
    """One of four branches looked at, taken whole."""
    desk = Desk("Once ")
    branches = desk.fan("upon a time", "more", "again", "there")
    desk.look(*branches)
    desk.loom.take(branches[0])
    return desk


def of(desk, stretch=None, taken=None):
    return provenance(desk.loom.manuscript, taken or {}, stretch)


def test_characters_and_words_by_author(desk):
    desk.loom.write(16, 16, "ly, he said")
    found = of(desk)
    assert (found.characters, found.words) == (27, 6)
    you, model = found.authors
    assert (you.model, you.characters, you.words) == (None, 16, 3)
    assert (model.model, model.characters, model.words, model.tokens) == (MODEL, 11, 3, 11)


def test_a_word_is_of_the_author_who_wrote_most_of_it():
    desk = Desk("un")
    desk.loom.take(desk.fan("der the ")[0])
    desk.loom.write(10, 10, "sea")
    assert [author.words for author in of(desk).authors] == [1, 2]


def test_each_run_says_how_it_was_chosen(desk):
    typed, drawn = of(desk).runs
    assert (typed.start, typed.text, typed.choice) == (0, "Once ", None)
    assert (drawn.start, drawn.end, drawn.text) == (5, 16, "upon a time")
    chosen = drawn.choice
    assert (chosen.fan, chosen.index, chosen.width, chosen.looked, chosen.bits) == (1, 0, 4, 4, 2)
    assert chosen.kept is Kept.WHOLE


def test_taken_in_part(desk):
    desk.loom.undo()
    desk.loom.take(desk.loom.fan_in_view.branches[0], upto=4)
    assert [choice.kept for choice in of(desk).choices] == [Kept.PART]


@pytest.mark.parametrize(
    ("start", "end", "text"), [(7, 8, ""), (7, 7, "!"), (5, 6, "")], ids=["cut", "written in", "begin cut"]
)
def test_edited_since(desk, start, end, text):
    desk.loom.write(start, end, text)
    assert [choice.kept for choice in of(desk).choices] == [Kept.EDITED]


def test_its_end_cut_off_since_only_the_log_knows(desk):
    branch = desk.loom.fan_in_view.branches[0]
    desk.loom.write(12, 16, "")
    assert of(desk).choices[0].kept is Kept.PART
    assert of(desk, taken={branch: 11}).choices[0].kept is Kept.EDITED


def test_a_selection_is_counted_alone_but_chosen_as_it_was(desk):
    found = of(desk, (3, 9))
    assert (found.characters, found.words) == (6, 2)
    assert [run.text for run in found.runs] == ["e ", "upon"]
    assert found.choices[0].kept is Kept.WHOLE
    assert found.bits.chosen == 2 * 4 / 11


def test_words_and_characters_add_up_whatever_was_edited(desk):
    for at, text in ((1, " "), (6, "x y"), (12, "\n"), (18, "ß 海")):
        desk.loom.write(at, at, text)
    found = of(desk)
    assert found.words == len(desk.loom.text.split()) == sum(author.words for author in found.authors)
    assert found.characters == len(desk.loom.text) == sum(author.characters for author in found.authors)
    assert "".join(run.text for run in found.runs) == desk.loom.text


def test_of_nothing_there_is_nothing_to_say():
    found = of(Desk(""))
    assert (found.characters, found.words, found.authors, found.runs) == (0, 0, (), ())
