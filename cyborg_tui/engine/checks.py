"""What is wrong with a model file, found before it is loaded, in one sentence with what to do."""

import math
import re
from pathlib import Path

from cyborg_tui.engine.gguf import Array, BadHeaderError, Header, Scalar, read_header
from cyborg_tui.engine.inert import inert

__all__ = ["SPLIT", "BadModelError", "check_model", "checked_header", "embedded_model"]

SPLIT = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")
"""The end of the name of a part of a model: its number, and how many there are."""
_ARCHITECTURE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_RANGES = {
    "context_length": (16, 2**30),
    "embedding_length": (1, 2**20),
    "block_count": (1, 512),
    "feed_forward_length": (0, 2**24),
    "attention.head_count": (0, 2**16),
    "attention.head_count_kv": (0, 2**16),
    "attention.key_length": (0, 2**16),
    "attention.value_length": (0, 2**16),
    "rope.dimension_count": (0, 2**16),
    "vocab_size": (1, 2**24),
    "expert_count": (0, 2**12),
    "expert_used_count": (0, 2**12),
}
"""What no model lies outside of, by the name after its architecture's."""
_PLAIN = (0, 1, 30)
"""Types of tensors whose numbers stand for themselves: F32, F16, BF16."""
_EPSILONS = ("attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon", "attention.group_norm_epsilon")
_ROPE_SCALINGS = ("none", "linear", "yarn", "longrope")
_ALONGSIDE = ("tokenizer.ggml.token_type", "tokenizer.ggml.scores")
"""Arrays with an element for each token; llama.cpp reads as many, whether they are there or not."""


class BadModelError(Exception):
    """The file is no model; the message says why and what to do."""


def embedded_model() -> Path:
    """The small model that comes with the app."""
    return Path(__file__).parent.parent / "models" / "commonplace.q8_0.gguf"


def check_model(path: Path) -> None:
    """Raise BadModelError if this cannot be a whole GGUF model."""
    checked_header(path)


def checked_header(path: Path, *, unique: bool = True) -> Header:
    """What the file of a whole GGUF model says of it; `unique` as `read_header` has it. Raises BadModelError."""
    try:
        header = _header(path, unique=unique)
    except FileNotFoundError:
        raise BadModelError(
            f"There is no model at {path}; check the path, or leave it out for the embedded one."
        ) from None
    except OSError as error:
        raise BadModelError(f"{path} could not be read ({error.strerror}); check its permissions.") from None
    except BadHeaderError as error:
        raise BadModelError(f"{path.name} is damaged: {error}; download it again.") from None
    split = SPLIT.search(path.name)
    if split:
        _check_parts(path, int(split.group(2)))
    elif not header.tensors:
        raise BadModelError(f"{path} holds only a vocabulary and cannot write; choose a whole model.")
    wrong = _wrong_values(header)
    if wrong:
        raise BadModelError(f"{path.name} cannot be a model: {wrong}; choose another file.")
    return header


def _header(path: Path, *, unique: bool) -> Header:
    if path.is_dir():
        raise BadModelError(f"{path} is a folder; name the GGUF file in it.")
    if path.exists() and not path.is_file():
        raise BadModelError(f"{path} is no file; choose a GGUF file.")
    with path.open("rb", buffering=1 << 18) as file:
        head = file.read(24)
        if not head:
            raise BadModelError(f"{path} is empty; download it again.")
        if head[:4] != b"GGUF":
            raise BadModelError(
                f"{path} is no GGUF file; llama.cpp's convert_hf_to_gguf.py makes one from other formats."
            )
        if len(head) < 24:
            raise BadModelError(f"{path} breaks off after {len(head)} bytes; download it again.")
        file.seek(0)
        return read_header(file, path.stat().st_size, unique=unique)


def _wrong_values(header: Header) -> str:
    """What no model could say of itself; empty if there is nothing of the kind."""
    architecture = header.values.get("general.architecture")
    if not isinstance(architecture, str) or not _ARCHITECTURE.fullmatch(architecture):
        return "it names no architecture"
    own = {
        key.removeprefix(f"{architecture}."): value
        for key, value in header.values.items()
        if key.startswith(f"{architecture}.")
    }
    return _out_of_range(own) or _unlike_a_model(own) or _wrong_norm(header) or _wrong_vocabulary(header)


def _out_of_range(own: dict[str, Scalar | Array]) -> str:
    for name, (low, high) in _RANGES.items():
        value = own.get(name, low)
        if not isinstance(value, Array) and not (isinstance(value, int) and low <= value <= high):
            return f"its {name} is {str(value)[:20]}"
    odd = next((name for name, value in own.items() if isinstance(value, float) and not math.isfinite(value)), None)
    return "" if odd is None else f"its {inert(odd, 40)} is no number"


def _unlike_a_model(own: dict[str, Scalar | Array]) -> str:
    """What llama.cpp would stop at without a word."""
    if own.get("rope.scaling.type", "none") not in _ROPE_SCALINGS:
        return "its rope.scaling.type is unknown"
    if not all(0 <= _number(own.get(name)) <= 1 for name in _EPSILONS):
        return "its epsilon is out of range"
    experts, used = own.get("expert_count", 0), own.get("expert_used_count", 0)
    if not isinstance(experts, Array) and not min(_number(experts), 1) <= _number(used, 1) <= _number(experts):
        return "it uses other experts than it has"
    return ""


def _wrong_norm(header: Header) -> str:
    odd = (one for one in header.tensors if "norm" in one.name and len(one.shape) == 1 and one.kind not in _PLAIN)
    norm = next(odd, None)
    return "" if norm is None else f"{inert(norm.name, 40)} is of a type that llama.cpp cannot compute with"


def _number(value: object, otherwise: float = 0) -> float:
    """A value as a number; what is none, such as one for each layer, counts as `otherwise`."""
    return value if isinstance(value, (int, float)) else otherwise


def _wrong_vocabulary(header: Header) -> str:
    tokens = header.values.get("tokenizer.ggml.tokens")
    kind = header.values.get("tokenizer.ggml.model", "none")
    if not isinstance(tokens, Array) or not tokens.of_text or not tokens.count or kind in ("none", "no_vocab"):
        return "it has no vocabulary"
    if tokens.repeated:
        return "a token is there twice"
    for key in _ALONGSIDE:
        beside = header.values.get(key)
        if beside is not None and (not isinstance(beside, Array) or beside.count != tokens.count):
            return f"its {key.rpartition('.')[2]} does not fit its {tokens.count:,} tokens"
    return ""


def _check_parts(path: Path, count: int) -> None:
    stem = SPLIT.sub("", path.name)
    for number in range(1, count + 1):
        part = path.with_name(f"{stem}-{number:05}-of-{count:05}.gguf")
        if not part.exists():
            raise BadModelError(f"Part {number} of {count} is missing: there is no {part}; download it too.")
