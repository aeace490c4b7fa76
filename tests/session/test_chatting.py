"""A manuscript as a conversation, in the model's own chat template."""

import asyncio
from types import SimpleNamespace

import pytest

from cyborg_tui.commands.export import processes
from cyborg_tui.commands.replay import replay
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.engine.protocol import Lost
from cyborg_tui.loom.conditions import Origin
from cyborg_tui.loom.fan import decode, encode
from cyborg_tui.loom.frame import Frame
from cyborg_tui.session.chatting import Chatting
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


async def test_what_the_model_read_is_in_the_export_word_for_word(chats):
    session = chats.open()
    await chats.start()
    session.edit(0, 0, "Be brief.\n\n> Who are\n> you?")
    session.set_frame(0, Frame(chat=True, memory="You keep a lighthouse.", against="You are a cat.", guidance=2.0))
    branches = await chats.fan()
    session.take(0)
    answer, end = branches[0].text, len(session.loom.text)
    session.edit(end, end, "\n\n> Truly?")
    await chats.fan()
    sight = await seen(session)
    session.take(0)
    assert chats.library.flush()

    _, row = processes(chats.library, session.row)
    assert as_read(row.conversation) == as_seen(sight)
    (other,) = row.read_with
    assert as_read(other.conversation) == as_seen(sight.beside[0])
    told = "[system] You keep a lighthouse.\n\nBe brief.\n[user] Who are\nyou?\n[assistant] "
    assert as_read(row.conversation).startswith(told)
    assert {part.origin for part in row.conversation} == {"chat", "memory", ""}
    drawn = {part.text: part.tokens for part in row.conversation}
    assert drawn[answer.strip("\n")], "what a model wrote is told as the tokens it drew"
    _, short = processes(chats.library, session.row, characters=12)
    assert short.conversation == row.conversation[-len(short.conversation) :] != row.conversation


async def test_a_text_that_is_no_conversation_stands_in_the_export_as_it_is(chats):
    session = chats.open()
    await chats.start()
    session.edit(0, 0, "Once upon a time")
    await chats.fan()
    session.take(0)
    assert chats.library.flush()
    (row,) = processes(chats.library, session.row)
    assert row.conversation is None


def as_read(conversation):
    return "".join(part.text for part in conversation).replace("<|endoftext|>", "")  # which is no text to the model


def as_seen(sight):
    return decode(encode("".join(token.text for token in sight.tokens)))  # of a letter, each token may have a part


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


def test_a_template_that_an_engine_was_asked_for_which_is_gone_is_asked_for_again():
    asked, chatting = [], Chatting()
    engine = SimpleNamespace(levers=SimpleNamespace(render=lambda roles, **_: asked.append(roles) or len(asked)))
    chatting.ask(engine, ("user",))
    chatting.ask(engine, ("user",))
    assert asked == [("user",)], "once is enough"
    chatting.hear(Lost("The engine stopped.", again=True))
    chatting.ask(engine, ("user",))
    assert len(asked) == 2
