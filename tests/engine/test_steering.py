"""Control vectors and adapters: made, read, mixed, put to work; and what is said of those that cannot be used."""

import os
import stat

import gguf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyborg_tui.engine.checks import embedded_model
from cyborg_tui.engine.protocol import LookAt, PreviewEnded, VectorEnded, VectorProgress
from cyborg_tui.engine.vectors import BadSteeringError, read_vector
from cyborg_tui.loom.contrast import BadContrast, Contrast, Method
from cyborg_tui.loom.settings import BadSetting, FanSettings, Sampling
from cyborg_tui.loom.steering import Adapter, Steering, Vector
from tests.engine.deck import MINUS, PLUS, Deck, steered

SEA = "The morning came, and"
SORROW = (" I wept bitterly", " she was full of sorrow", " his heart was broken")
JOY = (" I laughed merrily", " she was full of joy", " his heart was glad")
WIDTH, LAYERS = 256, 5
"""Of the embedded model; a vector may change layers 1 to 4."""


@pytest.fixture(scope="module")
def deck():
    deck = Deck()
    yield deck
    deck.close()


@pytest.fixture(scope="module")
def sorrow(deck, tmp_path_factory):
    path = tmp_path_factory.mktemp("vectors") / "sorrow.gguf"
    assert deck.make_vector(path).facts is not None
    return path


def leaning(deck, steering):
    """How much likelier the one set of texts is than the other, in nats a text."""
    one, other = ([deck.score(SEA, text, steering) for text in some] for some in (SORROW, JOY))
    return np.mean(one) - np.mean(other)


def vector_file(path, *, width=WIDTH, layers=range(1, LAYERS), value=0.5, hint="llama", **tensors):
    """As repeng and llama.cpp's generator write them."""
    writer = gguf.GGUFWriter(path, "controlvector")
    writer.add_string("controlvector.model_hint", hint)
    writer.add_uint32("controlvector.layer_count", len(layers))
    for layer in layers:
        writer.add_tensor(f"direction.{layer}", np.full(width, value, np.float32))
    for name, numbers in tensors.items():
        writer.add_tensor(name.replace("_", "."), numbers)
    for step in ("header", "kv_data", "tensors"):
        getattr(writer, f"write_{step}_to_file")()
    writer.close()
    return path


def adapter_file(path, *, kind="llama", width=WIDTH, rank=4, **values):
    """As convert_lora_to_gguf.py writes them."""
    random = np.random.default_rng(1)
    writer = gguf.GGUFWriter(path, kind)
    for key, value in {"general.type": "adapter", "adapter.type": "lora", **values}.items():
        writer.add_string(key, value)
    writer.add_float32("adapter.lora.alpha", float(rank))
    for layer in range(LAYERS):
        for part, shape in {"a": (rank, width), "b": (WIDTH, rank)}.items():
            name = f"blk.{layer}.attn_output.weight.lora_{part}"
            writer.add_tensor(name, (random.standard_normal(shape) * 0.2).astype(np.float32))
    for step in ("header", "kv_data", "tensors"):
        getattr(writer, f"write_{step}_to_file")()
    writer.close()
    return path


# what a vector does


@pytest.mark.parametrize("method", [Method.MEANS, Method.COMPONENT])
def test_a_vector_made_from_pairs_moves_what_it_should_the_more_the_stronger(deck, tmp_path, method):
    path = tmp_path / "sorrow.gguf"
    assert deck.make_vector(path, method=method).sentence == ""
    leanings = [leaning(deck, steered((path, strength))) for strength in (-2, -1, -0.5, 0, 0.5, 1, 2)]
    assert leanings == sorted(leanings)
    assert leanings[-1] - leanings[0] > 2, "more than two nats a text"


def test_two_sets_of_passages_need_not_be_pairs(deck, tmp_path):
    path = tmp_path / "sorrow.gguf"
    for method in Method:
        assert deck.make_vector(path, towards=PLUS[:7], away=MINUS[:4], method=method).facts.texts == (7, 4)
        leanings = [leaning(deck, steered((path, strength))) for strength in (-1, 0, 1)]
        assert leanings == sorted(leanings)


def test_vectors_add_up(deck, sorrow):
    both = steered((sorrow, 0.5), (sorrow, 0.75))
    assert deck.fan(SEA, steering=both).texts == deck.fan(SEA, steering=steered((sorrow, 1.25))).texts
    none = steered((sorrow, 2.0), (sorrow, -2.0))
    assert deck.foresee(SEA, steering=none) == pytest.approx(deck.foresee(SEA), abs=2e-3)


