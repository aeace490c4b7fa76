"""Whatever a log says, in whatever order: each take is in one choice, and nothing is counted that did not happen."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.loom.mirror.choices import choices
from cyborg_tui.loom.mirror.days import day_of
from cyborg_tui.loom.mirror.line import Line
from cyborg_tui.loom.mirror.reflection import reflect
from tests.mirror.logs import NOON, shown

SMALL = st.integers(1, 4)
KINDS = [
    "opened",
    "closed",
    "edited",
    "generated",
    "looked",
    "taken",
    "moved",
    "undone",
    "redone",
    "reasoned",
    "judged",
]


@st.composite
def lines(draw):
    start = draw(st.integers(0, 30))
    end = start + draw(st.integers(0, 8))
    return Line(
        draw(st.integers(1, 2)),
        NOON + draw(st.floats(-1e6, 1e6)),
        draw(st.sampled_from(KINDS)),
        draw(SMALL),
        draw(st.none() | SMALL),
        draw(st.none() | SMALL),
        draw(st.none() | st.integers(-8, 20)),
        draw(st.sampled_from(("", "take", "writing", "holds"))),
        *draw(st.sampled_from(((None, None), (start, end)))),
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(lines(), max_size=40))
def test_each_take_is_in_one_choice(log):
    made = list(choices(log))
    taken = [line for line in log if line.kind == "taken" and line.fan and line.branch]
    assert sum(choice.takes for choice in made) == len(taken)
    for choice in made:
        assert (choice.taken is None) == (choice.takes == 0)
        assert choice.removed >= 0
        assert all(edit.removed >= 0 for edit in choice.edits)
    assert all(choice.ended for choice in made if choice.taken is not None)


@settings(max_examples=100, deadline=None)
@given(st.lists(lines(), max_size=40))
def test_no_log_makes_the_mirror_fall(log):
    found = reflect(log, lambda _: shown("abc", "d", bits=(1.0, 2.0), looked=(1,)), day_of)
    total = found.amounts.total
    assert min(total.typed, total.removed) >= 0
    assert found.positions.choices <= found.looked_into <= found.choices
    assert all(sitting.seconds >= 0 for sitting in found.sittings.all)
