"""Guidance against a frame, and blends of frames: each laid out over the manuscript as if it alone were in force."""

import asyncio
from dataclasses import replace
from math import exp

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.commands.lens import look, said
from cyborg_tui.commands.replay import replay
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.engine.protocol import FanRequest, Weighed, wire
from cyborg_tui.frames import BadFrameFile, NamedFrames, frame_from_toml, frame_to_toml
from cyborg_tui.loom.blend_text import blend_from, blend_to
from cyborg_tui.loom.context import composed
from cyborg_tui.loom.fan import decode
from cyborg_tui.loom.frame import Blended, Frame, LoreEntry, Named
from cyborg_tui.loom.garden import Garden
from cyborg_tui.loom.guidance import ALONE
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.screens.sources import sources
from cyborg_tui.session import Session
from cyborg_tui.session.framed import BadFrame
from cyborg_tui.session.framing import Framing
from cyborg_tui.session.levers import LEVERS, summary_of, with_text
from cyborg_tui.session.sight import drawn_in
from tests.engine.deck import Deck

SEA = "The boat came home.\nI have been thinking about the sea again."
WHALER = Frame(
    memory="The log of a whaler.",
    examples=("Wind from the north.",),
    lore=(LoreEntry("boat", "The boat is called Anna.", ("boat",)),),
    header="Day {day}",
    note="Short sentences.",
    note_depth=1,
    footer="\n—",
)
ISLAND = Frame(memory="Letters from an island.", note="Slowly.")
AGAINST = next(lever for lever in LEVERS if lever.key == "against")
BLEND = next(lever for lever in LEVERS if lever.key == "blend")

texts = st.text("ab \n", max_size=12)
entries = st.builds(LoreEntry, st.sampled_from("xyz"), texts, st.just(("a",)))
lore = st.lists(entries, max_size=2, unique_by=lambda entry: entry.name)
layouts = st.builds(
    Frame,
    memory=st.none() | texts,
    examples=st.none() | st.lists(texts, max_size=2).map(tuple),
    lore=st.none() | lore.map(tuple),
    header=st.none() | texts,
    note=st.none() | texts,
    note_depth=st.none() | st.integers(1, 3),
    footer=st.none() | texts,
)


@pytest.fixture(scope="module")
def deck():
    deck = Deck()
    yield deck
    deck.close()


SOON = settings(max_examples=25, deadline=None)


def framing(text, frame):
    """A loom's frames, where this holds everywhere."""
    loom = Loom()
    loom.write(0, 0, text)
    Garden(loom).frame(0, frame)
    return Framing(loom, lambda: "a title", lambda: 0.0)


def in_force(frame, text):
    """What stands beside a text where nothing but this frame holds."""
    return framing(text, frame).conditions(len(text))


def laid_out(session):
    """The context at the cursor, and nothing beside it."""
    loom = session.loom
    pieces = loom.manuscript.pieces_between(0, loom.cursor)
    return composed(replace(session.conditions(), beside=()), pieces, drawn_in(loom))


def ids(branches):
    return [[token.id for token in branch] for branch in branches]


@SOON
@given(layouts, layouts, layouts, texts)
def test_each_part_is_laid_out_as_if_it_alone_were_in_force(own, against, part, text):
    frame = replace(own, against=Named("no", against), blend=(Blended(frame=Named("yes", part), weight=0.5),))
    found = framing(text, frame).conditions(len(text))
    assert replace(found, beside=()) == in_force(own, text)
    assert [one.name for one in found.beside] == ["yes", "no"]
    assert [replace(one, name="") for one in found.beside] == [in_force(part, text), in_force(against, text)]


@SOON
@given(layouts, st.text("ab\n", min_size=1, max_size=12).filter(str.strip), texts)
def test_a_memory_alone_stands_in_the_place_of_the_frames_own(own, memory, text):
    (found,) = framing(text, replace(own, against=memory)).conditions(len(text)).beside
    assert found == in_force(replace(own, memory=memory), text)


@pytest.mark.parametrize("way", ["led away", "blended", "both"])
async def test_branches_are_those_of_the_two_layouts_token_for_token(desk, deck, way):
    session = desk.open(width=4)
    await desk.start()
    session.edit(0, 0, SEA)
    contexts = []
    for frame in (ISLAND, WHALER):
        session.set_frame(0, frame)
        contexts.append(wire(laid_out(session)))
    whaler, own = Named("whaler", WHALER), contexts[0]
    parts = {"against": whaler} if way != "blended" else {}
    parts |= {"blend": (Blended(frame=whaler, weight=0.5),)} if way != "led away" else {}
    session.set_frame(0, replace(ISLAND, guidance=1.5, **parts))
    branches = await desk.fan()
    fan = session.fan
    others = (contexts[1],) * len(parts)
    drawn = deck.drawn(deck.ask(FanRequest(1, own, fan.settings, fan.seed, beside=others)), 4)
    assert ids(branch.tokens for branch in branches) == ids(drawn.tokens)
    assert fan.settings.mix.others


