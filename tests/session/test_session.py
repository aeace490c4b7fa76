"""A session, driven as a screen drives it."""

from datetime import date

from cyborg_tui.engine.protocol import Unavailable
from cyborg_tui.loom.duplicates import duplicates
from cyborg_tui.loom.extent import Extent
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.settings import FanKind, FanSettings, Sampling, Until

LINE = "I have been thinking about the sea"


async def test_ask_read_take_and_go_on(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    branches = await desk.fan()
    assert len(branches) == 8
    assert session.loom.text == LINE, "what stands provisionally is no part of the manuscript"
    at, shown = session.provisional
    assert (at, shown) == (len(LINE), branches[0].text[branches[0].healed :])

    session.highlight(2)
    text = branches[2].text[branches[2].healed :]
    assert session.provisional == (len(LINE), text)
    assert session.take(2)
    assert session.loom.text == LINE + text
    assert session.loom.cursor == len(session.loom.text)
    assert [author for *_, author in session.authors(0, len(session.loom.text))] == ["person", "model"]


async def test_a_take_never_takes_more_than_was_shown(desk):
    session = desk.open()
    await desk.start()
    branches = await desk.fan()
    text = branches[1].text[branches[1].healed :]
    assert not session.take(1, shown=0)
    assert session.take(1, shown=3)
    assert session.loom.text == text[:3]
    assert session.take(1, shown=2)
    assert session.loom.text == text[:5]


async def test_typing_keeps_what_stands_whatever_was_hidden_in_another_window(desk):
    session = desk.open()
    await desk.start()
    await desk.fan()
    session.loom.highlighted = 7
    for branch in session.branches[3:]:
        session.loom.tree.mark(branch.node, hidden=True)
    _, standing = session.provisional
    assert session.keep_provisional(4) == 4
    assert session.loom.text == standing[:4]
    session.parent()
    session.loom.highlighted = 0
    assert session.keep_provisional(0) == 0
    assert session.loom.text == ""


async def test_word_by_word_until_the_branch_is_used_up(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    branches = await desk.fan()
    text = branches[0].text[branches[0].healed :]
    while session.take(0, extent=Extent.WORD):
        assert session.provisional[1] == (LINE + text)[len(session.loom.text) :]
    assert session.loom.text == LINE + text
    while session.undo():
        pass
    assert session.loom.text == ""


async def test_going_to_a_sibling_of_what_was_taken_goes_back_first(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    await desk.fan()
    session.take(0)
    session.highlight(1)
    assert session.loom.text == LINE
    assert session.provisional[1] == session.branches[1].text[session.branches[1].healed :]


async def test_parent_returns_to_the_fan_and_to_the_branch_that_was_taken(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    first = await desk.fan()
    session.take(4)
    await desk.fan()
    session.take(1)
    assert session.parent()
    assert session.parent()
    assert session.loom.text == LINE
    assert [branch.id for branch in session.branches] == [branch.id for branch in first]
    assert session.highlighted == 4
    assert not session.parent()


async def test_an_edit_stops_the_fan_and_keeps_what_had_come(desk):
    session = desk.open(max_tokens=400)
    await desk.start()
    session.ask()
    await desk.until(lambda: any(branch.text for branch in session.branches))
    fan = session.fan.id
    session.edit(0, 0, "No. ")
    assert not session.busy
    kept = session.loom.tree.branches(fan)
    assert {branch.finish for branch in kept} <= {Finish.CANCELLED, Finish.END}
    await desk.fan()
    assert session.loom.tree.branches(fan) == kept, "what came late must not grow it any more"


async def test_what_one_loom_asked_for_does_not_land_in_another(desk):
    first = desk.open(max_tokens=400)
    await desk.start()
    first.ask()
    await desk.until(lambda: any(branch.text for branch in first.branches))
    first.leave()
    view = first.view
    second = desk.open(desk.library.daily(date(2026, 11, 25)))
    second.use(desk.engine, view)
    branches = await desk.fan()
    assert all(len(branch.tokens) <= 12 for branch in branches)


async def test_asked_before_the_model_is_there_the_branches_come_when_it_is(desk):
    session = desk.open()
    session.edit(0, 0, LINE)
    session.ask()
    assert session.waiting_for_model
    await desk.start()
    await desk.until(lambda: session.fan is not None and not session.busy)
    assert len(session.branches) == 8


async def test_more_branches_from_the_same_place(desk):
    session = desk.open(width=3)
    await desk.start()
    session.edit(0, 0, LINE)
    await desk.fan()
    session.more()
    await desk.until(lambda: not session.busy)
    assert [branch.index for branch in session.branches] == [0, 1, 2, 3, 4, 5]
    assert all(branch.text for branch in session.branches)
    assert len({branch.seed for branch in session.branches}) == 6
    assert len(session.loom.tree.fans) == 1


async def test_another_fan_from_the_same_place_leaves_the_first_in_the_tree(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    await desk.fan()
    session.take(3)
    session.again()
    await desk.until(lambda: not session.busy)
    one, two = session.loom.tree.fans
    assert one.context == two.context
    assert session.loom.text == LINE
    assert session.fan.id == two.id


async def test_hidden_branches_are_out_of_sight_and_undo_brings_them_back(desk):
    session = desk.open(width=3)
    await desk.start()
    await desk.fan()
    gone = session.branches[0]
    assert session.numbers == (1, 2, 3)
    assert session.hide()
    assert gone.id not in [branch.id for branch in session.branches]
    assert session.numbers == (2, 3), "the others keep their numbers"
    session.undo()
    assert gone.id in [branch.id for branch in session.branches]


async def test_only_what_was_looked_at_counts_as_a_choice(desk):
    session = desk.open()
    await desk.start()
    await desk.fan()
    for index in range(4):
        session.highlight(index)
    session.take(3)
    assert session.bits.chosen == 2


async def test_tomorrow_everything_is_there_and_the_same_branch_is_highlighted(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    branches = await desk.fan()
    session.highlight(5)
    await session.close()
    again = desk.open()
    assert again.loom.text == LINE
    assert again.loom.cursor == len(LINE)
    assert again.branches == tuple(branch for branch in session.branches)
    assert again.highlighted == 5
    assert len(branches) == 8


async def test_a_manuscript_longer_than_the_window_is_read_from_its_end_and_that_is_said(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, "All work and no play. " * 3000)
    branches = await desk.fan()
    assert all(branch.text for branch in branches)
    assert session.view.shortened
    assert session.view.stats.prompt_tokens <= session.view.window


async def test_what_the_model_nearly_said_can_be_asked_for_while_a_branch_grows_and_tomorrow(desk):
    session = desk.open(max_tokens=400)
    await desk.start()
    session.ask()
    await desk.until(lambda: all(branch.text for branch in session.branches))
    growing = session.branches[0]
    assert len(session.alternatives(growing.id)) == len(growing.tokens)
    session.cancel()
    branch = session.branches[0]
    nearly = session.alternatives(branch.id)
    assert len(nearly) == len(branch.tokens)
    assert all(len(ten) == 10 for ten in nearly)
    for token, ten in zip(branch.tokens, nearly, strict=True):
        assert all(abs(one.logprob - token.logprob) < 0.002 for one in ten if one.id == token.id)
        assert token.logprob <= ten[0].logprob + 0.002
    await session.close()
    again = desk.open()
    assert again.alternatives(branch.id) == nearly
    assert again.branches[0].tokens[0].entropy > 0


async def test_more_branches_also_after_one_was_taken_without_reading_anything_again(desk):
    session = desk.open(width=4, kind=FanKind.DISTINCT)
    await desk.start()
    session.edit(0, 0, LINE)
    await desk.fan()
    session.take(1)
    text = session.loom.text
    assert session.more() == ""
    await desk.until(lambda: not session.busy)
    branches = session.branches
    assert len(branches) == 8
    assert len({(branch.tokens[0].id, branch.healed > 0) for branch in branches}) == 8, "distinct stays distinct"
    own = sum(len(branch.tokens) - 1 for branch in branches[4:])
    assert session.view.stats.evaluated_tokens <= own
    assert session.loom.text == text


async def test_how_the_next_fans_are_made_can_be_changed_and_is_on_record(desk):
    session = desk.open(width=2)
    await desk.start()
    session.edit(0, 0, LINE)
    settings = FanSettings(
        3, 5, Until.LINE, Sampling(top_k=3, bias=(("sea", 1.5),), ban=("the house",)), FanKind.THRESHOLD, 1.0
    )
    session.draw_by(settings)
    assert len(await desk.fan()) == 3
    session.leave()
    (fan,) = desk.open().loom.tree.fans
    assert fan.settings == settings


async def test_what_says_the_same_word_for_word_is_known(desk):
    session = desk.open(width=4, sampling=Sampling(temperature=0))
    await desk.start()
    session.edit(0, 0, LINE)
    branches = await desk.fan()
    assert duplicates(branches) == {branch.id for branch in branches[1:]}


async def test_where_only_the_model_ends_the_text_no_sentence_and_no_line_ends_a_branch(desk):
    session = desk.open(until=Until.END, max_tokens=80)
    await desk.start()
    session.edit(0, 0, LINE)
    branches = await desk.fan()
    assert {branch.finish for branch in branches} <= {Finish.TOKENS, Finish.END}
    assert any("." in branch.text[:-1] for branch in branches)


async def test_a_fan_that_waits_for_a_model_that_cannot_be_had_waits_no_more(desk):
    session = desk.open()
    session.ask()
    assert session.busy
    session.hear(Unavailable("There is no such model."))
    assert not session.busy
