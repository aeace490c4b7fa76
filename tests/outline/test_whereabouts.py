"""Where one is: how deep, which of how many, and what is still unread on the way."""

from cyborg_tui.outline.whereabouts import Whereabouts, whereabouts
from tests.outline.trees import Writer


def where(writer):
    return whereabouts(writer.tree, writer.loom.manuscript.path)


def test_a_page_that_never_forked_has_no_depth():
    writer = Writer()
    assert where(writer) == Whereabouts()
    writer.write("The sea. ")
    assert where(writer) == Whereabouts()


def test_each_take_is_a_step_deeper_and_says_which_of_how_many():
    writer = Writer()
    writer.write("The sea ")
    writer.fan("is wide. ", "is deep. ", "is grey. ")
    assert where(writer) == Whereabouts(unread=1)
    writer.take(2)
    assert where(writer) == Whereabouts(1, 2, 3)
    writer.fan("And cold.", "And far.")
    assert where(writer) == Whereabouts(1, 2, 3, unread=1)
    in_view = whereabouts(writer.tree, writer.loom.manuscript.path, writer.loom.fan_in_view.id)
    assert in_view == Whereabouts(1, 2, 3), "what is being read is not unread"
    writer.loom.look(writer.loom.fan_in_view.branches[0])
    assert where(writer) == Whereabouts(1, 2, 3)
    writer.take(1)
    assert where(writer) == Whereabouts(2, 1, 2)


def test_a_branch_taken_in_part_is_that_branch_still():
    writer = Writer()
    writer.write("The sea ")
    writer.fan("is wide and far. ", "is deep. ")
    writer.take(1, 7)
    assert where(writer).number == 1
    writer.write("!")
    assert where(writer) == Whereabouts(2, 2, 2)


def test_what_one_wrote_beside_a_fan_is_one_of_the_ways():
    writer = Writer()
    writer.write("The sea ")
    writer.fan("is wide. ", "is deep. ")
    writer.write("is mine.")
    assert where(writer) == Whereabouts(1, 3, 3, unread=1)
