"""A model file with random weights and the shape of a real model: its speed without a download.

Its words are made of syllables. Its logits are about as peaked as a real model's, so that samplers have as much to do;
byte and control tokens are never likely, so that branches neither end early nor stop inside a character.
"""

import itertools
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

from benchmarks.report import say

__all__ = ["FIRST_WORD", "SHAPES", "synthetic_model"]

FOLDER = Path(__file__).parent.parent / ".cache" / "benchmarks"
_KIND = gguf.GGMLQuantizationType.Q8_0
_CONTROLS = ("<unk>", "<s>", "</s>")
_SPREAD = 2.56
"""Standard deviation of the logits."""
_ROWS = 4096
"""Rows of a matrix made at a time."""
FIRST_WORD = len(_CONTROLS) + 256 + 2 * 94 + 1
"""The first token that is neither a control, a byte nor a single character."""


@dataclass(frozen=True, slots=True)
class Shape:
    width: int
    layers: int
    heads: int
    kv_heads: int
    head: int
    feed_forward: int
    vocabulary: int


SHAPES = {
    "tiny": Shape(256, 4, 4, 2, 64, 768, 32_000),
    "0.6b": Shape(1024, 28, 16, 8, 128, 3072, 151_936),
    "words": Shape(128, 1, 2, 1, 64, 256, 151_936),
}
"""0.6b is Qwen3-0.6B; words has its vocabulary and next to nothing else."""


def synthetic_model(name: str = "0.6b") -> Path:
    """The file of that shape, made if it is not there yet."""
    path = FOLDER / f"synthetic-{name}.q8_0.gguf"
    if not path.exists():
        say(f"Making {path.name}; this happens once.")
        FOLDER.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        _write(unfinished, name, SHAPES[name])
        unfinished.replace(path)
    return path


def _write(path: Path, name: str, shape: Shape) -> None:
    writer = gguf.GGUFWriter(path, "qwen3")
    writer.add_name(f"synthetic {name}")
    writer.add_context_length(32_768)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    _add_vocabulary(writer, shape.vocabulary)
    _add_tensors(writer, shape)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    kinds = gguf.TokenType
    tokens = [(text, kinds.UNKNOWN if text == "<unk>" else kinds.CONTROL) for text in _CONTROLS]
    tokens += [(f"<0x{byte:02X}>", kinds.BYTE) for byte in range(256)]
    tokens += [(text, kinds.NORMAL) for text in itertools.islice(dict.fromkeys(_pieces()), size - len(tokens))]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([text for text, _ in tokens])
    writer.add_token_scores([-float(number) for number in range(size)])
    writer.add_token_types([int(kind) for _, kind in tokens])
    writer.add_bos_token_id(_CONTROLS.index("<s>"))
    writer.add_eos_token_id(_CONTROLS.index("</s>"))
    writer.add_add_bos_token(False)


def _pieces() -> Iterator[str]:
    """Single characters, then words of one and two syllables; `▁` is a space before them."""
    characters = string.printable[:94]
    yield "▁"
    yield from characters
    yield from (f"▁{character}" for character in characters)
    onsets = ("b", "br", "d", "f", "g", "h", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "v", "w", "z", "")
    syllables = ["".join(parts) for parts in itertools.product(onsets, "aeiou", ("", "n", "r", "s", "l"))]
    for length in (1, 2):
        for parts in itertools.product(syllables, repeat=length):
            yield "▁" + "".join(parts)
            yield "".join(parts)


def _add_tensors(writer: gguf.GGUFWriter, shape: Shape) -> None:
    random = np.random.default_rng(1)

    def vector(name: str, size: int) -> None:
        writer.add_tensor(name, np.ones(size, np.float32))

    def matrix(name: str, rows: int, columns: int, scale: float = 0.02, zero_rows: int = 0) -> None:
        blocks = []
        for first in range(0, rows, _ROWS):
            block = random.standard_normal((min(_ROWS, rows - first), columns), np.float32) * np.float32(scale)
            block[: max(0, zero_rows - first)] = 0
            blocks.append(gguf.quants.quantize(block, _KIND))
        writer.add_tensor(name, np.concatenate(blocks), raw_dtype=_KIND)

    inner, inner_kv = shape.heads * shape.head, shape.kv_heads * shape.head
    peaked = _SPREAD / shape.width**0.5
    matrix("token_embd.weight", shape.vocabulary, shape.width, scale=peaked, zero_rows=len(_CONTROLS) + 256)
    vector("output_norm.weight", shape.width)
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        vector(f"{block}.attn_norm.weight", shape.width)
        vector(f"{block}.ffn_norm.weight", shape.width)
        vector(f"{block}.attn_q_norm.weight", shape.head)
        vector(f"{block}.attn_k_norm.weight", shape.head)
        matrix(f"{block}.attn_q.weight", inner, shape.width)
        matrix(f"{block}.attn_k.weight", inner_kv, shape.width)
        matrix(f"{block}.attn_v.weight", inner_kv, shape.width)
        matrix(f"{block}.attn_output.weight", shape.width, inner)
        matrix(f"{block}.ffn_gate.weight", shape.feed_forward, shape.width)
        matrix(f"{block}.ffn_up.weight", shape.feed_forward, shape.width)
        matrix(f"{block}.ffn_down.weight", shape.width, shape.feed_forward)
