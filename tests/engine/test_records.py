"""What is kept of each token: as an independent run of the same model has it."""

import json
import subprocess
import sys

import numpy as np
import pytest

from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.llama import NoNumbersError
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
        asked = {"model": str(embedded_model()), "prompt": list(ids), "tokens": [token.id for token in tokens]}
        peer = [sys.executable, "-c", PEER]
        done = subprocess.run(peer, input=json.dumps(asked), capture_output=True, text=True, check=True)
        for token, nearly, (logprob, entropy, likeliest, chances) in zip(
            tokens, unpack(packed), json.loads(done.stdout), strict=True
        ):
            assert abs(token.logprob - logprob) < TOLERANCE
            assert abs(token.entropy - entropy) < TOLERANCE
            assert len(nearly) == LIKELIEST
            assert all(abs(one.logprob - chance) < TOLERANCE for one, chance in zip(nearly, chances, strict=True))
            assert len({one.id for one in nearly} & set(likeliest)) >= LIKELIEST - 2, "but for near ties"


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
