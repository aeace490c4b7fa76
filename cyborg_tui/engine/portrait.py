"""What the header of a model's file tells of it: to people, and to whoever computes what memory it takes."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

import msgspec

from cyborg_tui.engine.gguf import TENSOR_TYPES, Array, Header, Scalar, Tensor
from cyborg_tui.engine.inert import inert

__all__ = ["NotForWritingError", "Portrait", "Shape", "portrait"]

_ENCODERS = re.compile(r".*bert.*|.*-embedding|t5.*|wavtokenizer.*|clip|dream|llada.*|rnd1")
"""Architectures that do not go on with a text: encoders, pictures and sound, and what writes all words at once."""
_BASE = re.compile(r"(?<![a-z0-9])(base|pt|pretrain(ed)?|foundation)(?![a-z])", re.IGNORECASE)
_INSTRUCT = re.compile(
    r"(?<![a-z0-9])(instruct|chat|it|assistant|sft|dpo|rlhf|thinking|reasoning|distill|hermes|vicuna|alpaca|zephyr|"
    r"dolphin|tulu|openchat|orca)(?![a-z])",
    re.IGNORECASE,
)
_FILE_TYPES = {
    **{0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S"},
    **{12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K"},
    **{19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL"},
    **{26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0"},
    **{37: "TQ2_0", 38: "MXFP4", 39: "NVFP4", 40: "Q1_0", 41: "Q2_0"},
}
"""`general.file_type` by llama.cpp's numbers."""
_LONGEST_NAME = 80
_TEMPLATE = "tokenizer.chat_template"


class _Number(Protocol):
    """A number out of the header, by its name."""

    def __call__(self, name: str, otherwise: int = 0) -> int: ...


class NotForWritingError(Exception):
    """The file is no text model; the message says what it is."""


class Shape(msgspec.Struct, frozen=True):
    """What decides how much memory a model takes. Numbers, not bytes, but for the weights."""

    weights: int
    """Bytes."""
    vocabulary: int
    width: int
    """Of what goes from layer to layer."""
    inner: int
    """The widest that one layer computes for a token."""
    heads: int
    keys: int
    """Kept for each token, over all layers."""
    values: int
    states: int
    """Kept for each sequence by recurrent layers, over all of them."""
    masks: int
    """1, and one more where some layers see a sliding window only; 0 without attention."""
    context: int
    """The longest text it was trained on, in tokens; 0 if the file does not say."""

    @property
    def recurrent(self) -> bool:
        """Whether it cannot go back by some tokens."""
        return self.states > 0


class Portrait(msgspec.Struct, frozen=True):
    name: str
    architecture: str
    parameters: int
    quantisation: str
    made: str
    """base or instruct; unknown where neither is told."""
    shape: Shape


def portrait(header: Header, tensors: Sequence[Tensor], called: Sequence[str]) -> Portrait:
    """`tensors`: of all parts. `called`: what it goes by where it lies, the best name first. Raises
    NotForWritingError."""
    values = header.values
    architecture = str(values.get("general.architecture", ""))
    kind = values.get("general.type", "model")
    if kind != "model":
        raise NotForWritingError(f"It is no model by itself, but of the type {inert(str(kind), 20)}.")
    if _ENCODERS.fullmatch(architecture):
        raise NotForWritingError(f"It is of the kind {inert(architecture, 20)}, which does not write.")
    said = [values.get(f"general.{key}") for key in ("name", "finetune", "basename")]
    own = [text.strip() for text in said if isinstance(text, str) and text.strip()]
    name = next((text for text in (*own[:1], *called) if text), "unnamed")
    return Portrait(
        inert(name, _LONGEST_NAME),
        inert(architecture, 30),
        sum(_count(tensor) for tensor in tensors),
        _quantisation(values.get("general.file_type"), tensors),
        _made([*own, *called], has_template=any(key.startswith(_TEMPLATE) for key in values)),
        _shape(values, architecture, tensors),
    )


