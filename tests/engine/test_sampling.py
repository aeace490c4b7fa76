"""Each sampler setting does to a real model's draws what its description says."""

import re
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyborg_tui.engine import samplers
from cyborg_tui.engine.banning import Bans
from cyborg_tui.engine.biases import Biases
from cyborg_tui.engine.recording import Recorder
from cyborg_tui.engine.samplers import Sampler
from cyborg_tui.loom.fan import Finish
from cyborg_tui.loom.sampling import ORDER, RANGES, BadSetting, Sampling
from tests.engine.drawing import Pen

SEA = "I have been thinking about the sea again, and about why the house seemed smaller"
LOOP = "The sea was calm, the sea was calm, the sea was calm, the sea was calm, the sea was"
FREE = {"min_p": 0.0, "temperature": 1.0}
GREEDY = {"temperature": 0.0}


@pytest.fixture(scope="module")
def pen():
    return Pen()


def surprise(drawn):
    """The mean of the tokens' -log p, in nats."""
    found = [-token.logprob for tokens in drawn.tokens for token in tokens]
    return sum(found) / len(found)


def repeats(drawn):
    """How many of the tokens of all branches stood in their branch before."""
    return sum(len(tokens) - len({token.id for token in tokens}) for tokens in drawn.tokens)


@pytest.mark.parametrize(
    "sampling",
    [GREEDY, {"top_k": 1}, {"top_p": 0.0}, {"min_p": 1.0}, {"top_n_sigma": 0.01}],
    ids=lambda sampling: next(iter(sampling)),
)
def test_what_leaves_only_the_likeliest_token_draws_it_always(pen, sampling):
    drawn = pen.fan(SEA, sampling=FREE | sampling)
    assert drawn.texts == pen.fan(SEA, sampling=GREEDY).texts
    assert len(set(drawn.texts)) == 1


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ({"temperature": 2.0}, {"temperature": 0.5}),
        ({"top_k": 500}, {"top_k": 3}),
        ({"top_p": 1.0}, {"top_p": 0.4}),
        ({"min_p": 0.0}, {"min_p": 0.5}),
        ({"top_n_sigma": 0.0}, {"top_n_sigma": 0.5}),
        ({"mirostat_tau": 12.0}, {"mirostat_tau": 1.0}),
        ({"adaptive_target": 0.02}, {"adaptive_target": 0.9}),
        ({"xtc_probability": 1.0}, {"xtc_probability": 0.0}),
        ({"temperature_range": 0.0, "temperature": 2.0}, {"temperature_range": 1.9, "temperature": 2.0}),
        (
            {"temperature_range": 1.9, "temperature": 2.0, "temperature_exponent": 0.1},
            {"temperature_range": 1.9, "temperature": 2.0, "temperature_exponent": 10.0},
        ),
        ({"order": ("temperature", *ORDER[:-1]), "temperature": 4.0, "min_p": 0.1}, {"temperature": 4.0, "min_p": 0.1}),
    ],
    ids=lambda sampling: next(iter(sampling)),
)
def test_what_keeps_more_makes_the_text_more_surprising(pen, more, less):
    assert surprise(pen.fan(SEA, sampling=FREE | more)) > surprise(pen.fan(SEA, sampling=FREE | less))


def test_typical_draws_what_is_about_as_surprising_as_is_to_be_expected(pen):
    drawn = pen.fan(SEA, sampling=FREE | {"typical": 0.01})
    off = [abs(-token.logprob - token.entropy) for tokens in drawn.tokens for token in tokens]
    free = pen.fan(SEA, sampling=FREE)
    other = [abs(-token.logprob - token.entropy) for tokens in free.tokens for token in tokens]
    assert sum(off) / len(off) < 0.3 * sum(other) / len(other)


def test_xtc_leaves_out_the_top_choices(pen):
    top = pen.fan(SEA, width=1, sampling=GREEDY).firsts[0]
    assert top in pen.fan(SEA, width=16, max_tokens=1, sampling=FREE | {"top_k": 3}).firsts
    drawn = pen.fan(
        SEA, width=16, max_tokens=1, sampling=FREE | {"top_k": 3, "xtc_probability": 1.0, "xtc_threshold": 0.01}
    )
    assert top not in drawn.firsts
    never = FREE | {"top_k": 3, "xtc_probability": 1.0, "xtc_threshold": 0.5}
    assert top in pen.fan(SEA, width=16, max_tokens=1, sampling=never).firsts, "no two tokens are as likely as that"


@pytest.mark.parametrize(
    ("slow", "quick"),
    [
        ({"mirostat_tau": 3.0, "mirostat_eta": 0.0}, {"mirostat_tau": 3.0, "mirostat_eta": 1.0}),
        ({"adaptive_target": 0.3, "adaptive_decay": 0.99}, {"adaptive_target": 0.3, "adaptive_decay": 0.0}),
    ],
    ids=lambda sampling: next(iter(sampling)),
)
def test_how_quickly_a_steady_draw_learns_changes_what_it_draws(pen, slow, quick):
    assert (
        pen.fan(SEA, max_tokens=24, sampling=FREE | slow).texts
        != pen.fan(SEA, max_tokens=24, sampling=FREE | quick).texts
    )


