"""Several contexts read together: guided away from one, or a blend."""

import math

import numpy as np
import pytest

from cyborg_tui.engine.protocol import Evaluate
from cyborg_tui.engine.together import mixed
from cyborg_tui.loom.guidance import Mix, blended, guided
from cyborg_tui.loom.settings import BadSetting, FanKind
from tests.engine.deck import Deck, context
from tests.engine.odd_models import KINDS, odd_model

SEA = "I have been thinking about the sea, and"
GRIEF = "A tale of grief and of sorrow, in which everybody weeps.\n\n" + SEA
MIRTH = "A tale of mirth and of joy, in which everybody laughs.\n\n" + SEA


@pytest.fixture(scope="module")
def deck():
    deck = Deck()
    yield deck
    deck.close()


def evaluated_for_contexts(drawn, contexts):
    """Tokens that a fan evaluated beside those of its branches, each of which is read after each context."""
    own = sum(len(tokens) - 1 for tokens in drawn.tokens)
    return drawn.ended.stats.evaluated_tokens - contexts * own


# what is mixed


def test_guidance_is_out_plus_strength_times_the_difference(deck):
    """In logits or log-probabilities: they differ by the same number for all tokens."""
    within, out = deck.foresee(MIRTH), deck.foresee(GRIEF)
    both = within.keys() & out.keys()
    for strength in (0.0, 0.5, 1.0, 2.0):
        seen = deck.foresee(MIRTH, mix=guided(strength), beside=(GRIEF,))
        wanted = {token: out[token] + strength * (within[token] - out[token]) for token in both & seen.keys()}
        differences = [seen[token] - wanted[token] for token in wanted]
        assert len(differences) > 10
        assert max(differences) - min(differences) < 0.02


def test_strength_one_is_no_guidance_and_none_is_the_other_context_alone(deck):
    assert deck.foresee(MIRTH, mix=guided(1.0), beside=(GRIEF,)) == pytest.approx(deck.foresee(MIRTH), abs=2e-3)
    assert deck.foresee(MIRTH, mix=guided(0.0), beside=(GRIEF,)) == pytest.approx(deck.foresee(GRIEF), abs=2e-3)


def test_a_blend_is_the_weighted_product(deck):
    one, other, third = deck.foresee(MIRTH), deck.foresee(GRIEF), deck.foresee(SEA)
    seen = deck.foresee(MIRTH, mix=blended(2, (1, 1)), beside=(GRIEF, SEA))
    both = one.keys() & other.keys() & third.keys() & seen.keys()
    differences = [seen[token] - (one[token] / 2 + other[token] / 4 + third[token] / 4) for token in both]
    assert len(both) > 10
    assert max(differences) - min(differences) < 0.02
    same = deck.foresee(SEA, mix=blended(1, (1, 3)), beside=(SEA, SEA))
    assert same == pytest.approx(third, abs=2e-3)


def test_what_is_recorded_is_what_was_drawn_from(deck):
    drawn = deck.fan(MIRTH, mix=guided(2.0), beside=(GRIEF,), width=8, max_tokens=1)
    seen = deck.foresee(MIRTH, mix=guided(2.0), beside=(GRIEF,))
    found = [token for (token,) in drawn.tokens if token.id in seen]
    assert len(found) >= 4
    for token in found:
        assert token.logprob == pytest.approx(seen[token.id], abs=5e-3)


def test_a_token_that_cannot_follow_the_own_context_never_does():
    own, other = np.array([0.0, -np.inf, 1.0], np.float32), np.array([-np.inf, 5.0, 2.0], np.float32)
    assert mixed((2.0, -1.0), [own, other]).tolist() == [-2.0, -math.inf, 0.0]
    assert mixed((0.5, 0.5), [own, other]).tolist() == [1.0, -math.inf, 1.5]
    rows = np.stack([own, own]), np.stack([other, own])
    mixed((2.0, -1.0), rows, out=rows[0])
    assert rows[0].tolist() == [[-2.0, -math.inf, 0.0], [0.0, -math.inf, 1.0]]


# a fan of it


def test_a_guided_fan_grows_as_one_would_draw_it_token_by_token(deck):
    drawn = deck.fan(MIRTH, mix=guided(1.5), beside=(GRIEF,), width=1, max_tokens=8, sampling={"temperature": 0})
    text = ""
    for _ in range(3):
        seen = deck.foresee(MIRTH + text, mix=guided(1.5), beside=(GRIEF + text,))
        text += deck.model.pieces[max(seen, key=seen.get)].decode()
    assert drawn.texts[0].startswith(text)


def test_it_is_guided(deck):
    """Towards the joyful: the score of what it writes under the sad context falls against that under the other."""

    def leaning(strength):
        texts = deck.fan(MIRTH, 3, mix=guided(strength), beside=(GRIEF,), width=8, max_tokens=16).texts
        return sum(deck.score(MIRTH, text) - deck.score(GRIEF, text) for text in texts)

    assert leaning(3.0) > leaning(1.0) > leaning(-1.0)


