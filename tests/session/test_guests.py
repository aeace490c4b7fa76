"""Other models side by side with the one that writes: beside it where there is memory for both, else by turns."""

import asyncio
import os
import signal
from pathlib import Path

import msgspec
import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.catalogue import look_at
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.engine.protocol import Card, Ready
from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session.beside import Source
from cyborg_tui.session.choosing import Choosing
from cyborg_tui.session.guests import Guests, OtherModel
from tests.engine.gguf_parts import embedded
from tests.engine.odd_models import odd_model

SETTINGS = FanSettings(width=3, max_tokens=6)
OURS = Source("model commonplace", SETTINGS)


@pytest.fixture
async def table(desk, tmp_path):
    """A desk at which others may sit, with the embedded model there, and text on the page."""
    config = EngineConfig(nice=0)
    session = desk.open()
    choosing = Choosing(desk.engine, config, tmp_path / "data")
    made = []

    def make(config, hear):
        made.append(EngineClient(config, hear, fans=SETTINGS, largest=SETTINGS))
        return made[-1]

    guests = Guests(choosing, config, make)
    session.host(guests)
    hear = session.hear

    def hear_all(event):
        guests.hear_writer(event)
        hear(event)
        choosing.hear(event)

    session.hear = hear_all
    desk.guests, desk.made, desk.choosing = guests, made, choosing
    await desk.start()
    session.edit(0, 0, "The house by the sea")
    yield desk
    await guests.close()


@pytest.fixture
def small_machine(monkeypatch):
    """There is memory for one model only."""
    monkeypatch.setattr("cyborg_tui.session.guests.free_memory", lambda: 1_000_000)


def other(folder, name="other", **options):
    path = odd_model(folder / f"{name}.gguf", "plain", name=name, **options)
    return Source(f"model {name}", SETTINGS, model=OtherModel(str(path), look_at(path).shape))


async def beside(desk, *sources, blind=False):
    assert desk.session.ask_beside(sources, blind=blind)
    await desk.until(lambda: not desk.session.busy)
    return desk.session.branches


def fans(session):
    """The fans of the round in view, by the names of their sources."""
    tree = session.loom.tree
    return {session.beside.trial(fan.id).source(fan.id): fan for fan in tree.fans}


async def test_both_stay_loaded_and_each_branch_is_of_its_model(table, tmp_path):
    session = table.session
    branches = await beside(table, OURS, other(tmp_path, vocabulary="sentencepiece"))
    assert len(branches) == 6
    assert [session.source(branch) for branch in branches[:2]] == ["model commonplace", "model other"]
    of = fans(session)
    assert of["model commonplace"].model.name == "commonplace"
    assert of["model other"].model.name == "other"
    assert of["model other"].model.vocabulary != of["model commonplace"].model.vocabulary
    assert {branch.finish for branch in branches} <= {Finish.TOKENS, Finish.END}
    assert session.view.model.name == "commonplace", "the writer's stays where it was"
    [guest] = table.made
    assert guest.pid not in (None, table.engine.pid)
    for fan in of.values():
        [draw] = session.draws(fan.id)
        assert draw.tokens > 0


async def test_what_it_wrote_is_taken_like_any_other_and_the_tally_knows_the_models(table, tmp_path):
    session = table.session
    branches = await beside(table, OURS, other(tmp_path))
    index = next(i for i, one in enumerate(branches) if session.source(one) == "model other" and one.text.strip())
    assert session.take(index)
    assert session.beside.news.startswith("That was model other. Taken, of 1 time: model other 1")
    await table.fan()
    assert session.fan.model.name == "commonplace"


async def test_another_round_needs_no_loading(table, tmp_path):
    session = table.session
    await beside(table, OURS, other(tmp_path))
    [guest] = table.made
    pid = guest.pid
    session.again()
    await table.until(lambda: not session.busy)
    assert len(session.loom.tree.fans) == 4
    assert [one.pid for one in table.made] == [pid]


async def test_whom_nobody_asks_is_let_go_and_nothing_is_left_of_it(table, tmp_path, monkeypatch):
    monkeypatch.setattr("cyborg_tui.session.guests._STAY", 2)
    await beside(table, OURS, other(tmp_path))
    [guest] = table.made
    pid = guest.pid
    await table.until(lambda: not Path(f"/proc/{pid}").exists())
    await beside(table, OURS, other(tmp_path))
    assert len(table.made) == 2, "it comes again when it is wanted"
    pid = table.made[1].pid
    await table.guests.close()
    assert not Path(f"/proc/{pid}").exists()


async def test_where_there_is_memory_for_one_they_take_turns_and_the_writers_comes_back(table, tmp_path, small_machine):
    session, pid = table.session, table.engine.pid
    assert session.ask_beside((other(tmp_path, "a"), OURS, other(tmp_path, "b")), blind=False)
    await table.until(lambda: "loading the model" in session.beside_words)
    await table.until(lambda: not session.busy)
    assert {name: fan.model.name for name, fan in fans(session).items()} == {
        "model commonplace": "commonplace",
        "model a": "a",
        "model b": "b",
    }
    assert table.made == []
    assert table.engine.pid == pid
    await table.until(lambda: session.view.model is not None and session.view.model.name == "commonplace")
    assert table.choosing.model == ""
    assert not (tmp_path / "data" / "model").exists(), "nothing was chosen by that"
    session.edit(0, 0, "x")
    await table.fan()
    assert session.fan.model.name == "commonplace"


