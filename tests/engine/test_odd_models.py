"""Every kind of model: sliding windows, recurrent layers, both, experts. The loop is the same with all of them."""

import pytest

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.protocol import Grew, Ready, Refused, Scored, ScoreRequest
from cyborg_tui.loom.context import Context, Segment
from cyborg_tui.loom.fan import Finish, encode
from tests.engine.asking import Engine
from tests.engine.deck import Deck, context
from tests.engine.odd_models import KINDS, odd_model

SEA = "I have been thinking about the sea again, and about why the house seemed smaller."
GOES_BACK = ("plain", "sliding", "experts")
"""The kinds whose cache can be cut; the others remember a state that cannot."""


@pytest.fixture(params=[kind for kind in KINDS if kind != "jamba"])
def kind(request):
    return request.param


@pytest.fixture
async def engine(kind, tmp_path):
    path = odd_model(tmp_path / f"{kind}.gguf", kind, vocabulary="letters")
    async with Engine(EngineConfig(model=str(path), nice=0)) as engine:
        assert isinstance(engine.ready, Ready), engine.ready
        yield engine


def beside_its_own(answer):
    """Tokens that were evaluated for a fan beside those of its branches, of which the last is not."""
    ends = zip(answer.tokens, answer.finishes, strict=True)
    return answer.stats.evaluated_tokens - sum(len(tokens) - (finish is not Finish.END) for tokens, finish in ends)


def took(context, answer, branch, vocabulary, *, tokens=None):
    """The context after a branch was taken, whole or its first tokens."""
    records = answer.tokens[branch][:tokens]
    size = sum(record.size for record in records)
    text = encode(answer.texts[branch])[:size].decode("utf-8", "surrogateescape")
    before = context[: len(context) - answer.healed[branch]]
    return Context((Segment(before), Segment(text, tuple(record.id for record in records), vocabulary)))


async def test_nothing_is_evaluated_twice(engine):
    """A fan evaluates its context, another one from there nothing, one after a take the branch's last token at most."""
    first = await engine.fan(SEA, seed=1, width=4, max_tokens=12)
    assert beside_its_own(first) == first.stats.prompt_tokens
    for text, tokens in zip(first.texts, first.tokens, strict=True):
        assert sum(token.size for token in tokens) == len(encode(text)) > 0
    second = await engine.fan(SEA, seed=2, width=4, max_tokens=1)
    assert beside_its_own(second) == 0
    for branch in range(4):
        after = took(SEA, first, branch, engine.ready.model.vocabulary)
        assert beside_its_own(await engine.fan(after, width=4, max_tokens=1)) <= 1, branch


async def test_taken_and_gone_on_from_again_and_again(engine):
    context = Context((Segment(SEA),))
    for seed in range(4):
        answer = await engine.fan(context, seed=seed, width=4, max_tokens=6)
        if seed:
            assert beside_its_own(answer) <= 1
        ids = tuple(token.id for token in answer.tokens[seed])
        text = answer.texts[seed][answer.healed[seed] :] if seed else answer.texts[0]
        before = context.segments if seed else (Segment(SEA[: len(SEA) - answer.healed[0]]),)
        context = Context((*before, Segment(text, ids, engine.ready.model.vocabulary)))


async def test_after_a_part_of_a_branch_was_taken_the_branches_are_those_of_a_fresh_engine(kind, engine):
    """A state that cannot be cut is not used for what it is not the state of."""
    first = await engine.fan(SEA, width=4, max_tokens=12)
    part = took(SEA, first, 2, engine.ready.model.vocabulary, tokens=5)
    second = await engine.fan(part, seed=5, width=2, max_tokens=4)
    async with Engine(engine.client._config) as fresh:
        alone = await fresh.fan(part, seed=5, width=2, max_tokens=4)
    assert second.texts == alone.texts
    if kind in GOES_BACK:
        assert beside_its_own(second) <= 1
    else:
        assert beside_its_own(second) <= second.stats.prompt_tokens


async def test_after_typing_only_what_was_typed_is_evaluated(kind, engine):
    await engine.fan(SEA, max_tokens=1)
    more = " The rooms had kept their distances."
    second = await engine.fan(SEA + more, max_tokens=1)
    typed = second.stats.prompt_tokens - second.stats.reused_tokens
    assert beside_its_own(second) <= typed + 1
    if kind in GOES_BACK:
        assert typed <= len(more)