async def test_a_blend_of_one_part_that_holds_already_is_that_frames_own_fan(desk, deck):
    session = desk.open(width=4)
    await desk.start()
    session.edit(0, 0, SEA)
    session.set_frame(0, WHALER)
    alone = wire(laid_out(session))
    session.set_frame(0, replace(WHALER, blend=(Blended(frame=Named("whaler", WHALER), weight=3.0),)))
    branches = await desk.fan()
    fan = session.fan
    drawn = deck.drawn(deck.ask(FanRequest(1, alone, replace(fan.settings, mix=ALONE), fan.seed)), 4)
    assert ids(branch.tokens for branch in branches) == ids(drawn.tokens)


async def test_the_bars_are_of_what_is_drawn_from(desk):
    """Whatever preset they are looked at with: guidance is a lever of its own."""
    session, heard = desk.open(width=8), []
    await desk.start()
    session.edit(0, 0, SEA)
    session.set_frame(0, replace(ISLAND, against=Named("whaler", WHALER), guidance=2.0))
    await desk.fan()
    session.listen(heard.append)
    assert session.weigh(len(SEA), FanSettings(width=8, max_tokens=12))
    await desk.until(lambda: any(isinstance(event, Weighed) for event in heard))
    session.stop_listening(heard.append)
    (weighed,) = [event for event in heard if isinstance(event, Weighed)]
    chances = {decode(token.text): token.before for token in weighed.tokens}
    firsts = {branch.text[: branch.tokens[0].size]: branch.tokens[0].logprob for branch in session.branches}
    assert firsts.keys() & chances.keys()
    for text in firsts.keys() & chances.keys():
        assert chances[text] == pytest.approx(exp(firsts[text]), rel=0.02)


async def test_an_old_fan_knows_the_frame_it_was_led_away_from_and_the_lens_shows_it(desk, tmp_path):
    await desk.engine.close()
    exact = EngineConfig(nice=0, exact=True)
    desk.engine = EngineClient(exact, lambda event: desk.session and desk.session.hear(event))
    session, named = desk.open(width=2), NamedFrames(tmp_path)
    await desk.start()
    session.edit(0, 0, SEA)
    named.save("whaler", WHALER)
    session.set_frame(0, with_text(AGAINST, ISLAND, "frame: whaler", named.read))
    coming = await session.what_it_would_see()
    await desk.fan()
    fan, draws = session.fan, session.draws(session.fan.id)
    named.save("whaler", Frame(memory="All is otherwise."))
    session.set_frame(0, with_text(AGAINST, ISLAND, "frame: whaler", named.read))
    assert "All is otherwise." in session.conditions().beside[0].inserts[0].text
    (seen,) = await session.what_it_saw(fan.id)
    (other,) = seen.beside
    assert (other.name, other.weight, other.same) == ("whaler", fan.settings.mix.others[0], True)
    text = "".join(token.text for token in other.tokens)
    assert text.startswith("The log of a whaler.\n\nWind from the north.\n\nThe boat is called Anna.\nDay ")
    assert text.endswith("Short sentences.\nThe boat came home.\nI have been thinking about the sea again.\n—")
    assert [[token.id for token in one.tokens] for one in coming.beside] == [[token.id for token in other.tokens]]
    assert session.more() == ""
    await desk.until(lambda: not session.busy)
    assert {draw.conditions for draw in session.draws(fan.id)} == {draws[0].conditions}
    replayed = await asyncio.to_thread(replay, session.loom, fan, draws, exact)
    assert replayed.tokens
    assert replayed.differences == ()
    shown = await asyncio.to_thread(look, session.loom, draws, exact)
    assert [sight.name for sight in shown] == ["", "whaler"]
    assert "with weight -0.5 whaler." in next(said(shown[1]))


async def test_a_long_manuscript_is_cut_for_each_part_as_the_lens_says(desk):
    session = desk.open(width=2)
    await desk.start()
    session.edit(0, 0, "".join(f"On day {day} it rained.\n" for day in range(900)))
    session.set_frame(0, replace(ISLAND, against=Named("whaler", WHALER)))
    coming = await session.what_it_would_see()
    fan = (await desk.fan())[0].fan
    (seen,) = await session.what_it_saw(fan)
    assert seen.left_out
    assert seen.beside[0].left_out
    for then, now in ((coming, seen), (coming.beside[0], seen.beside[0])):
        assert now.same
        assert [token.id for token in then.tokens] == [token.id for token in now.tokens]