def test_nothing_is_read_twice(deck):
    beside, mix = (GRIEF,), guided(1.5)
    first = deck.fan(MIRTH + " once", 1, mix=mix, beside=(GRIEF + " once",))
    again = deck.fan(MIRTH + " once", 2, mix=mix, beside=(GRIEF + " once",))
    assert evaluated_for_contexts(again, 2) == 0
    text = first.texts[0]
    taken = deck.fan(MIRTH + " once" + text, 3, mix=mix, beside=(GRIEF + " once" + text,), max_tokens=1)
    assert evaluated_for_contexts(taken, 2) <= 8, "the end of the branch after each context"
    deck.ask(Evaluate(context(MIRTH + " twice"), beside=(context(GRIEF + " twice"),)))
    ahead = deck.fan(MIRTH + " twice", 2, mix=mix, beside=(GRIEF + " twice",))
    assert evaluated_for_contexts(ahead, 2) == 0
    assert deck.fan(MIRTH + " once", 2).ended.stats.reused_tokens > 0, beside


def test_a_word_that_is_begun_is_gone_on_with(deck):
    drawn = deck.fan("It was a beaut", mix=guided(1.5), beside=("Everything is ugly. It was a beaut",), width=8)
    assert sum(text.startswith((" beautiful", " beauty", "beaut")) or "eaut" in text for text in drawn.texts) >= 4
    assert any(drawn.healed)
    other = deck.fan("It was a beaut", mix=guided(1.5), beside=("It is of no use",), width=8)
    assert not any(other.healed), "they do not end alike"


def test_banned_phrases_are_gone_back_over_after_each_context(deck):
    first = deck.fan(MIRTH, 5, mix=guided(1.2), beside=(GRIEF,), width=8)
    words = tuple({text.split()[1] for text in first.texts if len(text.split()) > 1})[:5]
    drawn = deck.fan(MIRTH, 5, mix=guided(1.2), beside=(GRIEF,), width=8, sampling={"ban": words})
    assert words
    assert not any(word.lower() in text.lower() for word in words for text in drawn.texts)
    assert sum(map(bool, drawn.texts)) >= 6


@pytest.mark.parametrize("kind", FanKind)
def test_every_kind_of_fan(deck, kind):
    drawn = deck.fan(MIRTH, mix=blended(1, (1, 1)), beside=(GRIEF, SEA), width=16, kind=kind)
    assert sum(map(bool, drawn.texts)) >= 4
    assert drawn.refused == ""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model(tmp_path, kind):
    deck = Deck(odd_model(tmp_path / "odd.gguf", kind, vocabulary="letters"))
    for _ in range(2):
        drawn = deck.fan("the sea ", mix=guided(1.5), beside=("a hill ",), width=4)
        assert any(drawn.texts), drawn.refused
    assert evaluated_for_contexts(drawn, 2) == 0
    deck.close()


def test_the_exact_way_makes_it_again_to_the_token():
    made = []
    for _ in range(2):
        deck = Deck(exact=True)
        deck.fan("Something else was read before.")
        made.append(deck.fan(MIRTH, 5, mix=guided(1.5), beside=(GRIEF,), until="sentence", width=4, max_tokens=24))
        deck.close()
    assert made[0].tokens == made[1].tokens


# what does not fit


def test_of_contexts_too_long_for_the_window_the_ends_are_seen(deck):
    long, longer = "the sea " * 900, "the hill " * 1800
    drawn = deck.fan(long, mix=guided(1.5), beside=(longer,), width=8, max_tokens=40)
    (other,) = drawn.ended.stats.beside
    stats = drawn.ended.stats
    assert stats.left_out_tokens > 0
    assert other.left_out_tokens > 0
    assert stats.prompt_tokens + other.tokens + 2 * 8 * 40 <= deck.model.cells
    assert max(map(len, drawn.tokens)) == 40


def test_more_branches_than_a_model_can_have_after_so_many_contexts(tmp_path):
    deck = Deck(odd_model(tmp_path / "odd.gguf", "mamba", vocabulary="letters"))
    drawn = deck.fan("the sea", mix=guided(1.5), beside=("a hill",), width=16)
    assert drawn.refused == "With 2 contexts at a time this model can have 7 branches at most; ask for fewer."
    assert any(deck.fan("the sea", mix=guided(1.5), beside=("a hill",), width=7).texts)
    deck.close()


def test_weights_without_contexts(deck):
    drawn = deck.fan(SEA, mix=Mix(1.0, (1.0, 2.0)), beside=(SEA,))
    assert drawn.refused.startswith("There are not as many other contexts")
    assert deck.fan(SEA).refused == ""


def test_settings_out_of_range():
    for make in (
        lambda: guided(math.nan),
        lambda: guided(1e6),
        lambda: Mix(1.0, (1.0,) * 9),
        lambda: blended(-1, (2,)),
        lambda: blended(0, (0,)),
    ):
        with pytest.raises(BadSetting):
            make()
