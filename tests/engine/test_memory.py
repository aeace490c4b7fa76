"""Memory: what a model takes is known before it is loaded, and what does not fit is refused in a sentence."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.catalogue import look_at
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.free_memory import free_memory, free_on_mac
from cyborg_tui.engine.ggml import free_on_cards
from cyborg_tui.engine.memory import estimate, fits, in_words, size_beside, too_large
from cyborg_tui.engine.protocol import Card, Loading, Lost, Ready, Unavailable
from cyborg_tui.loom.settings import FanSettings
from tests.engine.asking import Engine
from tests.engine.deck import Deck, steered
from tests.engine.odd_models import KINDS, WIDTH, odd_model
from tests.engine.test_steering import vector_file

GB = 1_000_000_000


def limited(size, *, more=""):
    """The command of an engine that may have so many bytes of address space."""
    return ["sh", "-c", f"ulimit -v {size // 1024}; {more} exec {sys.executable} -m cyborg_tui.engine"]


def plain_address_space():
    """What the worker needs of address space before it loads anything."""
    code = "import cyborg_tui.engine.llama; print(open('/proc/self/statm').read().split()[0])"
    return int(subprocess.check_output([sys.executable, "-c", code])) * resource.getpagesize()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_model_takes_about_what_was_estimated(tmp_path, kind):
    """Measured from outside: what the worker has more than it has with a model of nearly nothing."""
    small, large = (odd_model(tmp_path / f"{size}.gguf", kind, context=size) for size in (512, 32_768))
    settings = EngineConfig(nice=0, context=32_768, cache_type="f32")
    taken, estimated = [], []
    for path in (small, large):
        config = EngineConfig(model=str(path), nice=0, context=settings.context, cache_type=settings.cache_type)
        async with Engine(config) as engine:
            assert isinstance(engine.ready, Ready)
            taken.append(resident_size(engine.client.pid))
        estimated.append(estimate(look_at(path).shape, config).total)
    more, expected = taken[1] - taken[0], estimated[1] - estimated[0]
    assert 0.8 * more - 10e6 < expected < 1.25 * more + 60e6, (more, expected)


def resident_size(pid):
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def test_a_longer_window_takes_more_and_a_smaller_cache_type_less():
    shape = look_at(embedded_model()).shape
    sizes = [
        estimate(shape, EngineConfig(**settings)).total
        for settings in ({"context": 256}, {}, {"cache_type": "f32"}, {"cache_type": "q4_0"})
    ]
    assert sizes[0] < sizes[1] < sizes[2]
    assert sizes[3] < sizes[1]


def test_recurrent_models_take_memory_for_each_sequence_and_not_for_each_token(tmp_path):
    shape = look_at(odd_model(tmp_path / "m.gguf", "mamba", context=100_000)).shape
    small, large = (estimate(shape, EngineConfig(context=size)) for size in (256, 100_000))
    assert small.states == large.states > 0
    assert small.cache == large.cache == 0


def test_what_would_fit_is_said(tmp_path):
    shape = look_at(odd_model(tmp_path / "m.gguf", "plain", context=1_000_000)).shape
    config = EngineConfig(context=1_000_000)
    says = too_large("sea.gguf", shape, config, free=GB // 2)
    assert "engine.context = 131072 would fit" in says
    assert "engine.try_anyway = true" in says
    assert not too_large("sea.gguf", shape, EngineConfig(context=131_072), free=GB // 2)
    assert "smaller model or quantisation" in too_large("sea.gguf", shape, config, free=1_000_000)


def test_sizes_are_said_for_people():
    assert [in_words(size) for size in (1, 12_345_678, 999_400_000, 2_345_000_000)] == [
        "1 MB",
        "12 MB",
        "999 MB",
        "2.3 GB",
    ]


# what is free


def test_what_is_free_is_what_the_machine_has_and_no_more_than_the_group_may_have(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    write("proc/meminfo", "MemTotal: 9 kB\nMemAvailable:    8000000 kB\n")
    assert free_memory(tmp_path) == 8_000_000 * 1024
    write("proc/self/cgroup", "0::/user/me\n")
    write("sys/fs/cgroup/user/me/memory.max", "max\n")
    assert free_memory(tmp_path) == 8_000_000 * 1024
    write("sys/fs/cgroup/user/memory.max", "3000000000\n")
    write("sys/fs/cgroup/user/memory.current", "2000000000\n")
    write("sys/fs/cgroup/user/memory.stat", "anon 1\ninactive_file 500000000\n")
    assert free_memory(tmp_path) == 1_500_000_000, "pages of files that nobody uses can be had"
    write("proc/self/cgroup", "4:memory:/box\n3:cpu:/\n")
    write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "100\n")
    write("sys/fs/cgroup/memory/box/memory.usage_in_bytes", "200\n")
    write("sys/fs/cgroup/memory/box/memory.stat", "total_inactive_file 1\n")
    assert free_memory(tmp_path) == 0


def test_where_it_cannot_be_told_nothing_is_refused(tmp_path):
    assert free_memory(tmp_path / "nothing") is None


def test_a_mac_says_it_in_pages():
    said = (
        "Mach Virtual Memory Statistics: (page size of 16384 bytes)\nPages free:        100.\nPages active:  900.\n"
        "Pages inactive:     50.\nPages speculative:   5.\nPages purgeable:     1.\n"
    )
    assert free_on_mac(said) == 156 * 16384
    assert free_on_mac("nothing of the kind") is None


# graphics cards


def test_ggml_says_what_is_free_of_each_kind_of_device():
    the_processor = 0
    assert free_on_cards(the_processor) > 0
    assert free_on_cards(kind=99) is None, "there is no such device"


@pytest.mark.parametrize(
    ("layers", "here", "card", "fit"),
    [
        (0, "all", None, True),
        (0, "little", None, False),
        (0, None, None, True),
        (-1, "little", "all", True),
        (-1, None, "all", True),
        (-1, "none", "all", False),
        (-1, "all", "little", False),
        (-1, "all", "unknown", False),
        (7, "all", "all", True),
        (7, "little", "all", False),
        (7, "all", "little", False),
    ],
)
def test_where_layers_lie_on_a_card_there_must_be_room_for_them_there(layers, here, card, fit):
    """Some layers: nobody reckons how they are shared out, so that there must be room for all in both places."""
    shape = msgspec.structs.replace(look_at(embedded_model()).shape, weights=GB)
    config = EngineConfig(gpu_layers=layers)
    needed = estimate(shape, config)
    sizes = {"all": needed.total, "little": needed.process + needed.computing, "none": 0, "unknown": None, None: None}
    on_card = None if card is None else Card(sizes[card])
    assert fits(shape, config, sizes[here], on_card) is fit
    assert fits(shape, EngineConfig(gpu_layers=layers, try_anyway=True), 0, Card(None))


# too large


async def test_a_model_that_does_not_fit_is_refused_before_it_is_loaded(tmp_path):
    path = odd_model(tmp_path / "m.gguf", "plain", context=1_000_000)
    config = EngineConfig(model=str(path), nice=0, context=1_000_000)
    async with Engine(config, command=limited(plain_address_space() + GB // 2)) as engine:
        assert isinstance(engine.ready, Unavailable)
        assert "m.gguf needs about" in engine.ready.sentence
        assert "would fit" in engine.ready.sentence
        assert engine.events.empty(), "nothing was loaded"
        pid = engine.client.pid
        engine.client.load(EngineConfig(nice=0))
        assert isinstance(await engine.wait_for(Ready, Lost), Ready), "the embedded model fits"
        assert engine.client.pid == pid


async def test_a_window_for_which_there_is_no_memory_becomes_a_smaller_one(tmp_path):
    """Tried all the same, although the estimate said no."""
    path = odd_model(tmp_path / "m.gguf", "plain", context=1_000_000)
    config = EngineConfig(model=str(path), nice=0, context=1_000_000, try_anyway=True)
    async with Engine(config, command=limited(plain_address_space() + GB // 2)) as engine:
        assert isinstance(engine.ready, Ready)
        assert 256 <= engine.ready.window < 1_000_000
        assert f"it has {engine.ready.window:,}." in engine.ready.sentence
        answer = await engine.fan("Once", width=2, max_tokens=4)
    assert [len(tokens) for tokens in answer.tokens] == [4, 4]


async def test_weights_for_which_there_is_no_memory_are_said_to_be_too_large(tmp_path):
    path = odd_model(tmp_path / "m.gguf", "plain", layers=40)
    config = EngineConfig(model=str(path), nice=0, try_anyway=True)
    command = limited(plain_address_space() + 2_000_000)
    async with Engine(config, command=command) as engine:
        while isinstance(engine.ready, Loading) or (isinstance(engine.ready, Lost) and engine.ready.again):
            engine.ready = await engine.wait_for(Ready, Unavailable, Lost)
    assert isinstance(engine.ready, (Unavailable, Lost))
    assert "m.gguf" in engine.ready.sentence


async def test_a_worker_that_the_system_ends_while_it_loads_is_said_to_have_had_no_memory(tmp_path):
    """As the killer of processes does it, which tells nobody why."""
    config = EngineConfig(model=str(odd_model(tmp_path / "sea.gguf", "plain")), nice=0)
    async with Engine(config) as engine:
        engine.client.load(config)
        first = engine.client.pid
        os.kill(first, signal.SIGKILL)
        lost = await engine.wait_for(Lost)
        assert lost.again
        while engine.client.pid == first or not engine.client.greeted:
            await asyncio.sleep(0.01)
        os.kill(engine.client.pid, signal.SIGKILL)
        lost = await engine.wait_for(Lost)
    assert not lost.again
    assert "most likely for want of memory, twice while it loaded sea.gguf" in lost.sentence
    assert "smaller model" in lost.sentence


# contexts beside the one that writes


async def test_a_steered_context_takes_about_what_was_reckoned(tmp_path):
    path = odd_model(tmp_path / "m.gguf", "plain", context=32_768)
    config = EngineConfig(model=str(path), nice=0, context=32_768, cache_type="f32")
    vector = vector_file(tmp_path / "x.gguf", width=WIDTH)
    async with Engine(config) as engine:
        assert isinstance(engine.ready, Ready)
        await engine.fan("Once", width=2, max_tokens=4)
        before = resident_size(engine.client.pid)
        answer = await engine.fan("Once", width=2, max_tokens=4, steering=steered((vector, 1.0)))
        taken = resident_size(engine.client.pid) - before
    assert answer.stats.steered_by
    cells = 32_768 + 2 * 8 * 900
    expected = size_beside(look_at(path).shape, config, cells, 64)
    assert 0.8 * taken - 10e6 < expected < 1.25 * taken + 110e6, "little of what is computed with is used here"


@pytest.fixture
def small(monkeypatch):
    """A machine that has so many bytes free, beside the files that are in use."""
    free = {"bytes": GB}
    weights = look_at(embedded_model()).shape.weights
    monkeypatch.setattr("cyborg_tui.engine.llama.free_memory", lambda mapped=0: free["bytes"] + weights - mapped)
    return free


def test_a_vector_gets_a_smaller_window_or_is_refused_in_a_sentence_and_all_else_goes_on(tmp_path, small):
    deck = Deck()
    deck.make_vector(tmp_path / "sorrow.gguf")
    model, steering = deck.model, steered((tmp_path / "sorrow.gguf", 1.0))
    plain = deck.fan("Once upon a time", 3).texts
    small["bytes"] = model.size_beside(256, model.room) - 1
    refused = deck.fan("Once upon a time", 3, steering=steering).refused
    assert refused.startswith("Another context of commonplace needs about ")
    assert refused.endswith("are free; choose a smaller engine.context, or a smaller model.")
    assert deck.answering.contexts.size_beside == 0
    assert deck.fan("Once upon a time", 3).texts == plain
    small["bytes"] = model.size_beside(256, model.room)
    assert deck.fan("Once upon a time", 3, steering=steering).refused == ""
    assert deck.answering.contexts.at_work.model.window == 256
    assert deck.answering.contexts.size_beside == small["bytes"]
    deck.close()


def test_what_is_tried_or_made_needs_a_context_too(tmp_path, small):
    deck = Deck()
    small["bytes"] = 1000
    (ended,) = deck.preview("Once upon a time", [FanSettings(width=1, max_tokens=4)])
    assert not ended.complete
    assert "and 0 MB are free" in ended.sentence or "and 1 MB are free" in ended.sentence
    assert "Another context of commonplace" in deck.make_vector(tmp_path / "sorrow.gguf").sentence
    assert not (tmp_path / "sorrow.gguf").exists()
    assert any(deck.fan("Once upon a time", 3).texts)
    deck.close()


async def test_a_model_that_just_fits_is_not_ended_by_a_vector(tmp_path):
    path = odd_model(tmp_path / "m.gguf", "plain", context=1_000_000)
    config = EngineConfig(model=str(path), nice=0, context=131_072)
    vector = vector_file(tmp_path / "x.gguf", width=WIDTH)
    async with Engine(config, command=limited(plain_address_space() + GB // 2)) as engine:
        assert isinstance(engine.ready, Ready)
        pid = engine.client.pid
        await engine.fan("Once", width=2, max_tokens=4, steering=steered((vector, 1.0)))
        assert engine.client.pid == pid
        plain = await engine.fan("Once", width=2, max_tokens=4)
        assert [len(tokens) for tokens in plain.tokens] == [4, 4]


def test_files_in_use_are_not_free(tmp_path):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text("MemAvailable:    8000000 kB\n")
    assert free_memory(tmp_path, mapped=1024) == 7_999_999 * 1024
