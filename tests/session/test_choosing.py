"""Choosing another model: the text stays, what fails leaves the one before, and the last choice is remembered."""

import os
from dataclasses import replace

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.loom.fan import Finish
from cyborg_tui.session.choosing import Choosing, chosen_last
from tests.engine.odd_models import odd_model


@pytest.fixture
async def chooser(desk, tmp_path):
    """A desk whose session can choose; the embedded model is there."""
    session = desk.open(max_tokens=4)
    choosing = Choosing(desk.engine, EngineConfig(nice=0), tmp_path / "data")
    session.choose_with(choosing)
    hear = session.hear

    def hear_both(event):
        hear(event)
        choosing.hear(event)

    session.hear = hear_both
    await desk.start()
    desk.choosing = choosing
    return desk


def drawn(branches):
    """Whether they are whole; one or another may have ended before its first letter."""
    ends = {branch.finish for branch in branches}
    return ends <= {Finish.TOKENS, Finish.END} and any(branch.text for branch in branches)


def there(desk, name):
    return lambda: desk.session.view.model is not None and desk.session.view.model.name == name


async def test_another_model_writes_on_from_the_same_text(chooser, tmp_path):
    session = chooser.session
    session.edit(0, 0, "The sea.")
    await chooser.fan()
    session.take(0)
    text = session.loom.text
    ours = session.view.model.vocabulary
    chooser.choosing.choose(str(odd_model(tmp_path / "m.gguf", "plain", vocabulary="sentencepiece", name="other")))
    assert session.choosing == "m.gguf"
    await chooser.until(there(chooser, "other"))
    assert session.view.model.vocabulary != ours
    assert (session.loom.text, session.choosing) == (text, "")
    assert drawn(await chooser.fan())
    assert session.view.stats.prompt_tokens > len(text) // 2, "its letters are its tokens: ids of another are not used"
    session.take(0)
    chooser.choosing.choose("")
    await chooser.until(there(chooser, "commonplace"))
    assert drawn(await chooser.fan())


async def test_a_fan_gets_more_branches_only_of_the_model_that_drew_it(chooser, tmp_path):
    session = chooser.session
    session.edit(0, 0, "The sea.")
    before = await chooser.fan()
    chooser.choosing.choose(str(odd_model(tmp_path / "m.gguf", "plain", name="other")))
    await chooser.until(there(chooser, "other"))
    assert session.more() == "commonplace drew this fan, and other is here now; r draws another one."
    assert session.branches == before


async def test_what_is_typed_while_a_model_loads_is_there_and_a_fan_asked_for_comes_when_it_is_loaded(
    chooser, tmp_path
):
    session = chooser.session
    chooser.choosing.choose(str(odd_model(tmp_path / "m.gguf", "plain", name="other")))
    session.edit(0, 0, "Written meanwhile.")
    assert session.ask()
    await chooser.until(lambda: session.fan is not None and not session.busy)
    assert session.fan.model.name == "other"
    assert session.loom.text == "Written meanwhile."


@pytest.mark.parametrize("content", [b"no model", b"GGUF", embedded_model().read_bytes()[:70_000]])
async def test_a_model_that_fails_leaves_the_one_before(chooser, tmp_path, content):
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)
    pid = chooser.engine.pid
    chooser.choosing.choose(str(path))
    assert chooser.session.choosing == "bad.gguf"
    await chooser.until(lambda: not chooser.session.choosing and chooser.session.view.model is not None)
    assert chooser.session.view.model.name == "commonplace"
    assert chooser.engine.pid == pid
    assert drawn(await chooser.fan())


async def test_what_was_read_before_a_model_was_refused_need_not_be_read_again(chooser, tmp_path):
    session = chooser.session
    session.edit(0, 0, "I have been thinking about the sea again.")
    await chooser.fan()
    chooser.choosing.choose(str(tmp_path / "nothing.gguf"))
    await chooser.until(lambda: not session.choosing and session.view.model is not None)
    session.again()
    await chooser.until(lambda: not session.busy)
    assert session.view.stats.reused_tokens == session.view.stats.prompt_tokens


async def test_escape_goes_back_to_the_model_before(chooser, tmp_path):
    session = chooser.session
    assert not session.can_cancel
    chooser.choosing.choose(str(odd_model(tmp_path / "m.gguf", "plain", name="other")))
    assert session.can_cancel
    assert session.cancel()
    await chooser.until(lambda: session.view.model is not None)
    assert (session.view.model.name, session.choosing) == ("commonplace", "")
    assert not (tmp_path / "data" / "model").exists(), "what was not wanted is not remembered"


async def test_of_several_chosen_at_once_the_last_is_there(chooser, tmp_path):
    paths = [odd_model(tmp_path / f"{number}.gguf", "plain", name=f"number {number}") for number in range(3)]
    for path in paths:
        chooser.choosing.choose(str(path))
    seen = set()
    await chooser.until(lambda: seen.add(getattr(chooser.session.view.model, "name", "")) or "number 2" in seen)
    assert seen <= {"", "number 2"}, "the others were not even shown"
    assert drawn(await chooser.fan())
    assert chooser.session.fan.model.name == "number 2"


async def test_the_last_choice_is_remembered(chooser, tmp_path):
    path, folder = odd_model(tmp_path / os.fsdecode(b"\xff.gguf"), "plain", name="other"), tmp_path / "data"
    chooser.choosing.choose(str(path))
    await chooser.until(there(chooser, "other"))
    assert (folder / "model").stat().st_mode & 0o777 == 0o600
    config, says = chosen_last(EngineConfig(), folder)
    assert (config.model, says) == (str(path), "")
    named = EngineConfig(model="/another.gguf")
    assert chosen_last(named, folder)[0] == named, "what the settings name goes before"
    elsewhere = EngineConfig(command=("ssh", "box"))
    assert chosen_last(elsewhere, folder)[0] == elsewhere
    path.unlink()
    config, says = chosen_last(EngineConfig(), folder)
    assert config.model == ""
    assert "is not there any more" in says


@pytest.mark.parametrize("data", [b"", b"\0", b"/nowhere" * 1000, bytes(range(200, 250))])
def test_a_memory_of_the_last_choice_that_makes_no_sense_means_the_embedded_model(tmp_path, data):
    (tmp_path / "model").write_bytes(data)
    assert chosen_last(EngineConfig(), tmp_path)[0].model == ""


async def test_the_same_model_is_not_loaded_again(chooser):
    view = chooser.session.view
    chooser.choosing.choose("")
    assert chooser.session.view == replace(view)