def _made(names: Sequence[str], *, has_template: bool) -> str:
    """Names are the better evidence: base models often carry the chat template of their instruct siblings."""
    if any(_INSTRUCT.search(name) for name in names):
        return "instruct"
    if any(_BASE.search(name) for name in names):
        return "base"
    return "instruct" if has_template else "unknown"


def _quantisation(file_type: Scalar | Array | None, tensors: Sequence[Tensor]) -> str:
    if isinstance(file_type, int) and file_type in _FILE_TYPES:
        return _FILE_TYPES[file_type]
    sizes: Counter[int] = Counter()
    for tensor in tensors:
        sizes[tensor.kind] += tensor.size
    return TENSOR_TYPES.get(sizes.most_common(1)[0][0], "unknown") if sizes else "unknown"


def _count(tensor: Tensor) -> int:
    count = 1
    for length in tensor.shape:
        count *= length
    return count


def _shape(values: dict[str, Scalar | Array], architecture: str, tensors: Sequence[Tensor]) -> Shape:
    def number(name: str, otherwise: int = 0) -> int:
        """A value of the architecture; of one for each layer, the greatest."""
        value = values.get(f"{architecture}.{name}", otherwise)
        if isinstance(value, Array):
            value = max(value.numbers, default=otherwise)
        return int(value) if isinstance(value, (int, float)) else otherwise

    width, heads = number("embedding_length"), number("attention.head_count")
    head = width // heads if heads else 0
    keys, values_kept = _kept(tensors, number, head)
    tokens = values.get("tokenizer.ggml.tokens")
    return Shape(
        sum(tensor.size for tensor in tensors),
        tokens.count if isinstance(tokens, Array) else number("vocab_size"),
        width,
        _inner(number),
        heads,
        keys,
        values_kept,
        _states(tensors, number),
        (1 + bool(number("attention.sliding_window"))) if keys else 0,
        number("context_length"),
    )


def _inner(number: _Number) -> int:
    """Wider than its feed-forward layers are, where experts or states are computed beside each other."""
    experts = number("expert_feed_forward_length", number("feed_forward_length")) * number("expert_used_count")
    return max(number("feed_forward_length"), experts, 2 * number("ssm.inner_size"))


def _kept(tensors: Sequence[Tensor], number: _Number, head: int) -> tuple[int, int]:
    """Numbers that the cache keeps for each token, of keys and of values. The weights that make them tell how many, and
    in which layers; where they are fused, the header does."""
    key_head = number("attention.key_length", head)
    value_head, shared = number("attention.value_length", head), number("attention.head_count_kv", 0)
    shared = shared or number("attention.head_count")
    keys = values = 0
    for tensor in tensors:
        match _role(tensor):
            case "attn_k":
                keys += tensor.shape[1]
            case "attn_v":
                values += tensor.shape[1]
            case "attn_qkv":
                keys, values = keys + key_head * shared, values + value_head * shared
            case "attn_kv_a_mqa":  # one compressed row serves as keys and as values
                keys += tensor.shape[1]
            case _:
                pass
    return keys, values or (0 if number("attention.kv_lora_rank") else keys)


def _states(tensors: Sequence[Tensor], number: _Number) -> int:
    """Numbers that recurrent layers keep for each sequence: the last inputs of a convolution, and a state."""
    width, states = number("embedding_length"), 0
    state = number("ssm.state_size") * number("ssm.inner_size")
    for tensor in tensors:
        match _role(tensor):
            case "ssm_conv1d":
                states += (tensor.shape[0] - 1) * tensor.shape[1] + state
            case "shortconv.conv":
                states += (tensor.shape[0] - 1) * tensor.shape[1]
            case "time_mix_key" | "time_mix_k":
                states += 2 * width + width * number("wkv.head_size", 64)
            case _:
                pass
    return states


def _role(tensor: Tensor) -> str:
    """What a layer's matrix does; empty for all else."""
    parts = tensor.name.split(".", 2)
    if len(parts) < 3 or parts[0] != "blk" or len(tensor.shape) < 2:
        return ""
    return parts[2].removesuffix(".weight")