async def test_it_stops_within_a_step_in_branches_and_between_pieces_of_a_prompt_and_goes_on(engine):
    engine.ask(SEA, width=8, max_tokens=900)
    await engine.wait_for(Grew)
    engine.client.cancel()
    answer = await engine.answer()
    assert answer.finish is Finish.CANCELLED
    assert all(len(tokens) < 900 for tokens in answer.tokens)
    long = SEA * 40
    engine.ask(long, width=2, max_tokens=4)
    engine.client.cancel()
    await engine.answer()
    answer = await engine.fan(long, width=2, max_tokens=4)
    assert answer.finish is None
    assert answer.stats.left_out_tokens > 0


async def test_a_word_that_is_not_finished_is_healed_or_else_simply_gone_on_from(kind, engine):
    answer = await engine.fan("It was a beautif", width=8, max_tokens=4)
    assert answer.finish is None
    for text, healed in zip(answer.texts, answer.healed, strict=True):
        assert "It was a beautif".endswith(text[:healed])
        assert healed == 0 or kind in GOES_BACK


def test_one_that_cannot_go_back_reads_a_long_branch_again_for_a_banned_phrase(tmp_path):
    """Of more tokens than are evaluated at once: piece by piece."""
    free = {"min_p": 0.0, "temperature": 1.0}
    deck = Deck(odd_model(tmp_path / "odd.gguf", "mamba", vocabulary="letters", context=2048), context=2048)
    plain = (deck.fan(SEA, seed, width=1, max_tokens=560, sampling=free).texts[0] for seed in range(8))
    seed, text = next((seed, text) for seed, text in enumerate(plain) if text.find(text[540:546]) == 540)
    phrase, before = text[540:546], text[:540]
    drawn = deck.fan(SEA, seed, width=1, max_tokens=560, sampling={**free, "ban": (phrase,)})
    (text,) = drawn.texts
    assert text.startswith(before)
    assert phrase not in text
    events = deck.ask(ScoreRequest(1, context(SEA), context(text)))
    read = [token.logprob for event in events if isinstance(event, Scored) for token in event.tokens]
    last = [token.logprob for token in drawn.tokens[0][-5:]]
    assert read[-5:] == pytest.approx(last, abs=0.2), "drawn from the right context"
    deck.close()


async def test_where_a_model_computes_no_numbers_the_fan_is_refused_and_the_next_one_is_made(tmp_path):
    """Its letter z is damaged. What is no number in one place of the cache would spread to all that is computed."""
    path = odd_model(tmp_path / "m.gguf", "plain", vocabulary="letters", broken=5 + ord("z") - 33)
    async with Engine(EngineConfig(model=str(path), nice=0)) as engine:
        good = await engine.fan(SEA, width=2, max_tokens=4)
        for text in (SEA + " z", "z"):
            answer = await engine.fan(text, width=2, max_tokens=4)
            assert answer.finish is Finish.INTERRUPTED
            assert (await engine.wait_for(Refused)).sentence.endswith("its file is damaged.")
        assert await engine.evaluate(SEA + " zz") == 0
        again = await engine.fan(SEA, width=2, max_tokens=4)
    assert again.finish is None
    assert again.texts == good.texts


@pytest.mark.parametrize("vocabulary", ["sentencepiece", "no newline"])
async def test_a_vocabulary_of_sentencepieces_with_or_without_a_newline_writes(tmp_path, vocabulary):
    path = odd_model(tmp_path / "m.gguf", "plain", vocabulary=vocabulary)
    async with Engine(EngineConfig(model=str(path), nice=0)) as engine:
        first = await engine.fan("the sea\n\nand the house\n", width=2, max_tokens=6)
        ids = tuple(token.id for token in first.tokens[0])
        context = (Segment("the sea\n\n"), Segment(first.texts[0], ids, engine.ready.model.vocabulary), Segment("\nx"))
        second = await engine.fan(Context(context), width=2, max_tokens=6)
    assert first.finish is second.finish is None
    assert all(len(tokens) >= 6 for tokens in second.tokens)
