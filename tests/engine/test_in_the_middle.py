"""In the middle of a text: filled by a model that was trained for it, or bridged, and how well the bridge leads on."""

import struct

import pytest

from cyborg_tui.engine.protocol import digest
from tests.engine.deck import Deck
from tests.engine.gguf_parts import embedded
from tests.engine.odd_models import KINDS, odd_model

BEFORE = "She opened the door of the old house, and"
AFTER = " But the room was empty, and nobody answered when she called."
CANDIDATES = (" called his name softly.", " the sea was green and the fishes sang in it!", " went in", "")
U32 = 4
MARKS = {"fim_pre": 40, "fim_suf": 41, "fim_mid": 42}


@pytest.fixture(scope="module")
def deck():
    deck = Deck()
    yield deck
    deck.close()


@pytest.fixture(scope="module")
def filler(tmp_path_factory):
    """The embedded model with some of its tokens made into marks."""
    model = embedded()
    for name, token in MARKS.items():
        model.set(f"tokenizer.ggml.{name}_token_id", U32, struct.pack("<I", token))
    path = tmp_path_factory.mktemp("model") / "filler.gguf"
    path.write_bytes(model.encode())
    deck = Deck(path, context=256)
    yield deck
    deck.close()


def tokens(deck, text):
    return deck.model.tokenize(text.encode(), at_start=False)


# bridging


def test_how_well_a_text_follows_is_what_scoring_it_there_gives(deck):
    told, complete = deck.follow(BEFORE, CANDIDATES, AFTER)
    assert complete
    for candidate, (logprob, count) in zip(CANDIDATES, told, strict=True):
        assert logprob == pytest.approx(deck.score(BEFORE + candidate, AFTER), rel=0.01), candidate
        assert count == len(tokens(deck, AFTER))


def test_the_better_bridge_leads_on_better_and_nothing_is_sorted(deck):
    good, bad = " the boy ran down to the sea, to his", " the boy ran down to the sea, to green"
    told, _ = deck.follow(BEFORE, (bad, good), " mother.")
    assert told[1][0] > told[0][0]


def test_what_is_read_for_it_serves_the_next_fan_there(deck):
    deck.fan(BEFORE)
    deck.follow(BEFORE, CANDIDATES, AFTER)
    again = deck.fan(BEFORE)
    assert again.ended.stats.reused_tokens == again.ended.stats.prompt_tokens


@pytest.mark.parametrize("many", [1, 16, 100])
def test_any_number_of_candidates(deck, many):
    told, complete = deck.follow(BEFORE, [f" and {number}" for number in range(many)], AFTER)
    assert complete
    assert len(told) == many
    assert told[0][0] == pytest.approx(deck.score(BEFORE + " and 0", AFTER), rel=0.01)


@pytest.mark.parametrize("text", ["", "x"])
def test_where_almost_nothing_stands(deck, text):
    told, complete = deck.follow(text, ("", "y"), "z")
    assert complete
    assert told[0][0] < 0
    told, complete = deck.follow(text, ("", "y"), "")
    assert (told, complete) == ([(0.0, 0), (0.0, 0)], True)
    assert deck.follow(text, (), "z") == ([], True)


def test_long_texts(deck):
    told, complete = deck.follow("the sea " * 2000, (" and", " or"), AFTER * 50)
    assert complete
    assert all(count == 128 for _, count in told), "so much of what follows is looked at"


def test_it_stops_when_something_else_is_wanted(deck):
    deck.stops_after = 0
    told, complete = deck.follow("Another text altogether, and", CANDIDATES, AFTER)
    deck.stops_after = None
    assert (told, complete) == ([], False)


@pytest.mark.parametrize("kind", KINDS)
def test_with_every_kind_of_model(tmp_path, kind):
    deck = Deck(odd_model(tmp_path / "odd.gguf", kind, vocabulary="letters"))
    told, complete = deck.follow("the sea", (" and", " or"), " a hill")
    assert complete
    for candidate, (logprob, count) in zip((" and", " or"), told, strict=True):
        assert logprob == pytest.approx(deck.score("the sea" + candidate, " a hill"), abs=0.1)
        assert count == 7
    deck.close()


# filling


def test_a_model_that_was_trained_for_it_sees_what_follows(filler):
    before, after = tokens(filler, BEFORE), tokens(filler, AFTER)
    drawn = filler.fan(BEFORE, following=AFTER)
    assert any(drawn.texts)
    begin, suffix, middle = MARKS.values()
    assert drawn.ended.stats.digest == digest([begin, *before, suffix, *after, middle])
    assert not any(drawn.healed), "the marks stand between"


def test_where_both_do_not_fit_the_nearest_of_both_are_seen(filler):
    long, after = "the sea was green " * 60, AFTER * 20
    drawn = filler.fan(long, following=after, max_tokens=16, width=8)
    assert max(map(len, drawn.tokens)) == 16
    stats = drawn.ended.stats
    assert stats.left_out_tokens > 0
    assert stats.prompt_tokens <= filler.model.window - 16
    short = filler.fan("It was", following=after, max_tokens=16)
    assert short.ended.stats.left_out_tokens == 0
    assert short.ended.stats.prompt_tokens == filler.model.window - 16


def test_a_model_that_was_not_says_so(deck):
    drawn = deck.fan(BEFORE, following=AFTER)
    assert drawn.texts == [""] * 4
    assert drawn.refused.startswith("commonplace was not trained to fill in the middle;")
    assert deck.model.fill_marks is None
