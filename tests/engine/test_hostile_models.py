"""Models that are damaged, or made to do harm: refused in a sentence, or loaded and asked for a short fan."""

import asyncio
import collections
import sys

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.protocol import FanEnded, Lost, Ready, Refused, Unavailable
from tests.engine.asking import Engine
from tests.engine.mutants import mutant

BOUNDED = ["sh", "-c", f"ulimit -c 0; ulimit -v 4000000; exec {sys.executable} -m cyborg_tui.engine"]
"""A worker that can neither fill the memory nor the disk."""
LIMIT = 60
"""Seconds after which it hangs."""


async def fate(engine, path):
    """What became of a model: who refused it, or that it loaded and wrote. With the sentence that said so."""
    while not engine.events.empty():
        engine.events.get_nowait()  # of the one before
    engine.client.load(EngineConfig(model=str(path), nice=0))
    event = await engine.wait_for(Ready, Unavailable, Lost)
    if isinstance(event, Unavailable):
        ours = any(words in event.sentence for words in (" is damaged: ", " cannot be a model: ", "vocabulary", "GGUF"))
        return ("refused by our checks" if ours else "refused after llama.cpp looked"), event.sentence
    if isinstance(event, Lost):
        while event.again:
            event = await engine.wait_for(Lost, Ready)
            if isinstance(event, Ready):
                return "crashed, then loaded", ""
        return "crashed while loading", event.sentence
    engine.ask("Once upon a time", width=2, max_tokens=4)
    event = await engine.wait_for(FanEnded, Lost)
    if isinstance(event, Lost):
        while not isinstance(event, (Refused, FanEnded)) and not (isinstance(event, Lost) and not event.again):
            event = await engine.wait_for(Lost, FanEnded, Refused)
        return "crashed while writing", "The engine stopped unexpectedly; it is starting again."
    return "loaded and wrote", ""


async def met(seeds, folder):
    """All mutants of these seeds, one by one. Returns what became of them, and where the sentence was wrong."""
    fates, wrong = collections.Counter(), []
    async with Engine(command=BOUNDED) as engine:
        for seed in seeds:
            done, data = mutant(seed)
            path = folder / f"mutant-{seed}.gguf"
            path.write_bytes(data)
            try:
                what, sentence = await asyncio.wait_for(fate(engine, path), LIMIT)
            except asyncio.TimeoutError:
                what, sentence = "hung", ""
            path.unlink()
            fates[what] += 1
            one_sentence = (
                sentence.endswith(".") and "\n" not in sentence and sentence.isprintable() and len(sentence) < 250
            )
            if what == "hung" or (what != "loaded and wrote" and not one_sentence):
                wrong.append((seed, done, what, sentence))
    return fates, wrong


async def test_damaged_models_do_the_app_no_harm(tmp_path):
    fates, wrong = await met(range(50), tmp_path)
    assert not wrong
    assert fates["refused by our checks"] > 10
    assert fates["loaded and wrote"] > 2


@pytest.mark.soak
async def test_a_thousand_damaged_models_do_the_app_no_harm(tmp_path):
    fates, wrong = await met(range(1000), tmp_path)
    print(dict(fates))
    assert not wrong
