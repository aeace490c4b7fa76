"""Side by side with a real model: fans of several sources from one place, read as one, and counted."""

from dataclasses import replace

from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.settings import FanSettings, Sampling
from cyborg_tui.session.beside import Source

COLD = Source("cold", FanSettings(width=3, max_tokens=4, sampling=Sampling(temperature=0.2)))
HOT = Source("hot", FanSettings(width=3, max_tokens=4, sampling=Sampling(temperature=1.5)))
FRAMED = Source("frame dark", FanSettings(width=2, max_tokens=4), Frame(memory="It was a dark and stormy night."))
BARE = Source("without a frame", FanSettings(width=2, max_tokens=4), bare=True)


async def at_desk(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, "The house by the sea")
    return session


async def beside(desk, session, *sources, blind=False):
    assert session.ask_beside(sources, blind=blind)
    await desk.until(lambda: not session.busy)
    return session.branches


async def test_fans_of_both_come_together_and_each_is_on_record_as_what_it_is(desk):
    session = await at_desk(desk)
    assert session.ask_beside((COLD, HOT), blind=False)
    assert session.branches == (), "none is seen before all are there"
    assert "1 of 2" in session.beside_words
    await desk.until(lambda: not session.busy)
    branches = session.branches
    assert [session.source(branch) for branch in branches] == ["cold", "hot"] * 3
    tree = session.loom.tree
    fans = [tree.fan(branch.fan) for branch in branches[:2]]
    assert [fan.settings for fan in fans] == [COLD.settings, HOT.settings]
    assert fans[0].context == fans[1].context, "from the same place"
    assert all(branch.text for branch in branches)


async def test_any_is_taken_by_the_same_keys_and_what_was_taken_is_told_with_its_numbers(desk):
    session = await at_desk(desk)
    branches = await beside(desk, session, COLD, HOT)
    session.highlight(3)
    assert session.provisional[1] == branches[3].text[branches[3].healed :]
    assert session.take(3)
    assert session.taken.id == branches[3].id
    assert (
        session.beside.news
        == "That was hot. Taken, of 1 time: hot 1 (21–100 %), cold 0 (0–79 %); 50 % each would be chance."
    )
    assert len(session.branches) == 6, "the others stay beside it"
    assert session.numbers == (1, 2, 3, 4, 5, 6), "numbered through"
    session.highlight(2)
    assert session.taken is None
    session.beside.news = ""
    assert session.take(2)
    assert session.beside.news == "", "the first take counts"
    assert session.beside.tally(["cold", "hot"]).standings[0].source == "hot"


async def test_blind_nobody_can_tell_until_one_is_taken(desk):
    session = await at_desk(desk)
    await beside(desk, session, COLD, HOT, blind=True)
    assert session.hides
    assert [session.source(branch) for branch in session.branches] == [""] * 6
    before = session.branches
    assert session.take(0)
    assert not session.hides
    assert sorted(session.source(branch) for branch in session.branches) == ["cold"] * 3 + ["hot"] * 3
    assert [branch.id for branch in session.branches] == [branch.id for branch in before]


async def test_frames_stand_side_by_side_and_their_conditions_are_on_record(desk):
    session = await at_desk(desk)
    session.set_frame(0, Frame(header="Chapter one"))
    branches = await beside(desk, session, FRAMED, BARE)
    first, second = ([insert.text for insert in session.draws(b.fan)[0].conditions.inserts] for b in branches[:2])
    assert any("stormy" in text for text in first)
    assert any("Chapter one" in text for text in first), "over what holds there"
    assert second == []
    assert session.frame.header == "Chapter one", "nothing has changed for the next fan"


async def test_what_is_stopped_leaves_what_came_and_the_next_fan_is_an_ordinary_one(desk):
    session = await at_desk(desk)
    long = replace(HOT, settings=replace(HOT.settings, max_tokens=400))
    session.ask_beside((COLD, long), blind=False)
    await desk.until(lambda: "2 of 2" in session.beside_words)
    session.cancel()
    assert not session.busy
    assert {session.source(branch) for branch in session.branches} >= {"cold"}
    await desk.fan()
    assert session.beside.trial(session.fan.id) is None


async def test_another_round_of_the_same(desk):
    session = await at_desk(desk)
    first = await beside(desk, session, COLD, HOT, blind=True)
    session.take(1)
    session.again()
    await desk.until(lambda: not session.busy)
    assert {branch.id for branch in session.branches}.isdisjoint(branch.id for branch in first)
    assert session.hides
    session.take(0)
    assert session.beside.tally(["hot", "cold"]).trials == 2


async def test_no_source_gets_more_branches_than_the_others(desk):
    session = await at_desk(desk)
    branches = await beside(desk, session, COLD, HOT)
    assert session.more() == "What stands side by side gets no more branches; r draws another round."
    assert session.branches == branches


async def test_the_tally_survives_and_so_does_what_stood_side_by_side(desk, library):
    session = await at_desk(desk)
    branches = await beside(desk, session, COLD, HOT)
    session.take(0)
    session.leave()
    again = desk.open()
    assert [branch.id for branch in again.branches] == [branch.id for branch in branches]
    assert again.source(again.branches[1]) == "hot"
    assert again.beside.tally(["cold", "hot"]).trials == 1
    library.flush()
    said = [event.note for event in library.events(again.row.id) if event.kind is EventKind.BESIDE]
    assert said == ["cold", "hot"]


async def test_without_a_model_nothing_is_asked(desk):
    session = desk.open()
    assert not session.ask_beside((COLD, HOT), blind=False)
    assert not session.busy
    assert session.loom.tree.fans == ()