async def test_what_is_wrong_in_a_named_frame_is_said_and_changes_nothing(desk, tmp_path):
    session, named = desk.open(), NamedFrames(tmp_path)
    session.edit(0, 0, SEA)
    session.set_frame(0, ISLAND)
    for name, frame in {"bad": Frame(header="{colour}"), "twice": Frame(lore=WHALER.lore * 2)}.items():
        named.save(name, frame)
        with pytest.raises(BadFrame, match=rf"(header|lore entries) of {name}"):
            session.set_frame(0, with_text(AGAINST, ISLAND, f"frame: {name}", named.read))
    with pytest.raises(BadFrame, match="could not be read"):
        with_text(BLEND, ISLAND, "weight: 2\nframe: nobody", named.read)
    with pytest.raises(BadFrame, match="cannot be the name of a frame"):
        with_text(AGAINST, ISLAND, "frame: ", named.read)
    assert session.frame.memory == ISLAND.memory
    assert not session.frame.named


async def test_a_part_that_leaves_no_room_for_the_manuscript_is_one_sentence(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, SEA)
    long = Frame(memory="Very much to remember. " * 2000)
    session.set_frame(0, replace(ISLAND, against=Named("long", long)))
    await desk.fan()
    await desk.until(lambda: "no room is left for the manuscript" in session.view.news)
    session.set_frame(0, ISLAND)
    assert any(branch.text for branch in await desk.fan())


def test_side_by_side_each_source_has_the_guidance_of_its_frame(library, day, tmp_path):
    """A preset keeps it, a frame has its own, and without a frame there is none."""
    named = NamedFrames(tmp_path / "frames")
    named.save("island", ISLAND)
    named.save("led", Frame(against=Named("whaler", WHALER), blend=(Blended("Calm."),)))
    session = Session(library.daily(day), library, FanSettings(), lambda: None)
    session.edit(0, 0, SEA)
    session.set_frame(0, replace(ISLAND, against="Joy."))
    found = {source.name: source.settings.mix for source in sources(session, {"wild": FanSettings()}, named)}
    assert {name: len(mix.others) for name, mix in found.items()} == {
        "as it is now": 1,
        "without a frame": 0,
        "preset wild": 1,
        "frame island": 1,
        "frame led": 2,
    }
    session.leave()


# writing and keeping


def test_how_a_person_writes_it(tmp_path):
    named = NamedFrames(tmp_path)
    named.save("whaler", replace(WHALER, against="x", guidance=3.0, blend=(Blended("y"),)))
    frame = with_text(AGAINST, Frame(), "frame: whaler", named.read)
    assert frame == Frame(against=Named("whaler", WHALER)), "no more of it than what stands beside a manuscript"
    assert summary_of(AGAINST, frame.against) == "frame: whaler"
    text = "weight: 0,5\nframe: whaler\n***\nLetters.\nframe: of mind"
    blend = (Blended(frame=Named("whaler", WHALER), weight=0.5), Blended("Letters.\nframe: of mind"))
    assert blend_from(text, named.read) == blend
    assert blend_from(blend_to(blend), named.read) == blend


@SOON
@given(layouts, layouts, layouts)
def test_a_file_says_what_its_parts_are(own, against, part):
    frame = replace(
        own, against=Named("a b", against), blend=(Blended(frame=Named('"', part), weight=2.0), Blended("x"))
    )
    assert frame_from_toml(frame_to_toml(frame)) == frame


def test_a_file_may_give_no_more_than_the_name(tmp_path):
    named = NamedFrames(tmp_path)
    (tmp_path / "own.toml").write_text('against = {name = "whaler"}\n[[blend]]\nframe = {name = "own"}\n')
    with pytest.raises(BadFrameFile, match=r"whaler\.toml could not be read"):
        named.read("own")
    named.save("whaler", WHALER)
    blend = (Blended(frame=Named("own", Frame())),)
    assert named.read("own") == Frame(against=Named("whaler", WHALER), blend=blend)


def test_a_loom_as_it_was_kept_before_is_read(library, day):
    """A memory to be led away from, and a blend of memories."""
    old = {"memory": "Joy.", "against": "Sorrow.", "blend": [{"text": "Calm.", "weight": 0.5}]}
    frame = msgspec.msgpack.decode(msgspec.msgpack.encode(old), type=Frame)
    assert frame == Frame("Joy.", against="Sorrow.", blend=(Blended("Calm.", 0.5),))
    session = Session(library.daily(day), library, FanSettings(), lambda: None)
    session.edit(0, 0, SEA)
    session.set_frame(0, replace(frame, against=Named("whaler", WHALER)))
    session.leave()
    again = Session(library.daily(day), library, FanSettings(), lambda: None)
    assert again.frame.against == Named("whaler", WHALER)
    again.leave()