@pytest.mark.parametrize(
    "penalty", [{"repetition_penalty": 5.0}, {"frequency_penalty": 2.0}, {"presence_penalty": 2.0}]
)
def test_penalties_make_repetitions_rarer(pen, penalty):
    plain = pen.fan(LOOP, max_tokens=40, width=1, sampling=GREEDY)
    drawn = pen.fan(LOOP, max_tokens=40, width=1, sampling=GREEDY | penalty)
    assert len(drawn.tokens[0]) == 40
    assert repeats(drawn) < repeats(plain)
    unseen = pen.fan(LOOP, max_tokens=40, width=1, sampling=GREEDY | penalty | {"repetition_window": 0})
    assert unseen.texts == plain.texts, "nothing is looked back on"


def test_dry_holds_off_what_would_go_on_with_a_repetition_unless_a_breaker_stands_there(pen):
    tokens = pen.model.tokenize(LOOP.encode(), at_start=True)
    period = pen.model.tokenize(b" calm", at_start=False)[0]
    row = pen.model.rows(1)[0] * 0
    row[period] = 1.0

    def next_token(**settings):
        settings = Sampling(**{"temperature": 0, "dry_multiplier": 5.0, "dry_breakers": (), **settings})
        sampler = Sampler(pen.model, settings, 1, tokens, Biases(settings, lambda _: []))
        try:
            return sampler.draw(row)
        finally:
            sampler.close()

    assert next_token() != period
    assert next_token(dry_window=3) == period
    assert next_token(dry_length=100) == period
    assert next_token(dry_multiplier=0.5, dry_base=1.0) == period
    assert next_token(dry_multiplier=0.5, dry_base=4.0) != period
    settings = Sampling(temperature=0, dry_multiplier=5.0, dry_breakers=(" was",))
    sampler = Sampler(pen.model, settings, 1, tokens, Biases(settings, lambda _: []))
    assert sampler.draw(row) == period
    sampler.close()


def test_a_forbidden_word_is_not_drawn_in_any_of_its_usual_spellings(pen):
    word = pen.fan(SEA + ". The", width=1, max_tokens=1, sampling=GREEDY).texts[0].strip()
    drawn = pen.fan(SEA + ". The", width=16, max_tokens=1, sampling=FREE | {"forbid": (word,), "top_k": 10})
    found = {text.strip().lower() for text in drawn.texts}
    assert word.lower() not in found


@pytest.mark.parametrize("spelling", ["{}", " {}", "{C}", " {C}"])
def test_a_word_of_several_tokens_is_weighed_where_its_last_one_would_stand(pen, spelling):
    word = next(w for w in ("xylophone", "zookeeper") if len(pen.model.tokenize(f" {w}".encode(), at_start=False)) > 1)
    text = spelling.format(word, C=word.capitalize())
    *before, last = pen.model.tokenize(text.encode(), at_start=False)
    settings = Sampling(temperature=0, bias=((word, 90.0),))
    biases = Biases(settings, lambda text: pen.model.tokenize(text, at_start=False))
    row = pen.model.rows(1)[0] * 0
    sampler = Sampler(pen.model, settings, 1, [5, *before], biases)
    assert sampler.draw(row) == last
    sampler.close()


def test_a_word_can_be_made_likelier(pen):
    plain = pen.fan(SEA, max_tokens=24, width=16)
    drawn = pen.fan(SEA, max_tokens=24, width=16, sampling={"bias": (("sea", 6.0),)})

    def count(fan):
        return sum(len(re.findall(r"\bsea\b", text)) for text in fan.texts)

    assert count(drawn) > count(plain) + 5


def test_records_say_what_the_model_thought_before_words_were_weighed(pen):
    drawn = pen.fan(SEA, width=1, max_tokens=6, sampling=GREEDY | {"bias": (("sea", 100.0),)})
    assert all(exp(token.logprob) < 0.9 for token in drawn.tokens[0])


@pytest.mark.parametrize(
    "sampling",
    [
        {},
        GREEDY,
        {"min_p": 0.3, "temperature": 3.0},
        {"xtc_probability": 0.5},
        {"bias": (("the", 3.0),), "ban": ("and",)},
    ],
    ids=str,
)
def test_to_leave_out_beforehand_what_cannot_be_drawn_changes_nothing(pen, monkeypatch, sampling):
    short = [pen.fan(SEA, seed, max_tokens=12, sampling=sampling).texts for seed in range(3)]
    monkeypatch.setattr(samplers, "_within", lambda *_: None)
    assert [pen.fan(SEA, seed, max_tokens=12, sampling=sampling).texts for seed in range(3)] == short


# banned phrases


def test_a_banned_phrase_never_appears_and_something_else_is_drawn_in_its_place(pen):
    plain = pen.fan(SEA, width=1, max_tokens=30, sampling=GREEDY).texts[0]
    start = plain.index(" ", 10)
    phrase = plain[start + 1 : start + 12]
    drawn = pen.fan(SEA, width=1, max_tokens=30, sampling=GREEDY | {"ban": (phrase.upper(),)})
    assert phrase.lower() not in drawn.texts[0].lower()
    assert drawn.texts[0].startswith(plain[:start]), "what stands before it stays"
    assert len(drawn.tokens[0]) == 30


