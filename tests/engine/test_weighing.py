"""What the samplers make of the next token's chances is what is drawn from them."""

from collections import Counter

import numpy as np
import pytest

from cyborg_tui.engine.biases import Biases
from cyborg_tui.engine.protocol import Weigh, Weighed, wire
from cyborg_tui.engine.samplers import Sampler
from cyborg_tui.engine.weighing import weigh
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.fan import decode
from cyborg_tui.loom.guidance import blended, guided
from cyborg_tui.loom.sampling import Sampling
from cyborg_tui.loom.settings import FanSettings
from tests.engine.drawing import Pen

SEA = "I have been thinking about the sea again, and about why the house seemed"
FREE = {"min_p": 0.0, "temperature": 1.0}


@pytest.fixture(scope="module")
def pen():
    return Pen()


def weighed(pen, text=SEA, **sampling):
    """The answer, and the chances before and after by the tokens' texts."""
    pen.heard.clear()
    settings = FanSettings(sampling=Sampling(**{**FREE, **sampling}))
    weigh(pen.fanning.resident, Weigh(1, wire(Context((Segment(text),))), settings), pen.heard.append)
    (answer,) = [event for event in pen.heard if isinstance(event, Weighed)]
    told = {decode(token.text): (token.before, token.after) for token in answer.tokens}
    return answer, told


def test_samplers_that_do_nothing_change_nothing(pen):
    answer, told = weighed(pen)
    assert len(told) >= 40
    assert all(before == pytest.approx(after, rel=1e-3) for before, after in told.values())
    assert answer.before == pytest.approx(answer.after, rel=1e-3)
    assert answer.left == pen.model.n_vocab


@pytest.mark.parametrize(
    "sampling",
    [
        {"temperature": 0.5},
        {"temperature": 1.6, "min_p": 0.1},
        {"top_k": 5},
        {"top_p": 0.5},
        {"typical": 0.3},
        {"top_n_sigma": 1.0},
        {"xtc_probability": 0.5, "xtc_threshold": 0.05},
        {"mirostat_tau": 2.0},
        {"adaptive_target": 0.05},
        {"bias": ((" small", 4.0),)},
        {"forbid": ("empty",)},
        {"temperature": 0.7, "order": ("temperature", *[s for s in Sampling().order if s != "temperature"])},
        {"grammar": 'root ::= " "? [a-f] [a-z]*'},
    ],
    ids=lambda sampling: next(iter(sampling)),
)
def test_the_chances_are_those_with_which_tokens_are_drawn(pen, sampling):
    answer, told = weighed(pen, **sampling)
    assert sum(after for _, after in told.values()) <= 1.001
    drawn = draws(pen, 1000, **sampling)
    for text in {*told, *drawn}:
        expected = told.get(text, (0, 0))[1]
        margin = 0.02 + 4 * (expected / 1000) ** 0.5
        assert drawn[text] / 1000 == pytest.approx(expected, abs=margin), text
    assert len(drawn) <= answer.left


def test_greedy_leaves_one(pen):
    answer, told = weighed(pen, temperature=0.0)
    assert answer.left == 1
    assert sorted(after for _, after in told.values())[-2:] == [0.0, 1.0]
    assert answer.after == 0.0


def test_repetition_is_held_off_by_what_stands_before(pen):
    loop = "The sea was calm, the sea was calm, the sea was calm, the sea was"
    _, free = weighed(pen, loop)
    _, held = weighed(pen, loop, dry_multiplier=3.0)
    assert held[" calm"][1] < 0.5 * free[" calm"][1]


def test_where_the_context_is_ready_nothing_is_evaluated(pen):
    weighed(pen)
    before = pen.model.counters().total
    for temperature in (0.5, 1.0, 1.5):
        weighed(pen, temperature=temperature)
    assert pen.model.counters().total == before


@pytest.mark.parametrize("mix", [guided(2.0), blended(1.0, [3.0])], ids=["led away", "blended"])
def test_the_chances_are_of_all_that_is_read_together_and_nothing_is_evaluated_again(pen, mix):
    texts = ("A tale of mirth. " + SEA, "A tale of grief. " + SEA)
    own, other = (wire(Context((Segment(text),))) for text in texts)
    resident = pen.fanning.resident
    rows = []
    for context in (own, other):
        tokens = resident.tokens_of(context).tokens
        resident.evaluate(tokens, None)
        rows.append(resident.tip(tokens).astype(float))
    wanted = np.exp(mix.own * log_softmax(rows[0]) + mix.others[0] * log_softmax(rows[1]))
    wanted /= wanted.sum()
    pieces = pen.model.pieces

    def told(temperature):
        pen.heard.clear()
        settings = FanSettings(sampling=Sampling(min_p=0.0, temperature=temperature), mix=mix)
        weigh(resident, Weigh(1, own, settings, (other,)), pen.heard.append)
        (answer,) = [event for event in pen.heard if isinstance(event, Weighed)]
        return {token.text: token for token in answer.tokens}

    found = told(1.0)
    for token in np.argsort(-wanted)[:20]:
        assert found[pieces[token]].before == pytest.approx(wanted[token], rel=0.02)
        assert found[pieces[token]].after == pytest.approx(wanted[token], rel=0.02)
    before = pen.model.counters().total
    for temperature in (0.5, 1.0, 1.5):
        told(temperature)
    assert pen.model.counters().total == before


def log_softmax(row):
    return row - row.max() - np.log(np.exp(row - row.max()).sum())


def draws(pen, times, **sampling):
    """How often each text is drawn next, by the samplers with which fans are made."""
    settings, model = Sampling(**{**FREE, **sampling}), pen.model
    tokens = pen.fanning.resident.tokens_of(wire(Context((Segment(SEA),)))).tokens
    row = pen.fanning.resident.tip(tokens)
    biases = Biases(settings, lambda text: model.tokenize(text, at_start=False))
    found = Counter()
    for seed in range(times):
        sampler = Sampler(model, settings, 7919 * seed, tokens, biases)
        found[decode(model.pieces[sampler.draw(row)])] += 1
        sampler.close()
    return found
