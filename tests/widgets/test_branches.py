"""The branch pane: a fan as a person sees it."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyborg_tui.signs import SIGNS
from cyborg_tui.widgets.branches import BranchView, FanView
from tests.widgets.pane import fan, pane

LONG = " ".join(f"word{i:03}" for i in range(200))
HOSTILE = "a\x1b[31mred\x07\x9b2J\u202eback\x00\r\ud800\u200b\ttab"


# what it looks like


async def test_branches_are_numbered_below_a_header():
    async with pane() as p:
        await p.show(fan("and then", "but no one", header="2 branches · fan 1"))
        assert p.rows()[:5] == ["2 branches · fan 1", "", " 1 ▌ and then", "", " 2   but no one"]


async def test_the_highlighted_branch_has_a_bar_and_bold_letters():
    async with pane() as p:
        await p.show(fan("one", "two", highlighted=1))
        assert [row for row in p.rows() if "▌" in row] == [" 2 ▌ two"]
        assert "two" in p.styled("bold")
        assert "one" not in p.styled("bold")
        await p.show(fan("one", "two", highlighted=0))
        assert "one" in p.styled("bold")
        assert "two" not in p.styled("bold")


async def test_only_the_first_nine_have_a_number():
    async with pane(size=(40, 30)) as p:
        await p.show(fan(*(f"branch {i}" for i in range(11))))
        assert " 9   branch 8" in p.rows()
        assert "     branch 9" in p.rows()


async def test_no_sign_means_two_things_and_each_is_explained():
    async with pane(size=(60, 30)) as p:
        one = BranchView("one", bookmarked=True), BranchView("two", twice=True), BranchView("three", compared=True)
        await p.show(fan(*one, BranchView("four", taken=True, partly=True), BranchView("five", taken=True)))
        drawn = [row[2] for row in p.rows() if row[1:2].isdigit()]
    assert len(set(drawn)) == 5
    assert set(drawn) <= {sign.sign for sign in SIGNS["branches"]}
    for signs in SIGNS.values():
        assert len({sign.sign for sign in signs}) == len(signs)


async def test_a_branch_keeps_its_number_when_one_above_is_hidden():
    async with pane() as p:
        await p.show(fan(BranchView("one", number=1), BranchView("three", number=3), BranchView("ten", number=10)))
        assert [row for row in p.rows() if row][1:] == [" 1 ▌ one", " 3   three", "     ten"]


async def test_a_branch_is_wrapped_beside_its_number():
    async with pane(size=(30, 16)) as p:
        await p.show(fan("and the way the light came off it in the mornings"))
        assert p.rows()[2:5] == [" 1 ▌ and the way the light", "   ▌ came off it in the", "   ▌ mornings"]


async def test_what_was_taken_and_what_is_bookmarked_are_marked_and_the_others_dim():
    async with pane() as p:
        await p.show(fan("zero", BranchView("one", bookmarked=True), "two"))
        assert [row[2:3] for row in p.rows() if row[1:2].isdigit()] == [" ", "*", " "]
        assert "two" not in p.styled("underline")
        await p.show(fan(BranchView("zero", taken=True), BranchView("one", bookmarked=True), "two"))
        assert [row[2:3] for row in p.rows() if row[1:2].isdigit()] == ["✓", "*", " "]
        assert "two" in p.styled("underline")
        await p.show(fan("zero", "one", "two"))
        assert "two" not in p.styled("underline")


async def test_a_branch_shows_that_it_grows_and_that_it_has_ended():
    async with pane() as p:
        await p.show(fan(BranchView("on and", growing=True), BranchView("The end.", ended=True)))
        assert [row for row in p.rows() if row][1:] == [" 1 ▌ on and▍", " 2   The end. ∎"]


async def test_the_mark_of_the_end_is_seen_on_a_full_row():
    async with pane(size=(30, 16)) as p:
        for length in range(1, 60):
            await p.show(fan(BranchView("x" * length + " ", ended=True)))
            assert "∎" in "".join(p.rows())


async def test_empty_branches_and_white_space_are_shown_as_such():
    async with pane() as p:
        await p.show(fan("", " \n\n", BranchView("", growing=True), "\n\n  text\n\n\nmore\n"))
        assert [row for row in p.rows() if row][1:] == [
            " 1 ▌ (empty)",
            " 2   (white space)",
            " 3   ▍",
            " 4   ¶ text",
            "     ¶ more",
        ]
        assert p.seen(1) == 3


async def test_nothing_in_a_branch_reaches_the_terminal_as_a_command():
    async with pane(size=(60, 16)) as p:
        await p.show(fan(HOSTILE, header=HOSTILE))
        drawn = "".join(segment.text for strip in p.strips() for segment in strip)
        assert not [char for char in drawn if ord(char) < 32 or 127 <= ord(char) < 160]
        assert not set(drawn).intersection("\u202e\ud800\u200b")
        assert p.seen(0) == len(HOSTILE)
    async with pane(size=(60, 16), ruled=True) as p:
        await p.show(fan("x", header=HOSTILE + "[bold]"))
        drawn = p.rows()[0]
        assert not [char for char in drawn if ord(char) < 32 or 127 <= ord(char) < 160]
        assert "[bold]" in drawn
        await p.show(FanView(note=HOSTILE))
        assert "\x1b" not in "".join(p.rows())


async def test_where_there_are_no_branches_it_says_what_to_do():
    async with pane() as p:
        await p.show(FanView(note="Tab: 8 branches.\nF1: all keys."))
        assert p.rows()[:2] == [" Tab: 8 branches.", " F1: all keys."]


async def test_a_small_pane_has_no_room_for_header_and_gaps():
    async with pane(size=(20, 5)) as p:
        await p.show(fan("one", "two", "three"))
        assert p.rows() == [" 1 ▌ one", " 2   two", " 3   three", "", ""]


HEADER = "3 branches · fan 12 · sentence · seed 1234567890"


async def test_what_the_fan_is_stays_in_view_when_its_branches_scroll():
    async with pane(size=(60, 10)) as p:
        texts = [LONG[:100], LONG[:200], "x" * 300, "the last"]
        for highlighted in range(4):
            await p.show(fan(*texts, header=HEADER, highlighted=highlighted))
            assert p.rows()[:2] == [HEADER, ""]
            assert f" {highlighted + 1} ▌" in "".join(p.rows()[2:])
            assert p.rows()[p.widget.highlighted_row].startswith(f" {highlighted + 1} ▌")
        assert "the last" in p.rows()[9]
        await p.show(fan(*texts, header="another", highlighted=3))
        assert p.rows()[0] == "another", "it is painted anew though the rest stands still"


async def test_where_there_is_a_rule_above_it_stands_in_that_and_takes_no_row():
    async with pane(size=(70, 5), ruled=True) as p:
        await p.show(fan("one", "two", "three", "four", header=HEADER, highlighted=3))
        assert p.rows()[0].strip("─ ") == HEADER
        assert [row[:6] for row in p.rows()[1:]] == [" 1   o", " 2   t", " 3   t", " 4 ▌ f"]


async def test_of_what_the_fan_is_parts_are_left_out_whole_where_it_is_narrow():
    for ruled in (False, True):
        async with pane(size=(40, 12), ruled=ruled) as p:
            await p.show(fan("one", header=HEADER))
            assert p.rows()[0].strip("─ ") == "3 branches · fan 12 · sentence"
            await p.pilot.resize_terminal(70, 12)
            await p.painted()
            assert p.rows()[0].strip("─ ") == HEADER


async def test_any_width_will_do():
    async with pane() as p:
        await p.show(fan(LONG, "漢字" * 20))
        for width in (4, 9, 12, 100):
            await p.pilot.resize_terminal(width, 16)
            await p.painted()
            assert len(p.rows()) == 16


# keeping the highlighted branch in view


async def test_the_highlighted_branch_is_in_view():
    async with pane() as p:
        texts = [f"branch{i} {LONG[: 60 * i]}" for i in range(9)]
        for index in [*range(9), *range(8, -1, -1)]:
            await p.show(fan(*texts, highlighted=index))
            assert any(f"branch{index}" in row for row in p.rows())
        assert p.rows()[0] == "a fan"


async def test_a_highlighted_branch_that_grows_stays_in_view():
    async with pane() as p:
        for length in range(0, 400, 20):
            text = LONG[:length]
            await p.show(fan("one " + LONG[:200], BranchView(text, growing=True), "three", highlighted=1))
            assert any("▍" in row for row in p.rows())


async def test_a_new_fan_is_seen_from_its_beginning():
    async with pane() as p:
        await p.show(fan(*[LONG[:200]] * 9, highlighted=8))
        await p.show(fan("new", id=2, header="another"))
        assert p.rows()[0] == "another"
        await p.show(fan(*[LONG[:200]] * 9, highlighted=8))
        await p.show(FanView(note="nothing here"))
        assert p.rows()[0] == " nothing here"


# painting


async def test_rows_that_did_not_change_are_not_painted_again_while_it_streams():
    async with pane() as p:
        await p.show(fan("one", BranchView("two", growing=True), "three"))
        await p.show(fan("one", BranchView("two and", growing=True), "three"))
        assert set(p.widget.drawn) == {4}
        await p.show(fan("one", BranchView("two and " + "on " * 12, growing=True), "three"))
        assert min(p.widget.drawn) == 4
        await p.show(fan("one", BranchView("two and " + "on " * 12, growing=True), "three!"))
        assert set(p.widget.drawn) == {7}


async def test_the_same_again_paints_nothing():
    async with pane() as p:
        await p.show(fan("one", "two"))
        await p.show(fan("one", "two"))
        assert p.widget.drawn == ()


texts = st.sampled_from(["", " ", "one", "one two", "a branch that wraps around", "漢字 on", "\n\nlow", LONG[:300]])
branch_views = st.builds(BranchView, texts, st.booleans(), st.booleans(), st.booleans(), st.booleans())
views = st.builds(
    FanView,
    st.sampled_from([1, 2]),
    st.sampled_from(["", "header"]),
    st.lists(branch_views, max_size=5).map(tuple),
    st.integers(0, 4),
    st.sampled_from(["", "a note"]),
)


async def check_all(p, shown):
    for view in shown:
        await p.show(view)
        painted = p.strips()
        p.widget.refresh()
        await p.painted()
        assert painted == p.strips(), "the screen differs from a full repaint"
        assert all(p.seen(index) <= len(branch.text) for index, branch in enumerate(view.branches))


async def test_what_is_on_the_screen_is_as_if_all_of_it_had_been_painted():
    async with pane(size=(30, 12)) as p:
        loop = asyncio.get_running_loop()

        @given(st.lists(views, min_size=2, max_size=6))
        @settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
        def any_views(shown):
            asyncio.run_coroutine_threadsafe(check_all(p, shown), loop).result()

        await asyncio.to_thread(any_views)
