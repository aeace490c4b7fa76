"""What is kept of each token: as an independent run of the same model has it."""

import json
import subprocess
import sys

import numpy as np
import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.llama import NoNumbersError
from cyborg_tui.engine.protocol import Scored
from cyborg_tui.engine.recording import Recorder
from cyborg_tui.loom.alternatives import LIKELIEST, unpack
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.settings import Sampling
from tests.engine.asking import Engine

PEER = """
import json, sys, llama_cpp, numpy as np
asked = json.load(sys.stdin)
params = llama_cpp.llama_model_default_params
def without_repacking():
    given = params()
    given.use_extra_bufts = False
    return given
llama_cpp.llama_cpp.llama_model_default_params = without_repacking
model = llama_cpp.Llama(asked["model"], n_ctx=1024, logits_all=True, verbose=False, n_batch=512)
model.eval(asked["prompt"] + asked["tokens"])
rows = np.array(model.scores[: len(asked["prompt"] + asked["tokens"])], dtype=np.float64)
rows = rows - rows.max(1, keepdims=True)
rows = rows - np.log(np.exp(rows).sum(1, keepdims=True))
first = len(asked["prompt"]) - 1
found = []
for i, token in enumerate(asked["tokens"]):
    row = rows[first + i]
    likeliest = np.argsort(-row)[:10]
    entropy = float(-(np.exp(row) * row).sum())
    found.append([float(row[token]), entropy, likeliest.tolist(), row[likeliest].tolist()])
print(json.dumps(found))
"""
TOLERANCE = 0.1
"""Nats. Widths of a batch change the order of sums, and the cache holds half precision."""


async def test_records_agree_with_an_independent_run():
    """Log-probability, entropy and the ten likeliest, whatever the samplers did."""
    async with Engine() as engine:
        first = await engine.fan("This morning", width=1, max_tokens=12)
        ids = tuple(token.id for token in first.tokens[0])
        context = Context((Segment(first.texts[0], ids, engine.ready.model.vocabulary),))
        answer = await engine.fan(context, width=4, max_tokens=24, sampling=Sampling(temperature=1.5, top_k=40))
    for tokens, packed in zip(answer.tokens, answer.alternatives, strict=True):
        agrees_with_an_independent_run(ids, tokens, packed)


def agrees_with_an_independent_run(before, tokens, packed, tolerance=TOLERANCE):
    asked = {"model": str(embedded_model()), "prompt": list(before), "tokens": [token.id for token in tokens]}
    peer = [sys.executable, "-c", PEER]
    done = subprocess.run(peer, input=json.dumps(asked), capture_output=True, text=True, check=True)
    for token, nearly, (logprob, entropy, likeliest, chances) in zip(
        tokens, unpack(packed), json.loads(done.stdout), strict=True
    ):
        assert abs(token.logprob - logprob) < tolerance
        assert abs(token.entropy - entropy) < tolerance
        assert len(nearly) == LIKELIEST
        off = [abs(one.logprob - chance) for one, chance in zip(nearly, chances, strict=True)]
        assert max(off) < 2 * tolerance, off
        assert len({one.id for one in nearly} & set(likeliest)) >= LIKELIEST - 2, "but for near ties"


TYPED = " The rooms had kept their distances, and the light came off the water as though somebody had polished it. " * 4


async def test_what_a_person_wrote_is_scored_as_if_the_model_had_drawn_it():
    async with Engine() as engine:
        drawn = (await engine.fan("This morning", width=1, max_tokens=12)).tokens[0]
        ids = tuple(token.id for token in drawn)
        context = Context((Segment("", ids, engine.ready.model.vocabulary),))
        answer = await engine.score(context, TYPED)
    assert sum(token.size for token in answer.tokens) == len(TYPED)
    assert len(answer.tokens) > 64, "more than one batch"
    assert answer.complete
    agrees_with_an_independent_run(ids, answer.tokens, answer.packed, 3 * TOLERANCE)


