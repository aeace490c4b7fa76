"""Fans in the middle of a text."""

import struct
from types import SimpleNamespace

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.engine.protocol import Evaluated, FollowEnded
from cyborg_tui.loom.context import Context
from cyborg_tui.loom.fan import Finish, ModelIdentity
from cyborg_tui.loom.settings import FanSettings
from tests.engine.gguf_parts import embedded
from tests.engine.test_in_the_middle import MARKS, U32

BEFORE = "She opened the door of the old house, and"
GONE = " said something that nobody wanted to hear,"
AFTER = " But the room was empty, and nobody answered when she called."


async def test_over_a_selection_each_branch_is_told_how_what_follows_would_follow(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, BEFORE + GONE + AFTER)
    assert session.bridge(len(BEFORE), len(BEFORE + GONE))
    await desk.until(
        lambda: not session.busy and all(session.bridging.of(one.id) for one in session.branches if one.text)
    )
    assert session.loom.text == BEFORE + AFTER
    follows = {branch.id: session.bridging.of(branch.id) for branch in session.branches if branch.text}
    assert len(follows) > 4
    assert all(one.tokens > 5 and one.logprob < 0 for one in follows.values())
    drawn = [branch.id for branch in session.branches]
    assert session.sort_bridges() is True
    means = [session.bridging.of(branch.id).mean for branch in session.branches if branch.text]
    assert means == sorted(means, reverse=True)
    assert session.sort_bridges() is False
    assert [branch.id for branch in session.branches] == drawn, "never sorted by itself"
    session.take(0)
    taken = session.branches[0].text[session.branches[0].healed :]
    assert session.loom.text == BEFORE + taken + AFTER, "what follows is carried along"
    session.undo()
    session.undo()
    assert session.loom.text == BEFORE + GONE + AFTER


async def test_the_highlighted_branch_stays_highlighted_when_they_are_sorted(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, BEFORE + AFTER)
    session.bridge(len(BEFORE), len(BEFORE))
    await desk.until(
        lambda: not session.busy and all(session.bridging.of(one.id) for one in session.branches if one.text)
    )
    session.highlight(3)
    third = session.branches[3].id
    session.sort_bridges()
    assert session.branches[session.highlighted].id == third


async def test_of_another_fan_nothing_is_known(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, BEFORE)
    await desk.fan()
    assert session.sort_bridges() is None
    assert not any(session.bridging.of(branch.id) for branch in session.branches)


async def test_a_model_that_fills_in_the_middle_sees_what_follows_and_that_is_on_record(desk, tmp_path):
    model = embedded()
    for name, token in MARKS.items():
        model.set(f"tokenizer.ggml.{name}_token_id", U32, struct.pack("<I", token))
    (tmp_path / "filler.gguf").write_bytes(model.encode())
    config = EngineConfig(model=str(tmp_path / "filler.gguf"), nice=0)
    desk.engine = EngineClient(config, lambda event: desk.session and desk.session.hear(event), fans=FanSettings())
    session = desk.open()
    await desk.start()
    session.edit(0, 0, BEFORE + AFTER)
    session.bridge(len(BEFORE), len(BEFORE))
    await desk.until(lambda: not session.busy and session.view.stats is not None)
    (draw,) = session.draws(session.fan.id)
    assert draw.following == AFTER.encode()
    assert session.view.stats.prompt_tokens == draw.tokens > 20
    session.more()
    await desk.until(lambda: not session.busy)
    assert [one.following for one in session.draws(session.fan.id)] == [AFTER.encode()] * 2


def test_what_something_else_always_comes_before_is_not_asked_for_for_ever(desk):
    session, asked = desk.open(), []
    loom = session.loom
    loom.write(0, 0, BEFORE)
    fan = loom.fan(ModelIdentity("babble", "v"), FanSettings(width=1), 1)
    loom.grow(fan.branches[0], " and went in.", 0, (), 7)
    loom.finish(fan.branches[0], Finish.TOKENS)
    engine = SimpleNamespace(levers=SimpleNamespace(follow=lambda *_: asked.append(1) or len(asked)))
    session.bridging.begin(fan.id, lambda: Context(()), AFTER)
    for _ in range(20):
        session.bridging.hear(Evaluated(0), engine)
        session.bridging.hear(FollowEnded(len(asked), False), engine)
    assert 1 < len(asked) < 10