def on_a_card(desk, free):
    """What the writer's engine says where the model lies on a graphics card with so much memory free."""
    view = desk.session.view
    ready = Ready(view.model, view.window, "", ("GPU",), decoding=view.decoding, card=Card(free))
    desk.session.hear(ready)


@pytest.mark.parametrize(("free", "beside"), [(10**10, True), (10**6, False), (None, False)])
async def test_on_a_graphics_card_its_memory_is_what_counts(table, tmp_path, free, beside):
    model = other(tmp_path).model
    assert table.session.fits_beside(model)
    on_a_card(table, free)
    assert table.session.fits_beside(model) is beside
    assert table.session.view.card == Card(free)


async def test_what_a_guest_took_of_a_card_is_free_again_when_it_is_let_go(table, tmp_path):
    first, second = other(tmp_path, "a").model, other(tmp_path, "b").model
    on_a_card(table, 10**10)
    table.guests.come(first)
    await table.until(lambda: table.guests.come(first))
    there = table.guests.engine(first)[1]
    table.guests._heard(first.path, msgspec.structs.replace(there, card=Card(10**6)))
    assert table.session.fits_beside(first), "it is there"
    assert not table.session.fits_beside(second)
    await table.guests.close()
    assert table.session.fits_beside(second)


async def test_stopped_in_its_turn_the_writers_model_comes_back(table, tmp_path, small_machine):
    session = table.session
    session.ask_beside((OURS, other(tmp_path)), blind=False)
    await table.until(lambda: "2 of 2" in session.beside_words)
    assert session.cancel()
    assert not session.busy
    assert session.ask(), "it may be asked for before it is there"
    await table.until(lambda: session.fan is not None and not session.busy)
    assert session.fan.model.name == "commonplace"


async def test_an_edit_while_it_is_being_loaded_stops_the_round_and_stays(table, tmp_path):
    session = table.session
    session.ask_beside((OURS, other(tmp_path)), blind=False)
    session.edit(0, 0, "Yes. ")
    assert not session.busy
    await table.until(lambda: table.made == [] or table.made[0].greeted)
    await asyncio.sleep(0.2)
    assert not session.busy
    assert session.loom.text == "Yes. The house by the sea"


@pytest.mark.parametrize("small", [False, True])
async def test_a_model_that_cannot_be_had_is_said_and_what_was_drawn_stays(table, tmp_path, monkeypatch, small):
    if small:
        monkeypatch.setattr("cyborg_tui.session.guests.free_memory", lambda: 1)
    session, source = table.session, other(tmp_path)
    (tmp_path / "other.gguf").write_bytes(b"GGUF")
    session.ask_beside((OURS, source), blind=False)
    await table.until(lambda: not session.busy)
    await table.until(lambda: session.view.model is not None and "other.gguf" in session.view.news)
    assert session.view.model.name == "commonplace"
    assert [session.source(branch) for branch in session.branches] == ["model commonplace"] * 3
    odd_model(tmp_path / "other.gguf", "plain", name="other")
    assert len(await beside(table, OURS, source)) == 6, "mended, it is tried again"


async def test_a_worker_that_is_killed_while_it_draws_leaves_what_came_and_the_page_is_well(table, tmp_path):
    session = table.session
    long = FanSettings(width=3, max_tokens=400)
    source = other(tmp_path)
    session.ask_beside((OURS, Source(source.name, long, model=source.model)), blind=False)
    await table.until(lambda: len(session.loom.tree.fans) == 2 and session.loom.tree.branches(2)[0].text)
    os.kill(table.made[0].pid, signal.SIGKILL)
    await table.until(lambda: not session.busy)
    assert {branch.finish for branch in session.loom.tree.branches(2)} <= {Finish.INTERRUPTED, Finish.END}
    assert await table.fan()


async def test_a_conversation_goes_to_each_in_its_own_template(table, tmp_path):
    session = table.session
    session.set_frame(0, Frame(chat=True))
    session.edit(0, len(session.loom.text), "> Who are you?\n")
    sources = []
    for name in ("first", "second"):
        model = embedded()
        model.set_text(
            "tokenizer.chat_template", f"{{% for m in messages %}}<{name} {{{{ m.content }}}}>{{% endfor %}}"
        )
        path = tmp_path / f"{name}.gguf"
        path.write_bytes(model.encode())
        sources.append(Source(f"model {name}", SETTINGS, model=OtherModel(str(path), look_at(path).shape)))
    await beside(table, *sources)
    for name, fan in fans(session).items():
        [draw] = session.draws(fan.id)
        assert name.removeprefix("model ") in "".join(part.text for part in draw.conditions.chat)


async def test_where_one_has_no_template_for_a_conversation_that_is_said(table, tmp_path):
    session = table.session
    session.set_frame(0, Frame(chat=True))
    session.edit(0, len(session.loom.text), "> Who are you?\n")
    session.ask_beside((other(tmp_path),), blind=False)
    await table.until(lambda: not session.busy)
    assert "template" in session.view.news


async def test_blind_the_names_of_the_models_are_not_told(table, tmp_path):
    session = table.session
    session.ask_beside((OURS, other(tmp_path)), blind=True)
    while session.busy:
        assert "other" not in session.beside_words
        await asyncio.sleep(0.005)
    assert session.hides
    table.library.flush()
    assert [event.note for event in table.library.events(session.row.id) if event.kind is EventKind.BESIDE] == [
        "blind · model commonplace",
        "blind · model other",
    ]
