"""What of a fan counts as seen: keys take that, and no more."""

from dataclasses import replace

from cyborg_tui.widgets.branches import BranchView
from tests.widgets.pane import fan, pane

LONG = " ".join(f"word{i:03}" for i in range(200))


async def test_what_is_on_the_screen_has_been_seen_and_no_more():
    async with pane(size=(40, 10)) as p:
        await p.show(fan("short", LONG))
        assert p.seen(0) == len("short")
        last = p.rows()[-1].split()[-1]
        assert LONG[: p.seen(1)].split()[-1] == last
        assert p.seen(2) == 0


async def test_nothing_has_been_seen_before_it_was_painted():
    async with pane() as p:
        p.widget.show(fan("one"))
        assert p.seen(0) == 0
        await p.painted()
        assert p.seen(0) == 3


async def test_what_streamed_in_since_the_last_paint_has_not_been_seen():
    async with pane() as p:
        await p.show(fan(BranchView("one", growing=True)))
        p.widget.show(fan(BranchView("one two", growing=True)))
        assert p.seen(0) == 3
        await p.painted()
        assert p.seen(0) == 7


async def test_the_end_of_a_branch_whose_middle_was_not_seen_has_not_been_seen():
    async with pane(size=(40, 10)) as p:
        view = fan("one", LONG)
        await p.show(view)
        before = p.seen(1)
        p.widget.scroll_to_row(30)
        await p.painted()
        assert p.seen(1) == before
        p.widget.scroll_to_row(8)
        await p.painted()
        assert p.seen(1) > before


async def test_more_branches_leave_what_was_seen_as_it_was():
    async with pane() as p:
        await p.show(fan("one", "two"))
        await p.show(fan("one", "two", *[LONG[:100]] * 9, highlighted=10))
        assert (p.seen(0), p.seen(1)) == (3, 3)


async def test_another_fan_has_not_been_seen_even_if_it_reads_the_same():
    async with pane() as p:
        await p.show(fan("one", "two"))
        p.widget.show(fan("one", "two", id=2))
        assert p.seen(0) == 0
        await p.painted()
        assert p.seen(0) == 3, "it can be taken once it was painted"


async def test_the_branch_that_moves_up_when_one_is_hidden_has_not_been_seen_for_it():
    async with pane(size=(40, 12)) as p:
        await p.show(fan("and " + LONG[:180], "and unseen " + LONG))
        seen = p.seen(0)
        assert seen == 184
        p.widget.show(fan("and unseen " + LONG))
        assert p.seen(0) == len("and ")
        await p.painted()
        assert len("and ") < p.seen(0) < 11 + len(LONG)


async def test_a_fan_that_shrinks_and_grows_again_is_shown():
    async with pane() as p:
        view = fan("one", "two", "three")
        await p.show(view)
        await p.show(replace(view, branches=view.branches[:1]))
        await p.show(view)
        assert [p.seen(index) for index in range(3)] == [3, 3, 5]


async def test_what_the_pane_has_no_room_for_is_out_of_sight_until_it_was_shown():
    async with pane(size=(40, 10)) as p:
        await p.show(fan("one", LONG[:240], "three"))
        assert [p.widget.out_of_sight(index) for index in range(3)] == [False, True, True]
        await p.show(fan("one", LONG[:240], "three", highlighted=2))
        assert [p.widget.out_of_sight(index) for index in (0, 2)] == [False, False]
