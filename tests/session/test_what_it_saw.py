"""What the model saw can be asked for, token by token; what it drew can be drawn again and compared."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import msgspec
from click.testing import CliRunner

from cyborg_tui.cli import cli
from cyborg_tui.commands.replay import replay
from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.loom.fan import Finish

LINE = "I have been thinking about the sea again, and about why the house seemed smaller. It was beautif"
EXACT = EngineConfig(nice=0, exact=True, threads=1)


def exactly(desk, **settings):
    config = msgspec.structs.replace(EXACT, **settings)
    desk.engine = EngineClient(config, lambda event: desk.session and desk.session.hear(event))
    return desk


async def a_fan(desk, **settings):
    """A fan after a take, so that its context holds tokens that were drawn and tokens of typed text."""
    session = desk.open(**settings)
    await desk.start()
    session.edit(0, 0, LINE)
    await desk.fan()
    session.take(2)
    await desk.fan()
    return session


def again(session, engine=EXACT):
    fan = session.fan
    return replay(session.loom, fan, session.draws(fan.id), engine)


async def test_of_any_fan_it_is_known_what_the_model_saw(desk):
    session = await a_fan(desk)
    (seen,) = await session.what_it_saw(session.fan.id)
    assert seen.same
    assert "".join(token.text for token in seen.tokens) == session.loom.text
    assert len(seen.tokens) == session.view.stats.prompt_tokens
    assert not seen.left_out


async def test_and_what_it_did_not_see_of_a_long_manuscript(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, "All work and no play. " * 3000 + "The end.")
    fan = (await desk.fan())[0].fan
    session.edit(0, 0, "Another beginning. ")
    await desk.fan()
    (seen,) = await session.what_it_saw(fan)
    assert seen.same
    assert seen.left_out
    whole = "".join(token.text for token in (*seen.left_out, *seen.tokens))
    assert ("All work and no play. " * 3000 + "The end.")[seen.draw.characters_out :] == whole


async def test_more_branches_and_stopped_ones_are_on_record_too(desk):
    session = desk.open(max_tokens=400)
    await desk.start()
    session.edit(0, 0, LINE)
    session.ask()
    await desk.until(lambda: any(branch.text for branch in session.branches))
    session.cancel()
    session.draw_by(replace(session.settings, max_tokens=4))
    await desk.until(lambda: session.draws(session.fan.id))
    session.more()
    await desk.until(lambda: len(session.draws(session.fan.id)) == 2)
    assert [(draw.first, draw.width) for draw in session.draws(session.fan.id)] == [(0, 8), (8, 8)]


async def test_an_exact_fan_is_the_same_again_in_another_process(desk):
    session = await a_fan(exactly(desk), max_tokens=24)
    assert session.fan.mode == "exact"
    replayed = await in_a_thread(again, session)
    assert replayed.tokens > 8 * 12
    assert not replayed.differences
    assert not replayed.circumstances


async def test_one_altered_token_is_found(desk):
    session = await a_fan(exactly(desk))
    branch = session.branches[5]
    other = replace(branch.tokens[3], id=branch.tokens[3].id + 1)
    tokens = (*branch.tokens[:3], other, *branch.tokens[4:])
    session.loom.tree.put_branch(replace(branch, tokens=tokens))
    (difference,) = (await in_a_thread(again, session)).differences
    assert (difference.branch, difference.token) == (5, 3)


async def test_branches_that_ended_early_change_nothing_for_the_others(desk):
    """They are padded: each step is as wide as the first."""
    session = exactly(desk).open(max_tokens=40, until="sentence")
    await desk.start()
    session.edit(0, 0, LINE)
    branches = await desk.fan()
    assert len({len(branch.tokens) for branch in branches}) > 2
    assert not (await in_a_thread(again, session)).differences


async def test_what_was_stopped_is_compared_as_far_as_it_went(desk):
    session = exactly(desk).open(max_tokens=300)
    await desk.start()
    session.edit(0, 0, LINE)
    session.ask()
    await desk.until(lambda: all(len(branch.tokens) > 3 for branch in session.branches))
    session.cancel()
    await desk.until(lambda: session.draws(session.fan.id))
    assert {branch.finish for branch in session.branches} == {Finish.CANCELLED}
    assert not (await in_a_thread(again, session)).differences


async def test_on_another_machine_or_build_it_says_so_and_does_not_fail(desk):
    session = await a_fan(exactly(desk))
    (draw,) = session.draws(session.fan.id)
    elsewhere = replace(draw, decoding=replace(draw.decoding, machine="another", build="llama.cpp of old"))
    replayed = await in_a_thread(replay, session.loom, session.fan, (elsewhere,), EXACT)
    assert len(replayed.circumstances) == 2
    assert replayed.tokens


async def in_a_thread(what, *values):
    return await asyncio.to_thread(what, *values)


async def test_on_the_command_line(desk, tmp_path):
    session = await a_fan(exactly(desk))
    loom, fan = session.row.id, session.fan.id
    text = session.loom.text
    await session.close()
    desk.library.close()
    config = tmp_path / "config.toml"
    config.write_text(f'data_dir = "{tmp_path / "data"}"\n')

    def run(*words):
        return CliRunner().invoke(cli, ["--config", str(config), *map(str, words)])

    same = await in_a_thread(run, "replay", loom, fan)
    assert same.exit_code == 0, same.output
    assert same.output.startswith("The same: 8 branches")
    seen = await in_a_thread(run, "lens", loom, fan)
    assert seen.exit_code == 0
    assert len(seen.output.splitlines()) > len(text) / 12
    with closing(sqlite3.connect(tmp_path / "data" / "library.db")) as connection, connection:
        (tokens,) = connection.execute("SELECT tokens FROM branches WHERE fan = ? AND place = 0", (fan,)).fetchone()
        changed = bytes([tokens[0], tokens[1] ^ 1, *tokens[2:]])
        connection.execute("UPDATE branches SET tokens = ? WHERE fan = ? AND place = 0", (changed, fan))
    other = await in_a_thread(run, "replay", loom, fan)
    assert other.exit_code == 1
    assert "Branch 1 differs from its token 1 on" in other.output
    missing = await in_a_thread(run, "replay", loom, 999)
    assert "has no fan 999" in missing.output


async def test_exact_fixes_what_the_settings_leave_open(desk):
    session = exactly(desk, cache_type="q8_0").open()
    await desk.start()
    how = session.view.decoding
    assert (how.exact, how.cache_type, how.flash_attention, how.gpu_layers) == (True, "f16", "on", 0)


async def test_whoever_looks_away_before_the_answer_is_there_is_no_hindrance(desk):
    session = desk.open()
    await desk.start()
    session.edit(0, 0, LINE)
    looking = asyncio.create_task(session.what_it_would_see())
    await asyncio.sleep(0)
    looking.cancel()
    seen = await asyncio.wait_for(session.what_it_would_see(), 10)
    assert "".join(token.text for token in seen.tokens) == session.loom.text
