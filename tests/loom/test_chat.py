"""A manuscript read as a conversation."""

from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom.chat import Role, roles_of, said_in

TALK = "Be brief.\n\n> What is a staircase for?\n> Truly?\n\nTo keep a summer in.\n\n> And a door?\n"


def test_lines_with_a_mark_are_the_persons_and_the_rest_answers():
    system, asked, answered, again, under_way = said_in(TALK)
    assert (system.role, system.text) == (Role.SYSTEM, "Be brief.")
    assert (asked.role, asked.text) == (Role.USER, "What is a staircase for?\nTruly?")
    assert (answered.role, answered.text) == (Role.ASSISTANT, "To keep a summer in.")
    assert TALK[answered.start : answered.end] == "To keep a summer in."
    assert (again.role, again.text) == (Role.USER, "And a door?")
    assert (under_way.role, under_way.text) == (Role.ASSISTANT, "")


def test_the_answer_under_way_is_no_turn_of_the_template():
    turns = said_in(TALK + "\nTo be")
    assert turns[-1].text == "To be"
    assert roles_of(turns, "") == ("system", "user", "assistant", "user")
    assert roles_of(said_in("> Hello\n"), "Be brief.") == ("system", "user")


def test_without_a_line_of_the_persons_there_is_no_conversation():
    assert said_in("Only prose.\n>not a mark\n") == ()


@given(st.lists(st.sampled_from(["> a", "b", "", "> c", "d e"]), max_size=12))
def test_every_turn_is_where_it_says(lines):
    text = "\n".join(lines)
    for turn in said_in(text):
        own = text[turn.start : turn.end]
        assert turn.text == "\n".join(line.removeprefix("> ") for line in own.split("\n"))
        if turn.role is not Role.USER:
            assert own == own.strip("\n")
