"""Models made wrong: a GGUF file changed in one place or several, in its parts or in its bytes."""

import random
import struct
from dataclasses import replace

from cyborg_tui.engine.checks import embedded_model
from tests.engine.gguf_parts import ARRAY, STRING, embedded, text

U32, I32, F32 = 4, 5, 6
NUMBERS = (
    0,
    1,
    2,
    3,
    5,
    7,
    63,
    64,
    65,
    128,
    255,
    256,
    257,
    4095,
    4096,
    4097,
    65536,
    2**20,
    2**31 - 1,
    2**31,
    2**32 - 1,
)
LARGE = (*NUMBERS, 2**32, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 32, 2**64 - 1)
FLOATS = (0.0, -1.0, 1e-30, 1e30, float("inf"), float("-inf"), float("nan"), 10000.0)
HYPERPARAMETERS = [
    "context_length",
    "embedding_length",
    "block_count",
    "feed_forward_length",
    "attention.head_count",
    "attention.head_count_kv",
    "rope.dimension_count",
    "vocab_size",
    "attention.key_length",
    "attention.value_length",
    "expert_count",
    "expert_used_count",
    "attention.sliding_window",
    "rope.scaling.original_context_length",
    "leading_dense_block_count",
]
ARCHITECTURES = [
    "qwen2",
    "qwen3",
    "gemma",
    "gemma2",
    "gemma3",
    "mamba",
    "mamba2",
    "bert",
    "t5",
    "gpt2",
    "gptneox",
    "falcon",
    "phi2",
    "phi3",
    "deepseek2",
    "rwkv6",
    "rwkv7",
    "llama4",
    "mpt",
    "bloom",
    "starcoder2",
    "stablelm",
    "olmo2",
    "granite",
    "jamba",
    "command-r",
    "gpt-oss",
    "minicpm",
    "plamo",
    "lfm2",
    "clip",
    "xyz",
]
TOKENIZERS = ["llama", "bert", "t5", "rwkv", "none", "gpt2", "plamo2", "no_vocab", "xyz"]
NAMES = (b"", b"\x00", b"\xff\xfe", b"x" * 70, b"\x1b]0;gone\x07", b"blk.0.attn_q.weight", "\u202edesrever".encode())
ODD_TEXTS = (
    b"",
    b"\x00",
    b"\xff\xfe\xfd",
    b"\x1b[2J",
    b"x" * 100_000,
    b" ",
    b"\xe2\x96\x81",
    "\u202e".encode(),
    b"<0x0A>",
    b"\n",
)


def counts(model, dice):
    name = dice.choice(["version", "value_count", "weights_count"])
    true = {"version": 3, "value_count": len(model.values), "weights_count": len(model.weights)}[name]
    setattr(
        model, name, dice.choice([true - 1, true + 1, dice.choice(LARGE)]) & (2**32 - 1 if name == "version" else -1)
    )


def value_type(model, dice):
    at = dice.randrange(len(model.values))
    model.values[at] = replace(model.values[at], kind=dice.choice([*range(14), 255, 2**31, 2**32 - 1]))


def value_length(model, dice):
    at = dice.choice([i for i, value in enumerate(model.values) if value.kind in (STRING, ARRAY)])
    value = model.values[at]
    size = struct.pack("<Q", dice.choice(LARGE))
    body = size + value.body[8:] if value.kind == STRING else value.body[:4] + size + value.body[12:]
    model.values[at] = replace(value, body=body)


def array_type(model, dice):
    at = dice.choice([i for i, value in enumerate(model.values) if value.kind == ARRAY])
    value = model.values[at]
    kind = dice.choice([0, 4, 6, 7, STRING, ARRAY, 12, 13, 2**32 - 1])
    model.values[at] = replace(value, body=struct.pack("<I", kind) + value.body[4:])


def value_name(model, dice):
    at = dice.randrange(len(model.values))
    other = dice.choice(model.values).key
    model.values[at] = replace(model.values[at], key=dice.choice([other, *NAMES, b"y" * 10_000]))


def value_gone(model, dice):
    technical = [i for i, value in enumerate(model.values) if not value.key.startswith(b"general.dataset")]
    del model.values[dice.choice(technical)]


