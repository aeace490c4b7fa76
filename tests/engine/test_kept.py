"""What was read yesterday need not be read again: the cache of the path is kept in a file."""

import os
import sys

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.client import EngineClient
from cyborg_tui.engine.kept import KeptCache
from cyborg_tui.engine.protocol import Ready
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.settings import FanSettings
from tests.engine.asking import Engine
from tests.engine.odd_models import odd_model
from tests.engine.test_resident import PARAGRAPH, SENTENCE

TEXT = "".join(f"{number}. {PARAGRAPH}" for number in range(12)).rstrip()


class Keeping(Engine):
    def __init__(self, file, command=None, **settings):
        super().__init__()
        config = EngineConfig(nice=0, **settings)
        self.client = EngineClient(config, self.events.put_nowait, fans=FanSettings(), kept=file, command=command)


@pytest.fixture
async def kept(tmp_path):
    """The file that a session has left behind, and what it had to evaluate."""
    file = tmp_path / "engine.cache"
    async with Keeping(file) as engine:
        kept.first = await engine.fan(TEXT, width=4, max_tokens=8, seed=5)
    return file


async def evaluated(file, text=TEXT, **settings):
    async with Keeping(file, **settings) as engine:
        answer = await engine.fan(text, width=4, max_tokens=1)
    return answer.stats.evaluated_tokens


async def test_the_next_time_nothing_is_evaluated(kept):
    assert await evaluated(kept) == 0


async def test_and_the_branches_are_as_if_it_had_been(kept, tmp_path):
    async with Keeping(kept) as warm:
        one = await warm.fan(TEXT, width=4, max_tokens=12, seed=9)
    async with Keeping(tmp_path / "another") as cold:
        two = await cold.fan(TEXT, width=4, max_tokens=12, seed=9)
    assert one.stats.reused_tokens == one.stats.prompt_tokens
    assert two.stats.reused_tokens == 0
    assert one.texts == two.texts


async def test_what_has_been_written_since_is_evaluated_and_nothing_else(kept):
    assert 0 < await evaluated(kept, TEXT + SENTENCE) < 40


async def test_the_file_is_for_its_owner_alone(kept):
    assert kept.stat().st_mode & 0o077 == 0


async def test_with_other_settings_it_is_not_used(kept):
    assert await evaluated(kept, cache_type="q8_0") > 500


async def test_a_damaged_file_is_a_cold_start(kept):
    data = bytearray(kept.read_bytes())
    for at in range(200, len(data), 5000):
        data[at] ^= 0xFF
    kept.write_bytes(data)
    assert await evaluated(kept) > 500
    assert await evaluated(kept) == 0, "and it is whole the next time"


@pytest.mark.parametrize("left", [0, 3, 30, 1000, 100_000])
async def test_a_file_that_breaks_off_is_used_as_far_as_it_goes(kept, left):
    os.truncate(kept, left)
    assert await evaluated(kept) > 0


async def test_it_keeps_within_its_limit(tmp_path):
    file = tmp_path / "engine.cache"
    async with Keeping(file, keep_mb=1) as engine:
        await engine.fan(TEXT, width=2, max_tokens=2)
    assert file.stat().st_size <= 2**20


@pytest.mark.parametrize(("start", "tokens"), [(5, ()), (0, ()), (1, (3,)), (3, (3,))])
def test_a_part_that_does_not_follow_on_those_before_it_is_not_used(tmp_path, start, tokens):
    kept = KeptCache(tmp_path / "engine.cache", "key", 2**20)
    assert kept.add(0, (1, 2), b"some")
    assert kept.add(2, (), b"logits")
    assert kept.add(start, tokens, b"more")
    kept.close()
    again = KeptCache(tmp_path / "engine.cache", "key", 2**20)
    assert [part.start for part in again.shared((1, 2, 3, 4, 5, 6))] == [0, 2]
    again.close()


def test_its_limit_counts_what_is_said_of_the_parts_too(tmp_path):
    kept = KeptCache(tmp_path / "engine.cache", "key", 3000)
    while kept.add(len(kept.tokens), range(100), b"0" * 100):
        pass
    kept.close()
    assert 2000 < (tmp_path / "engine.cache").stat().st_size <= 3000


async def test_nothing_is_kept_if_that_is_not_wanted(tmp_path):
    async with Keeping(tmp_path / "engine.cache", keep_mb=0) as engine:
        await engine.fan(TEXT, width=2, max_tokens=2)
    assert not (tmp_path / "engine.cache").exists()


async def test_two_windows_do_not_write_over_one_another(kept):
    async with Keeping(kept) as one:
        await one.fan(TEXT, width=2, max_tokens=2)
        async with Keeping(kept) as two:
            assert (await two.fan(TEXT, width=2, max_tokens=2)).stats.reused_tokens == 0
    assert await evaluated(kept) == 0


ENDS = """
import os
from cyborg_tui.engine import llama, worker
restore = llama.Llama.restore
def ends(*_):
    os._exit(1)
def restores_and_ends_later(*given):
    llama.Llama.decode = ends
    return restore(*given)
llama.Llama.restore = {}
worker.main()
"""


@pytest.mark.parametrize("when", ["ends", "restores_and_ends_later"])
async def test_what_ends_the_engine_is_not_tried_a_second_time(kept, when):
    """At once, or as soon as something is evaluated with it."""
    async with Keeping(kept, command=[sys.executable, "-c", ENDS.format(when)]) as engine:
        first = engine.client.pid
        answer = await engine.fan(TEXT, width=4, max_tokens=4)
        if when == "restores_and_ends_later":
            assert answer.finish is Finish.INTERRUPTED, "it had begun"
            await engine.wait_for(Ready)
            answer = await engine.fan(TEXT, width=4, max_tokens=4)
        assert engine.client.pid != first
    assert all(answer.texts)
    assert answer.stats.reused_tokens == 0
    assert await evaluated(kept) == 0, "what was read since is kept again"


@pytest.mark.parametrize("kind", ["mamba", "hybrid", "jamba"])
async def test_a_model_that_remembers_a_state_has_it_back(tmp_path, kind):
    path = odd_model(tmp_path / f"{kind}.gguf", kind, vocabulary="letters")
    file, text = tmp_path / "engine.cache", PARAGRAPH.rstrip()
    async with Keeping(file, model=str(path)) as engine:
        one = await engine.fan(text, width=4, max_tokens=12, seed=9)
    async with Keeping(file, model=str(path)) as engine:
        two = await engine.fan(text, width=4, max_tokens=12, seed=9)
        assert two.stats.reused_tokens == two.stats.prompt_tokens
        longer = await engine.fan(text + SENTENCE, width=1, max_tokens=1)
        assert longer.stats.reused_tokens >= one.stats.prompt_tokens
    assert one.stats.reused_tokens == 0
    assert one.texts == two.texts
    async with Keeping(file, model=str(path)) as engine:
        other = await engine.fan(text[:50], width=1, max_tokens=1)
    assert other.stats.reused_tokens == 0, "a state is of the whole of a text"