async def test_a_token_that_reaches_over_the_beginning_of_a_text_counts_for_it():
    text = "iful day, and about the house, and about why it all seemed smaller, and on it goes."
    async with Engine() as engine:
        answer = await engine.score(Context((Segment("It was a beaut"),)), text)
    assert answer.lead > 0
    assert sum(token.size for token in answer.tokens) - answer.lead == len(text), "it is told once, with the first"


async def test_the_beginning_of_a_page_is_scored_too():
    async with Engine() as engine:
        answer = await engine.score(Context(), "Once upon a time")
    assert sum(token.size for token in answer.tokens) - answer.lead == len("Once upon a time")
    assert answer.tokens[0].logprob < 0


async def test_a_text_longer_than_the_window_is_scored_to_its_end():
    text = "All work and no play makes Jack a dull boy. " * 120
    async with Engine(EngineConfig(nice=0, context=256)) as engine:
        answer = await engine.score(Context((Segment("Once."),)), text)
    assert answer.complete
    assert sum(token.size for token in answer.tokens) == len(text)
    early, late = ([token.logprob for token in part] for part in (answer.tokens[:100], answer.tokens[-100:]))
    assert abs(sum(early) - sum(late)) < 100, "the same sentences are about as likely, so each part has a context"


async def test_scoring_tells_how_far_it_is_and_stops_within_a_step():
    async with Engine() as engine:
        engine.ask_score(Context(), TYPED * 40)
        first = await engine.wait_for(Scored)
        assert 0 < first.done < first.total
        assert len(first.tokens) <= 64
        engine.client.cancel()
        answer = await engine.scored()
        assert not answer.complete
        assert answer.tokens == [] or answer.done < answer.total
        assert all((await engine.fan("Once", width=2, max_tokens=4)).texts)


async def test_a_fan_from_where_a_scored_text_ends_reads_it_no_more():
    async with Engine() as engine:
        await engine.score(Context((Segment("It was late."),)), TYPED)
        answer = await engine.fan(Context((Segment("It was late." + TYPED),)), max_tokens=1)
    assert answer.stats.evaluated_tokens <= 2


@pytest.mark.parametrize("size", [3, 10, 11, 700, 1280, 4096, 4099, 151_936])
@pytest.mark.parametrize("shape", ["peaked", "flat", "tied", "with impossible ones"])
def test_whatever_the_vocabulary_the_likeliest_are_found_without_sorting_it(size, shape):
    chance = np.random.default_rng(size)
    row = (chance.standard_normal(size) * 3).astype(np.float32)
    if shape == "peaked":
        row[chance.integers(size)] = 40
    elif shape == "flat":
        row[:] = 0.25
    elif shape == "tied":
        row = np.round(row)
    else:
        row[chance.random(size) < 0.5] = -np.inf
        row[-1] = 1
    found = Recorder([b"x"] * size).read(row)
    wide = row.astype(np.float64)
    normaliser = np.log(np.exp(wide - wide.max()).sum()) + wide.max()
    chances = np.exp(wide - normaliser)
    alive = chances > 0
    (nearly,) = unpack(found.alternatives)
    expected = np.sort(wide[alive])[::-1][:LIKELIEST] - normaliser
    assert [one.logprob for one in nearly] == pytest.approx(np.maximum(expected, -64), abs=2e-3)
    assert len({one.id for one in nearly}) == min(LIKELIEST, alive.sum())
    assert found.normaliser == pytest.approx(normaliser, abs=1e-4)
    assert found.entropy == pytest.approx(-(chances[alive] * np.log(chances[alive])).sum(), abs=1e-3)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
@pytest.mark.parametrize("at", [0, 777, 4098])
def test_rows_that_hold_no_numbers_are_noticed(wrong, at):
    row = np.zeros(4099, np.float32)
    row[at] = wrong
    with pytest.raises(NoNumbersError):
        Recorder([b"x"] * 4099).read(row)
    with pytest.raises(NoNumbersError):
        Recorder([b"x"] * 4099).read(np.full(4099, wrong, np.float32))