def hyperparameter(model, dice):
    kind = dice.choice([U32, U32, U32, I32, F32, 10, STRING])
    number = dice.choice(NUMBERS)
    body = {F32: struct.pack("<f", number), 10: struct.pack("<Q", number), STRING: text(str(number))}
    model.set(f"llama.{dice.choice(HYPERPARAMETERS)}", kind, body.get(kind, struct.pack("<I", number)))


def per_layer(model, dice):
    count = dice.choice([0, 1, 4, 5, 6, 100])
    body = struct.pack("<IQ", U32, count) + b"".join(struct.pack("<I", dice.choice(NUMBERS)) for _ in range(count))
    model.set(f"llama.{dice.choice(HYPERPARAMETERS)}", ARRAY, body)


def float_value(model, dice):
    names = [
        "rope.freq_base",
        "attention.layer_norm_rms_epsilon",
        "rope.scaling.factor",
        "attention.scale",
        "logit_scale",
    ]
    model.set(f"llama.{dice.choice(names)}", F32, struct.pack("<f", dice.choice(FLOATS)))


def rope_scaling(model, dice):
    model.set_text("llama.rope.scaling.type", dice.choice(["none", "linear", "yarn", "longrope", "xyz", ""]))
    model.set("llama.rope.scaling.factor", F32, struct.pack("<f", dice.choice(FLOATS)))


def architecture(model, dice):
    other = dice.choice(ARCHITECTURES)
    model.set_text("general.architecture", other)
    model.values = [
        replace(value, key=value.key.replace(b"llama.", other.encode() + b".", 1)) for value in model.values
    ]


def tokenizer(model, dice):
    model.set_text("tokenizer.ggml.model", dice.choice(TOKENIZERS))
    if dice.random() < 0.5:
        scores = struct.pack("<IQ", F32, 4096) + b"".join(struct.pack("<f", dice.choice(FLOATS)) for _ in range(4096))
        model.set("tokenizer.ggml.scores", ARRAY, scores)


def pre_tokenizer(model, dice):
    model.set_text("tokenizer.ggml.pre", dice.choice(["default", "llama-bpe", "qwen2", "tekken", "gpt-4o", "xyz", ""]))


def vocabulary(model, dice):
    tokens = model.texts("tokenizer.ggml.tokens")
    for _ in range(dice.choice([1, 10, 1000])):
        tokens[dice.randrange(len(tokens))] = dice.choice([*ODD_TEXTS, dice.choice(tokens)])
    model.set_texts("tokenizer.ggml.tokens", tokens)


def vocabulary_size(model, dice):
    tokens = model.texts("tokenizer.ggml.tokens")
    count = dice.choice([0, 1, 2, 255, 4095, 4097])
    model.set_texts("tokenizer.ggml.tokens", [*tokens, b"more"][:count])
    if dice.random() < 0.6:
        types = struct.pack("<IQ", I32, count) + b"".join(struct.pack("<i", 1) for _ in range(count))
        model.set("tokenizer.ggml.token_type", ARRAY, types)


def token_types(model, dice):
    count = dice.choice([0, 1, 4095, 4096, 4096, 4096, 5000])
    types = b"".join(struct.pack("<i", dice.choice([0, 1, 2, 3, 4, 5, 6, 7, -1, 2**31 - 1])) for _ in range(count))
    model.set("tokenizer.ggml.token_type", ARRAY, struct.pack("<IQ", I32, count) + types)


def merges(model, dice):
    found = model.texts("tokenizer.ggml.merges")
    for _ in range(dice.choice([1, 100])):
        found[dice.randrange(len(found))] = dice.choice(
            [*ODD_TEXTS, b"a", b"a b c", b" a", b"zz yy", dice.choice(found)]
        )
    model.set_texts("tokenizer.ggml.merges", found if dice.random() < 0.8 else [])


def special_tokens(model, dice):
    for _ in range(dice.choice([1, 4])):
        name = dice.choice(
            ["bos", "eos", "eot", "unknown", "padding", "seperator", "mask", "fim_pre", "fim_suf", "eom"]
        )
        model.set(f"tokenizer.ggml.{name}_token_id", U32, struct.pack("<I", dice.choice(NUMBERS)))
    if dice.random() < 0.5:
        model.set("tokenizer.ggml.add_bos_token", 7, bytes([dice.choice([0, 1, 2, 255])]))


