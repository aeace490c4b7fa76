"""The header of a model file: what cannot be is refused, quickly, whatever lengths it claims."""

import struct
import time
from dataclasses import replace

import pytest

from cyborg_tui.engine.checks import BadModelError, check_model, embedded_model
from tests.engine.mutants import ARRAY, STRING, U32, embedded, text

HUGE = 2**62
EPSILON = "llama.attention.layer_norm_rms_epsilon"
VALUE = "general.made_up"


def array(kind, count, body=b""):
    return struct.pack("<IQ", kind, count) + body


def nested(depth):
    return array(ARRAY, 1) * depth + array(U32, 1, bytes(4))


def first_weights(model, **changes):
    model.weights[0] = replace(model.weights[0], **changes)


WRONG = {
    "magic": (lambda m: setattr(m, "magic", b"GGML"), "no GGUF"),
    "version": (lambda m: setattr(m, "version", 4), "version 4"),
    "byte order": (lambda m: setattr(m, "version", 3 << 24), "another byte order"),
    "too many values": (lambda m: setattr(m, "value_count", HUGE), "would hold"),
    "too many tensors": (lambda m: setattr(m, "weights_count", HUGE), "would hold"),
    "more values than there are": (lambda m: setattr(m, "value_count", 400), "damaged"),
    "more tensors than there are": (lambda m: setattr(m, "weights_count", 60), "damaged"),
    "a text beyond the end": (lambda m: m.set(VALUE, STRING, struct.pack("<Q", HUGE)), "beyond its end"),
    "a text of 20 MB": (lambda m: m.set(VALUE, STRING, struct.pack("<Q", 20_000_000)), "beyond its end"),
    "an array beyond the end": (lambda m: m.set(VALUE, ARRAY, array(U32, 15_000_000)), "beyond its end"),
    "an array without end": (lambda m: m.set(VALUE, ARRAY, array(STRING, HUGE)), "elements"),
    "arrays in arrays": (lambda m: m.set(VALUE, ARRAY, nested(100_000)), "array of what cannot be"),
    "an unknown type": (lambda m: m.set(VALUE, 77, b""), "no known type"),
    "a name of nothing": (lambda m: m.set("", U32, bytes(4)), "0 bytes"),
    "a name twice": (lambda m: m.values.append(m.values[0]), "there twice"),
    "a tensor twice": (lambda m: m.weights.append(m.weights[0]), "there twice"),
    "no dimensions": (lambda m: first_weights(m, dimensions=0), "0 dimensions"),
    "a dimension of nothing": (lambda m: first_weights(m, shape=(256, 0)), "256 × 0"),
    "an absurd dimension": (lambda m: first_weights(m, shape=(256, HUGE)), "shape"),
    "part of a block": (lambda m: first_weights(m, shape=(250, 4096)), "whole number of blocks"),
    "an offset beyond the end": (lambda m: first_weights(m, offset=2**40), "beyond its end"),
    "a crooked offset": (lambda m: first_weights(m, offset=33), "alignment"),
    "an alignment of nothing": (lambda m: m.set("general.alignment", U32, bytes(4)), "alignment"),
    "no tensors": (lambda m: m.weights.clear(), "only a vocabulary"),
    "no architecture": (lambda m: m.set_text("general.architecture", "\x1b[31m"), "no architecture"),
    "a window of nothing": (lambda m: m.set("llama.context_length", U32, bytes(4)), "context_length is 0"),
    "no layers": (lambda m: m.set("llama.block_count", U32, b"\xff" * 4), "block_count"),
    "more experts used than there are": (lambda m: m.set("llama.expert_used_count", U32, b"\2\0\0\0"), "experts"),
    "a negative epsilon": (lambda m: m.set(EPSILON, 6, struct.pack("<f", -1)), "out of range"),
    "a norm in blocks": (lambda m: m.weights.__setitem__(1, replace(m.weights[1], kind=12)), "cannot compute with"),
    "an unknown stretching": (lambda m: m.set_text("llama.rope.scaling.type", "xyz"), "rope.scaling.type"),
    "no vocabulary": (lambda m: m.set_texts("tokenizer.ggml.tokens", []), "no vocabulary"),
    "a token twice": (lambda m: m.set_texts("tokenizer.ggml.tokens", ["a"] * 4096), "there twice"),
    "too few types": (lambda m: m.set("tokenizer.ggml.token_type", ARRAY, array(5, 1, bytes(4))), "token_type"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_refused_in_one_sentence(tmp_path, name):
    change, says = WRONG[name]
    model, file = embedded(), tmp_path / "model.gguf"
    change(model)
    file.write_bytes(model.encode())
    began = time.monotonic()
    with pytest.raises(BadModelError) as refused:
        check_model(file)
    assert time.monotonic() - began < 2
    sentence = str(refused.value)
    assert says in sentence
    assert sentence.isprintable()
    assert sentence.endswith(".")


def test_a_file_that_breaks_off_anywhere_is_refused(tmp_path):
    data, file = embedded_model().read_bytes(), tmp_path / "model.gguf"
    for size in [*range(0, 600, 7), *range(600, len(data), 98_765), len(data) - 1]:
        file.write_bytes(data[:size])
        with pytest.raises(BadModelError):
            check_model(file)


def test_names_in_the_file_are_said_harmlessly_and_cut(tmp_path):
    model, file = embedded(), tmp_path / "model.gguf"
    model.set("\x1b]0;gone\x07" * 1000, 77, text(""))
    file.write_bytes(model.encode())
    with pytest.raises(BadModelError) as refused:
        check_model(file)
    assert len(str(refused.value)) < 150
    assert str(refused.value).isprintable()


def test_what_is_no_file_is_not_waited_for():
    with pytest.raises(BadModelError, match="is no file"):
        check_model(type(embedded_model())("/dev/zero"))