def test_what_was_read_in_one_way_is_not_taken_for_what_is_read_in_another(deck, sorrow):
    one, other = steered((sorrow, 2.0)), steered((sorrow, -2.0))
    seen = deck.foresee(SEA + " so", steering=one)
    deck.foresee(SEA + " so then", steering=other)
    assert deck.foresee(SEA + " so", steering=other) != seen


def test_a_vector_that_was_made_anew_is_read_anew(deck, tmp_path):
    path = vector_file(tmp_path / "same.gguf", value=0.5)
    before, size = deck.foresee(SEA, steering=steered((path, 1.0))), path.stat().st_size
    vector_file(path, value=-0.5)
    assert path.stat().st_size == size
    assert deck.foresee(SEA, steering=steered((path, 1.0))) != before


def test_what_cannot_be_drawn_ends_a_preview(deck, monkeypatch):
    monkeypatch.setattr("cyborg_tui.loom.sampling.check_grammar", lambda grammar: None)
    refused = FanSettings(1, 4, sampling=Sampling(grammar='root ::= root "a" | "b"'))
    assert deck.preview(SEA, [refused, FanSettings(1, 4)]) == [
        PreviewEnded(1, False, "llama.cpp cannot use this grammar; change fan.grammar.")
    ]


def test_a_range_of_layers(deck, sorrow):
    def seen(first, last):
        return deck.foresee(SEA, steering=steered((sorrow, 2.0, first, last)))

    assert seen(1, 4) == seen(0, 0) == seen(0, 4)
    assert len({tuple(seen(*some).values()) for some in ((1, 1), (2, 2), (1, 2), (0, 0))}) == 4
    one, two = steered((sorrow, 2.0, 1, 2), (sorrow, 2.0, 3, 4)), steered((sorrow, 2.0))
    assert deck.foresee(SEA, steering=one) == deck.foresee(SEA, steering=two)


def test_steering_leaves_what_was_read_without_it_and_is_itself_remembered(deck, sorrow):
    plain = deck.fan(SEA + " then", seed=3)
    for strength in (1.0, -1.0):
        first = deck.fan(SEA + " then", seed=3, steering=steered((sorrow, strength)))
        assert first.ended.stats.reused_tokens == 0, "nothing of another way to read"
        assert first.texts != plain.texts
        again = deck.fan(SEA + " then", seed=3, steering=steered((sorrow, strength)))
        assert again.ended.stats.reused_tokens == again.ended.stats.prompt_tokens
        assert again.texts == first.texts
    back = deck.fan(SEA + " then", seed=3)
    assert back.ended.stats.reused_tokens == back.ended.stats.prompt_tokens
    assert back.texts == plain.texts
    assert deck.fan(SEA + " then", seed=3, steering=steered((sorrow, -1.0))).ended.stats.reused_tokens > 0


def test_a_steered_fan_is_the_one_that_a_fresh_engine_would_make(deck, sorrow):
    deck.fan(SEA)
    fresh = Deck()
    for strength in (1.5, -1.5):
        here = deck.fan(SEA, steering=steered((sorrow, strength)))
        assert here.texts == fresh.fan(SEA, steering=steered((sorrow, strength))).texts
    fresh.close()


def test_without_strength_it_is_no_steering(deck, sorrow):
    deck.fan(SEA)
    still = deck.fan(SEA, steering=steered((sorrow, 0.0)))
    assert still.ended.stats.reused_tokens == still.ended.stats.prompt_tokens
    assert still.ended.stats.steered_by == ()


def test_what_steered_is_on_record(deck, sorrow, tmp_path):
    other = vector_file(tmp_path / "other.gguf")
    said = [read_vector(path).facts.digest for path in (sorrow, other)]
    assert deck.fan(SEA, steering=steered((sorrow, 1.0), (other, 0.1))).ended.stats.steered_by == tuple(said)
    vector_file(other, value=0.25)
    assert deck.fan(SEA, steering=steered((other, 1.0))).ended.stats.steered_by != said[1:]


def test_the_exact_way_makes_a_steered_fan_again_to_the_token(sorrow):
    made = []
    for _ in range(2):
        deck = Deck(exact=True)
        deck.fan(SEA + " something else was read before", seed=4)
        made.append(deck.fan(SEA, seed=5, steering=steered((sorrow, 1.0))))
        deck.close()
    assert made[0].tokens == made[1].tokens


