"""A process is gone through step by step; what happened says where one comes to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.loom.process import END, BadProcess, Course, Process, Step, Wait, begin, check

CHOOSE = Wait.CHOICE


def course(*steps):
    check(steps)
    return begin(Process("trial", "", steps))


def waiting(at):
    """On to where the person is waited for."""
    while not at.over and not at.waiting:
        at = at.prepared()
    return at


def test_one_step_after_another_up_to_the_end():
    at = waiting(course(Step("one", wait=CHOOSE), Step("two", insert="x"), Step("three", wait=Wait.TEXT)))
    assert at.step.name == "one"
    at = waiting(at.went_on())
    assert at.step.name == "three", "what waits for nobody is passed"
    assert at.went_on().over


def test_a_step_comes_as_often_as_it_says():
    at = waiting(course(Step("question", wait=CHOOSE, times=3), Step("answer", wait=Wait.TEXT)))
    for done in range(3):
        assert (at.step.name, at.done) == ("question", done)
        at = waiting(at.went_on())
    assert at.step.name == "answer"


def test_going_on_without_having_done_it_ends_what_goes_round():
    at = waiting(course(Step("question", wait=CHOOSE, times=9), Step("answer", wait=Wait.TEXT, then="question")))
    assert waiting(at.went_on(did=False)).step.name == "answer"
    assert waiting(waiting(at.went_on(did=False)).went_on()).step.name == "question", "round again"
    assert waiting(at.went_on(did=False)).went_on(did=False).over


def test_another_way_if_nothing_was_chosen():
    steps = Step("a", wait=CHOOSE, otherwise="c"), Step("b", wait=CHOOSE), Step("c", wait=CHOOSE)
    at = waiting(course(*steps))
    assert waiting(at.went_on()).step.name == "b"
    assert waiting(at.went_on(did=False)).step.name == "c"


def test_so_many_rounds_and_again_as_many_when_one_comes_back():
    inner = Step("inner", wait=CHOOSE, then="inner", rounds=2)
    at = waiting(course(inner, Step("outer", wait=CHOOSE, then="inner", rounds=1)))
    names = []
    while not at.over:
        names.append(at.step.name)
        at = waiting(at.went_on())
    assert names == ["inner"] * 3 + ["outer"] + ["inner"] * 3 + ["outer"]


def test_what_was_offered_leads_where_it_says():
    options = (("on", "write"), ("enough", END))
    at = waiting(course(Step("sure", wait=Wait.OPTION, options=options), Step("write", wait=Wait.TEXT)))
    assert at.picked("on").step.name == "write"
    assert at.picked("enough").over


def test_an_answer_is_kept_and_the_last_one_counts():
    at = waiting(course(Step("who", wait=Wait.ANSWER, into="who"), Step("again", wait=Wait.ANSWER, into="who")))
    at = waiting(at.answered("Ann"))
    assert dict(at.answered("Ben").answers) == {"who": "Ben"}


def test_an_edited_process_goes_on_at_the_step_of_the_same_name():
    at = waiting(course(Step("a", wait=CHOOSE), Step("b", wait=CHOOSE))).went_on()
    other = Process("trial", "", (Step("new", wait=CHOOSE), Step("b", wait=Wait.TEXT)))
    assert at.in_another(other) == Course(other, 1)
    assert at.in_another(Process("trial", "", (Step("c", wait=CHOOSE),))).at == 0


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([], "no steps"),
        ([Step("a", wait=CHOOSE), Step("a")], "two of that name"),
        ([Step("end")], "where every process ends"),
        ([Step("a", wait=CHOOSE, then="b")], "there is no step b; there are a, end"),
        ([Step("a", wait=CHOOSE, otherwise="b")], "there is no step b"),
        ([Step("a", wait=Wait.OPTION, options=(("x", "b"),))], "there is no step b"),
        ([Step("a", insert="{nobody}", wait=CHOOSE)], "no field {nobody}"),
        ([Step("a", insert="{", wait=CHOOSE)], "braces"),
        ([Step("a", insert="x", then="b"), Step("b", then="a")], "never waited for"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_gone_through_is_refused(steps, says):
    with pytest.raises(BadProcess, match=says):
        check(steps)


names = st.sampled_from(["a", "b", "c", "d", END, ""])


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Wait)), st.integers(1, 3), names, st.integers(0, 2), names),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_whatever_happens_one_is_at_a_step_or_at_the_end_and_never_left_alone(parts, did):
    steps = [
        Step(
            name,
            wait=wait,
            times=times,
            then=then,
            rounds=rounds,
            otherwise=otherwise,
            into="x",
            options=(("o", name),),
        )
        for name, (wait, times, then, rounds, otherwise) in zip("abcd", parts, strict=False)
    ]
    try:
        check(steps)
    except BadProcess:
        return
    at = begin(Process("any", "", tuple(steps)))
    for done in did:
        for _ in range(1000):
            if at.over or at.waiting:
                break
            at = at.prepared()
        else:
            raise AssertionError("the person is never waited for")
        if at.over:
            break
        match at.step.wait:
            case Wait.OPTION:
                at = at.picked("o")
            case Wait.ANSWER:
                at = at.answered("y")
            case _:
                at = at.went_on(did=done)