def test_what_may_still_become_a_banned_phrase_is_held_back_and_nothing_told_is_taken_back(pen):
    phrases = ("the house", "the sea", "it was", "and the", "in the")
    drawn = pen.fan(SEA, width=8, max_tokens=60, sampling=FREE | {"ban": phrases})
    for text, tokens in zip(drawn.texts, drawn.tokens, strict=True):
        assert Bans(phrases, SEA).found(text) is None
        assert sum(token.size for token in tokens) == len(text.encode())
    assert any(len(told) < len(tokens) for told, tokens in zip(drawn.told, drawn.tokens, strict=True)), "some was held"


@given(
    st.text("abA ", max_size=30),
    st.lists(st.text("abA ", min_size=1, max_size=5), min_size=1),
    st.text("ab", max_size=4),
)
def test_where_a_banned_phrase_begins_nothing_had_been_told_yet(text, phrases, before):
    bans, told = Bans(phrases, before), 0
    for end in range(1, len(text) + 1):
        at = bans.found(text[:end])
        if at is not None:
            assert at >= told or (at == 0 and told == 0)
            break
        told = max(told, end - bans.may_become(text[:end]))


def test_the_tokens_after_a_banned_phrase_was_avoided_are_drawn_from_the_right_context(pen):
    """The log-probabilities of a branch that went back are those of its text, read afresh."""
    drawn = pen.fan(SEA, width=4, max_tokens=40, sampling=FREE | {"ban": ("the", "of", "was", "and")})
    again = Pen()
    recorder = Recorder(again.model.pieces)
    tokens = again.model.tokenize(SEA.encode(), at_start=True)
    for branch in drawn.tokens:
        again.fanning.resident.evaluate([*tokens, *(token.id for token in branch[:-1])], None)
        row = again.fanning.resident.tip([*tokens, *(token.id for token in branch[:-1])])
        before = recorder.read(row)
        assert before.drawn(branch[-1].id, 1, float(row[branch[-1].id])).record.logprob == pytest.approx(
            branch[-1].logprob, abs=0.1
        )


def test_a_banned_phrase_that_begins_in_the_context_is_not_completed(pen):
    word = pen.fan(SEA, width=1, max_tokens=1, sampling=GREEDY).texts[0]
    drawn = pen.fan(SEA, width=8, max_tokens=4, sampling=FREE | {"ban": ("smaller" + word,)})
    assert not any(text.startswith(word) for text in drawn.texts)


# grammars


def test_everything_drawn_follows_the_grammar_and_ends_with_it(pen):
    drawn = pen.fan(SEA + ":", sampling={"grammar": 'root ::= " " [a-z]+ (", " [a-z]+){2} "."'}, max_tokens=60)
    whole = [text for text, finish in zip(drawn.texts, drawn.finishes, strict=True) if finish is Finish.END]
    assert whole
    assert all(re.fullmatch(r" [a-z]+(, [a-z]+){2}\.", text) for text in whole)
    assert all(re.fullmatch(r" [a-z, ]*\.?", text) for text in drawn.texts)


def test_a_grammar_that_allows_no_token_ends_the_branches_and_not_the_engine(pen):
    drawn = pen.fan(SEA, sampling={"grammar": 'root ::= "\\U0010FFFF\\U0010FFFE"'})
    assert set(drawn.finishes) <= {Finish.END, Finish.TOKENS}
    assert pen.fan(SEA).texts[0]


def test_a_grammar_that_only_llama_cpp_finds_wrong_is_refused_and_the_next_fan_is_made(pen, monkeypatch):
    monkeypatch.setattr("cyborg_tui.loom.sampling.check_grammar", lambda grammar: None)
    drawn = pen.fan(SEA, sampling={"grammar": 'root ::= root "a" | "b"'})
    assert drawn.ended.finish is Finish.INTERRUPTED
    assert drawn.refused == "llama.cpp cannot use this grammar; change fan.grammar."
    assert pen.fan(SEA).texts[0]


# ranges


@pytest.mark.parametrize("name", RANGES)
def test_what_lies_outside_its_range_is_refused_with_the_range(name):
    low, high = RANGES[name]
    for value in (low - 1, high + 1, float("nan")):
        with pytest.raises(BadSetting, match=rf"{name} is .*between {low:g} and {high:,.10g}"):
            Sampling(**{name: value})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"order": ORDER[1:]}, "once"),
        ({"order": (*ORDER, "top_k")}, "once"),
        ({"bias": (("sea", 101.0),)}, "bias of “sea” is 101"),
        ({"forbid": ("",)}, "forbid has an entry of 0 characters"),
        ({"ban": ("x" * 201,)}, "201 characters"),
        ({"grammar": 'root ::= "a"\nlist ::= [a-z'}, "line 2, column 10: \\[ is not closed"),
        ({"grammar": "item ::= [a-z]"}, "no rule root"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(settings, says):
    with pytest.raises(BadSetting, match=says):
        Sampling(**settings)