# files


def test_what_is_made_can_be_read_by_anybody_who_reads_such_files(deck, sorrow):
    reader = gguf.GGUFReader(sorrow)
    values = {key: field.contents() for key, field in reader.fields.items()}
    assert values["general.architecture"] == "controlvector"
    assert values["controlvector.model_hint"] == "llama"
    assert values["controlvector.layer_count"] == LAYERS - 1
    found = {tensor.name: tensor for tensor in reader.tensors}
    assert sorted(found) == [f"direction.{layer}" for layer in range(1, LAYERS)]
    ours = read_vector(sorrow).directions
    for layer in range(1, LAYERS):
        tensor = found[f"direction.{layer}"]
        assert tensor.tensor_type == gguf.GGMLQuantizationType.F32
        np.testing.assert_array_equal(tensor.data, ours[layer])
    assert stat.S_IMODE(sorrow.stat().st_mode) == 0o600
    assert not [*sorrow.parent.glob(".*")], "nothing is left over"


def test_what_others_make_is_used(deck, tmp_path):
    path = vector_file(tmp_path / "theirs.gguf", layers=(2, 3), hint="mistral")
    (answer,) = [deck.answering.look_up(LookAt(1, str(path).encode()))]
    assert answer.sentence == ""
    assert [layer.layer for layer in answer.vector.layers] == [2, 3]
    assert answer.vector.layers[0].norm == pytest.approx(0.5 * WIDTH**0.5)
    assert answer.vector.layers[0].apart is None
    assert deck.foresee(SEA, steering=steered((path, 1.0))) != deck.foresee(SEA)


def test_norm_and_effect_of_each_layer_can_be_seen(deck, sorrow):
    facts = deck.answering.look_up(LookAt(1, str(sorrow).encode())).vector
    assert facts == deck.make_vector(sorrow).facts
    assert (facts.name, facts.model, facts.width, facts.texts) == ("sorrow", "llama", WIDTH, (8, 8))
    for layer in facts.layers:
        assert 0 < layer.norm < layer.state_norm
        assert layer.apart > 2, "so many deviations lie between the sets"


def test_progress_is_told_and_it_stops_when_something_else_is_wanted(deck, tmp_path):
    path = tmp_path / "sorrow.gguf"
    deck.make_vector(path)
    told = [(event.done, event.total) for event in deck.heard if isinstance(event, VectorProgress)]
    assert told == [(done, 16) for done in range(1, 17)]
    before = path.read_bytes()
    deck.stops_after = 5
    assert deck.make_vector(path, towards=MINUS, away=PLUS) == VectorEnded(1)
    deck.stops_after = None
    assert len(deck.heard) == 6
    assert path.read_bytes() == before


def test_where_nothing_can_be_written_one_sentence_says_so(deck, tmp_path):
    for path in (tmp_path / "missing" / "x.gguf", tmp_path):
        answer = deck.make_vector(path)
        assert answer.facts is None
        assert "could not be written" in answer.sentence
    assert not [*tmp_path.iterdir()]


def test_texts_of_which_nothing_can_be_made():
    for plus, minus, method in (
        ((), ("a",), Method.MEANS),
        (("a",), ("a",), Method.MEANS),
        (("a",), (" ",), Method.MEANS),
        (("a",), ("b",), Method.COMPONENT),
    ):
        with pytest.raises(BadContrast):
            Contrast(plus, minus, method)


def test_texts_that_the_model_sees_alike(deck, tmp_path):
    answer = deck.make_vector(tmp_path / "x.gguf", towards=("the same",), away=("the same",))
    assert "choose texts that differ" in answer.sentence


# bad input


def refusals(deck, path):
    """What is said of a vector when it is looked at, and when a fan is asked for."""
    fan = deck.fan(SEA, steering=steered((path, 1.0)))
    assert fan.texts == [""] * 4
    looked = deck.answering.look_up(LookAt(1, os.fsencode(path)))
    assert fan.refused == looked.sentence
    assert deck.fan(SEA).refused == "", "the old state is intact"
    return fan.refused


def test_a_vector_for_another_model_both_sizes_are_named(deck, tmp_path):
    said = refusals(deck, vector_file(tmp_path / "wide.gguf", width=320))
    assert said == (
        "wide.gguf is for another model: its directions have 320 numbers and go up to layer 4, commonplace has 256 and "
        "layers up to 4."
    )
    said = refusals(deck, vector_file(tmp_path / "deep.gguf", layers=range(1, 32)))
    assert "go up to layer 31, commonplace has 256 and layers up to 4." in said