def shape(model, dice):
    at = dice.randrange(len(model.weights))
    weights = model.weights[at]
    changed = list(weights.shape)
    changed[dice.randrange(len(changed))] = dice.choice(LARGE)
    new = dice.choice([tuple(changed), tuple(changed), weights.shape[::-1], (), (*weights.shape, 1, 1, 1)])
    model.weights[at] = replace(weights, shape=new, dimensions=dice.choice([-1, -1, dice.choice(NUMBERS)]))


def weight_type(model, dice):
    at = dice.randrange(len(model.weights))
    model.weights[at] = replace(model.weights[at], kind=dice.choice([*range(45), 255, 2**31, 2**32 - 1]))


def offset(model, dice):
    at = dice.randrange(len(model.weights))
    new = dice.choice(
        [0, 1, 32, len(model.data) - 32, len(model.data), dice.choice(LARGE), dice.choice(model.weights).offset]
    )
    model.weights[at] = replace(model.weights[at], offset=new)


def weight_name(model, dice):
    at = dice.randrange(len(model.weights))
    model.weights[at] = replace(model.weights[at], name=dice.choice([*NAMES, dice.choice(model.weights).name]))


def weights_gone(model, dice):
    for _ in range(dice.choice([1, 1, 5, 47])):
        del model.weights[dice.randrange(len(model.weights))]


def alignment(model, dice):
    model.set("general.alignment", U32, struct.pack("<I", dice.choice([0, 1, 3, 8, 16, 32, 64, 4096, *NUMBERS])))


def noise(model, dice):
    data = bytearray(model.data)
    start, size = dice.randrange(len(data)), dice.choice([1, 64, 4096, 10**6])
    fill = dice.choice([b"\xff" * size, bytes(size), dice.randbytes(size)])
    data[start : start + size] = fill[: len(data) - start]
    model.data = bytes(data)


def names_and_template(model, dice):
    model.set_text("general.name", dice.choice([*ODD_TEXTS, b"\x1b]52;c;aGk=\x07" * 800]))
    model.set_text("tokenizer.chat_template", "{{ ''.__class__.__mro__[1].__subclasses__() }}" * dice.choice([1, 5000]))


PARTS = (
    *(counts, value_type, value_length, array_type, value_name, value_gone, per_layer, float_value, rope_scaling),
    *(hyperparameter, hyperparameter, hyperparameter, architecture, tokenizer, pre_tokenizer, vocabulary),
    *(vocabulary_size, token_types, merges, special_tokens, shape, weight_type, offset, weight_name, weights_gone),
    *(alignment, noise, names_and_template),
)


def flipped(file, dice):
    reach = dice.choice([200, 150_000, len(file)])
    for _ in range(dice.choice([1, 3, 30, 300])):
        file[dice.randrange(reach)] ^= 1 << dice.randrange(8)


def cut(file, dice):
    del file[dice.randrange(dice.choice([100, 150_000, len(file)])) :]


def inserted(file, dice):
    at = dice.randrange(dice.choice([100, 150_000, len(file)]))
    file[at:at] = dice.randbytes(dice.choice([1, 8, 32, 1000]))


def removed(file, dice):
    at = dice.randrange(dice.choice([100, 150_000, len(file)]))
    del file[at : at + dice.choice([1, 8, 32, 1000])]


def overwritten(file, dice):
    at, size = dice.randrange(150_000), dice.choice([1, 4, 8, 100])
    file[at : at + size] = dice.choice([b"\xff", b"\x00", b"\x80"]) * size


BYTES = (flipped, flipped, cut, inserted, removed, overwritten)


def mutant(seed):
    """What was done, and the bytes of the file. The same seed makes the same mutant."""
    dice = random.Random(seed)
    if dice.random() < 0.3:
        change, file = dice.choice(BYTES), bytearray(embedded_model().read_bytes())
        change(file, dice)
        return change.__name__, bytes(file)
    model, done = embedded(), []
    for change in dice.sample(PARTS, dice.choice([1, 1, 1, 2, 3])):
        change(model, dice)
        done.append(change.__name__)
    return " ".join(done), model.encode()
