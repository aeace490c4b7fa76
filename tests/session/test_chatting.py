"""A manuscript as a conversation, in the model's own chat template."""

import asyncio

import pytest

from cyborg_tui.commands.replay import replay
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.loom.conditions import Origin
from cyborg_tui.loom.fan import decode, encode
from cyborg_tui.loom.frame import Frame
from tests.engine.gguf_parts import embedded

TEMPLATE = (
    "{% for m in messages %}[{{ m.role }}] {{ m.content }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)


@pytest.fixture
def chats(desk, tmp_path):
    """A desk with a model that has a chat template."""
    file = tmp_path / "chats.gguf"
    model = embedded()
    model.set_text("tokenizer.chat_template", TEMPLATE)
    file.write_bytes(model.encode())
    config = EngineConfig(nice=0, model=str(file), exact=True, threads=1)
    desk.engine = EngineClient(config, lambda event: desk.session and desk.session.hear(event))
    desk.config = config
    return desk


async def seen(session):
    (sight,) = await session.what_it_saw(session.fan.id)
    return sight


async def test_branches_are_answers_in_the_models_template(chats):
    session = chats.open()
    await chats.start()
    session.edit(0, 0, "> What is a staircase for?")
    session.set_frame(0, Frame(chat=True))
    branches = await chats.fan()
    assert session.loom.text == "> What is a staircase for?\n", "the answer begins on a line of its own"
    sight = await seen(session)
    assert "".join(t.text for t in sight.tokens).startswith("[user] What is a staircase for?")
    assert "".join(t.text for t in sight.tokens).endswith("[assistant] ")
    assert {t.origin for t in sight.tokens} == {Origin.CHAT, Origin.MANUSCRIPT}

    session.take(0)
    answer = branches[0].text
    end = len(session.loom.text)
    session.edit(end, end, "\n\n> Truly?")
    await chats.fan()
    sight = await seen(session)
    assert sight.same
    said = decode(encode("".join(t.text for t in sight.tokens)))  # of a letter, each token may have a part
    assert "[user] What is a staircase for?" in said
    assert f"[assistant] {answer.strip(chr(10))}" in said
    assert "[user] Truly?" in said


async def test_what_is_told_beside_the_manuscript_is_the_systems(chats):
    session = chats.open()
    await chats.start()
    session.edit(0, 0, "> Who are you?")
    session.set_frame(0, Frame(chat=True, memory="You keep a lighthouse."))
    await chats.fan()
    said = "".join(t.text for t in (await seen(session)).tokens)
    assert said.startswith("[system] You keep a lighthouse.")


async def test_such_a_fan_can_be_made_again(chats):
    session = chats.open()
    await chats.start()
    session.edit(0, 0, "Be brief.\n\n> Who are you?")
    session.set_frame(0, Frame(chat=True))
    await chats.fan()
    fan = session.fan
    replayed = await asyncio.to_thread(replay, session.loom, fan, session.draws(fan.id), chats.config)
    assert replayed.tokens
    assert not replayed.differences


async def test_a_model_without_a_template_says_so_and_raw_text_is_the_way_out(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, "> Who are you?")
    session.set_frame(0, Frame(chat=True))
    session.ask()
    await desk.until(lambda: "has no chat template" in session.view.news)
    assert session.fan is None
    assert not session.busy
    session.set_frame(0, Frame())
    assert any(branch.text for branch in await desk.fan())


async def test_prose_without_a_line_of_the_persons_goes_on_as_prose(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, "Once upon a time")
    session.set_frame(0, Frame(chat=True))
    assert any(branch.text for branch in await desk.fan())