BAD = {
    "none": lambda path: None,
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "empty": lambda path: path.touch(),
    "no GGUF": lambda path: path.write_text("direction.1 = 0.5"),
    "a model": lambda path: path.symlink_to(embedded_model()),
    "cut off": lambda path: path.write_bytes(vector_file(path).read_bytes()[:-100]),
    "no numbers": lambda path: vector_file(path, value=float("nan")),
    "no direction": lambda path: vector_file(path, layers=(), other=np.ones(WIDTH, np.float32)),
    "of two dimensions": lambda path: vector_file(path, direction_9=np.ones((2, WIDTH), np.float32)),
    "of half numbers": lambda path: vector_file(path, direction_9=np.ones(WIDTH, np.float16)),
    "of several lengths": lambda path: vector_file(path, layers=(1,), direction_2=np.ones(64, np.float32)),
    "of layer 0": lambda path: vector_file(path, direction_0=np.ones(WIDTH, np.float32)),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_vector_is_said_in_one_sentence(deck, tmp_path, kind):
    path = tmp_path / "bad.gguf"
    BAD[kind](path)
    said = refusals(deck, path)
    assert said.endswith(".")
    assert said.count(". ") == 0
    assert "bad.gguf" in said


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_file_whatever_is_in_it_does_more_than_be_refused(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("flipped")
    whole = bytearray(vector_file(folder / "x.gguf", width=32).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = folder / "y.gguf"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else whole)
    try:
        vector = read_vector(path)
    except BadSteeringError:
        return
    assert all(np.isfinite(one).all() and len(one) == vector.facts.width for one in vector.directions.values())


def test_settings_out_of_range():
    for make in (
        lambda: Vector(""),
        lambda: Vector("x", 1000.0),
        lambda: Vector("x", float("nan")),
        lambda: Vector("x", 1.0, 3, 2),
        lambda: Vector("x\udcff"),
        lambda: Adapter("x", float("inf")),
        lambda: Steering((Vector("x"),) * 100),
    ):
        with pytest.raises(BadSetting):
            make()


# adapters


def test_an_adapter_changes_what_is_written_by_its_scale(deck, tmp_path):
    path = str(adapter_file(tmp_path / "lora.gguf"))

    def seen(scale):
        return deck.foresee(SEA, steering=Steering(adapters=(Adapter(path, scale),)))

    assert seen(0.0) == deck.foresee(SEA)
    assert len({tuple(seen(scale).values()) for scale in (-1.0, 0.0, 0.5, 1.0)}) == 4
    looked = deck.answering.look_up(LookAt(1, path.encode()))
    assert (looked.adapter.model, looked.adapter.alpha, looked.sentence) == ("llama", 4.0, "")
    fan = deck.fan(SEA, steering=Steering(adapters=(Adapter(path, 0.5),)))
    assert fan.ended.stats.steered_by == (looked.adapter.digest,)


def test_an_adapter_and_a_vector_together(deck, sorrow, tmp_path):
    adapter = Adapter(str(adapter_file(tmp_path / "lora.gguf")), 0.1)
    vector = Vector(str(sorrow), 1.0)
    ways = [Steering((vector,), (adapter,)), Steering((vector,)), Steering(adapters=(adapter,)), Steering()]
    assert len({tuple(deck.foresee(SEA, steering=way).values()) for way in ways}) == 4
    assert deck.foresee(SEA, steering=ways[1]) == Deck().foresee(SEA, steering=ways[1]), "no trace of the adapter"


def test_what_is_no_adapter_for_this_model_is_said_in_one_sentence(deck, sorrow, tmp_path):
    for path in (
        tmp_path / "missing.gguf",
        sorrow,
        embedded_model(),
        adapter_file(tmp_path / "kind.gguf", kind="qwen2"),
        adapter_file(tmp_path / "shape.gguf", width=64),
        adapter_file(tmp_path / "aloha.gguf", **{"adapter.type": "aloha"}),
    ):
        fan = deck.fan(SEA, steering=Steering(adapters=(Adapter(str(path)),)))
        assert fan.texts == [""] * 4
        assert fan.refused.endswith(".")
        assert fan.refused.count(". ") == 0
        assert path.name in fan.refused
    assert deck.fan(SEA).refused == ""
