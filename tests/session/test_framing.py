"""Frames: what conditions the model beside the manuscript, inherited, versioned, and on record with every fan."""

import asyncio
import re
from dataclasses import replace

import pytest

from cyborg_tui.commands.replay import replay
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.loom.conditions import Origin
from cyborg_tui.loom.frame import Blended, Frame, LoreEntry
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import Steering, Vector
from cyborg_tui.session.framed import BadFrame

LINE = "I have been thinking about the sea"
ANNA = LoreEntry("Anna", "Anna is the captain's daughter.", ("Anna", "the girl"))


def seen_from(sight, origin):
    return "".join(token.text for token in sight.tokens if token.origin is origin)


async def test_memory_stands_before_everything_and_the_manuscript_stays_as_it_is(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    session.set_frame(0, Frame(memory="Letters from an island."))
    fan = (await desk.fan())[0].fan
    assert session.loom.text == LINE
    (seen,) = await session.what_it_saw(fan)
    assert seen.same
    assert "".join(token.text for token in seen.tokens) == "Letters from an island.\n\n" + LINE
    assert seen_from(seen, Origin.MEMORY).strip() == "Letters from an island."
    assert seen_from(seen, Origin.MANUSCRIPT) == LINE


async def test_a_frame_is_inherited_key_by_key_and_holds_from_its_place_on(desk):
    session = desk.open()
    session.edit(0, 0, "One. Two.")
    session.set_frame(0, Frame(memory="Above.", note="A note."))
    session.set_frame(5, Frame(memory="Below."))
    session.move_cursor(4)
    assert (session.frame.memory, session.frame.note) == ("Above.", "A note.")
    session.move_cursor(5)
    assert (session.frame.memory, session.frame.note) == ("Below.", "A note.")
    session.move_cursor(9)
    assert [framed.offset for framed in session.frames] == [0, 5]
    session.set_frame(5, Frame())
    assert session.frame.memory == "Above."


async def test_it_keeps_its_place_when_the_text_above_is_edited_or_cut(desk):
    session = desk.open()
    session.edit(0, 0, "One. Two. Three.")
    session.set_frame(5, Frame(memory="From two on."))
    session.edit(0, 3, "Seven")
    session.move_cursor(len("Seven. "))
    assert session.frame.memory == "From two on."
    session.move_cursor(3)
    assert session.frame.memory == ""
    session.garden.split(session.loom.manuscript.leaf, 2)
    session.move_cursor(len("Seven. "))
    assert session.frame.memory == "From two on."


async def test_it_is_taken_back_and_done_again_like_the_text(desk):
    session = desk.open()
    session.edit(0, 0, LINE)
    session.set_frame(len(LINE), Frame(memory="Once."))
    session.set_frame(len(LINE), Frame(memory="Twice."))
    session.undo()
    assert session.frame.memory == "Once."
    session.undo()
    assert session.frame.memory == ""
    assert session.loom.text == LINE
    session.redo()
    assert session.frame.memory == "Once."


async def test_it_is_there_when_the_loom_is_opened_again(desk, day):
    said = ("Memory.", ("An example.",), (ANNA,), 500, 900, "{title}", "Note.", 4, "Footer", True, "wild")
    levers = (Steering((Vector("x.gguf"),)), "Against.", 2.0, (Blended("Another.", 0.5),))
    frame = Frame(*said, FanSettings(), *levers)
    session = desk.open()
    session.edit(0, 0, LINE)
    session.set_frame(0, frame)
    session.leave()
    assert desk.open(desk.library.daily(day)).frame == frame


async def test_an_old_fan_knows_the_frame_it_had(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    session.set_frame(0, Frame(memory="A storm is coming."))
    old = (await desk.fan())[0].fan
    session.set_frame(0, Frame(memory="All is calm."))
    session.again()
    await desk.until(lambda: not session.busy)
    new = session.fan.id
    assert seen_from((await session.what_it_saw(old))[0], Origin.MEMORY).startswith("A storm")
    assert seen_from((await session.what_it_saw(new))[0], Origin.MEMORY).startswith("All is calm")


async def test_more_branches_of_a_fan_are_drawn_under_its_own_frame(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    session.set_frame(0, Frame(memory="A storm is coming."))
    fan = (await desk.fan())[0].fan
    for otherwise in (Frame(memory="All is calm."), Frame()):
        session.set_frame(0, otherwise)
        session.more()
        await desk.until(lambda: not session.busy)
    first, *others = session.draws(fan)
    assert first.conditions.inserts
    assert [draw.conditions for draw in others] == [first.conditions] * 2


async def test_a_framed_fan_can_be_made_again_exactly(desk):
    exact = EngineConfig(nice=0, exact=True, threads=1)
    desk.engine = EngineClient(exact, lambda event: desk.session and desk.session.hear(event))
    session = desk.open()
    await desk.start()
    session.edit(0, 0, "Anna came home.\n" + LINE)
    session.set_frame(0, Frame(memory="Letters.", lore=(ANNA,), note="Slowly.", note_depth=1, footer="\n> "))
    await desk.fan()
    fan = session.fan
    replayed = await asyncio.to_thread(replay, session.loom, fan, session.draws(fan.id), exact)
    assert replayed.tokens
    assert not replayed.differences


async def test_lore_comes_in_when_it_comes_up_and_stays_a_while(desk):
    session = desk.open()
    session.edit(0, 0, "the gIRL laughed.")
    session.set_frame(0, Frame(lore=(ANNA, LoreEntry("Sea", "The sea is grey.")), lore_reach=30))
    assert [insert.label for insert in session.conditions().of(Origin.LORE)] == ["Anna", "Sea"]
    session.edit(len(session.loom.text), len(session.loom.text), " " + "Nobody spoke. " * 2)
    assert [insert.label for insert in session.conditions().of(Origin.LORE)] == ["Anna", "Sea"], "stays so far"
    session.edit(len(session.loom.text), len(session.loom.text), "Nobody spoke. " * 4)
    assert [insert.label for insert in session.conditions().of(Origin.LORE)] == ["Sea"]
    session.edit(len(session.loom.text), len(session.loom.text), "Annabel came. ")
    assert [insert.label for insert in session.conditions().of(Origin.LORE)] == ["Sea"], "words are found whole"


async def test_the_more_important_lore_has_the_room_and_stands_in_order(desk):
    entries = [LoreEntry(name, name * 10, order=order, priority=rank) for name, order, rank in
               (("a", 3, 9), ("b", 2, 1), ("c", 1, 5))]  # fmt: skip
    session = desk.open()
    session.set_frame(0, Frame(lore=tuple(entries), lore_budget=20))
    assert [insert.label for insert in session.conditions().of(Origin.LORE)] == ["c", "a"]


async def test_a_note_keeps_its_place_until_it_has_drifted_to_twice_its_depth(desk):
    session = desk.open()
    session.set_frame(0, Frame(note="Slowly.", note_depth=2))
    session.edit(0, 0, "a\nb\nc\nd\n")

    def place():
        (note,) = session.conditions().of(Origin.NOTE)
        return note.at

    assert place() == len("a\nb\n")
    for _ in range(2):
        session.edit(len(session.loom.text), len(session.loom.text), "e\n")
        assert place() == len("a\nb\n")
    session.edit(len(session.loom.text), len(session.loom.text), "e\n")
    assert place() == len("a\nb\nc\nd\ne\n")


async def test_header_and_footer_are_filled_in(desk):
    session = desk.open()
    session.edit(0, 0, LINE)
    session.set_frame(0, Frame(header="{title}, {{draft}}", footer="\n({weekday})"))
    header, footer = session.conditions().inserts
    assert header.text == f"{session.row.title}, {{draft}}\n\n"
    assert footer.text.endswith("day)")


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (Frame(header="{colour}"), "There is no field {colour}; there are {date}"),
        (Frame(footer="{"), "The footer cannot be filled in"),
        (Frame(lore=(LoreEntry("Bad", "x", ("(",), regex=True),)), "The lore entry Bad cannot be looked for. ( is no"),
        (Frame(lore=(LoreEntry("Slow", "x", ("(a+)+$",), regex=True),)), "takes too long"),
        (Frame(lore=(ANNA, ANNA)), "Two lore entries are called Anna"),
    ],
)
async def test_what_cannot_be_used_is_said_and_changes_nothing(desk, frame, says):
    session = desk.open()
    session.edit(0, 0, "a" * 60 + "b")
    session.set_frame(0, Frame(memory="As before."))
    with pytest.raises(BadFrame, match=re.escape(says)):
        session.set_frame(0, frame)
    assert session.frame.memory == "As before."


async def test_a_frame_that_leaves_no_room_for_the_manuscript_is_one_sentence(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    session.set_frame(0, Frame(memory="Very much to remember. " * 2000))
    await desk.fan()
    await desk.until(lambda: "no room is left for the manuscript" in session.view.news)
    session.set_frame(0, Frame(memory="Little."))
    assert any(branch.text for branch in await desk.fan())


async def test_the_frame_stays_in_the_window_when_the_manuscript_outgrows_it(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, "".join(f"On day {day} it rained.\n" for day in range(900)))
    session.set_frame(0, Frame(memory="Letters from an island."))
    fan = (await desk.fan())[0].fan
    (seen,) = await session.what_it_saw(fan)
    assert seen.same
    assert seen.left_out
    assert "".join(token.text for token in seen.tokens).startswith("Letters from an island.\n\n")
    coming = await session.what_it_would_see()
    assert [token.id for token in coming.tokens] == [token.id for token in seen.tokens]


async def test_another_taste_is_the_frames_where_it_says_how_fans_are_made(desk):
    session = desk.open()
    session.edit(0, 0, LINE)
    session.set_frame(0, Frame(preset="wild", settings=replace(session.settings, width=3)))
    assert session.settings.width == 3
    session.draw_by(replace(session.settings, width=4))
    assert session.frame.settings.width == 4
    session.set_frame(0, Frame())
    assert session.settings.width == 8
