"""What is wrong with a model file, found before it is loaded, in one sentence with what to do."""

import re
import struct
from pathlib import Path

__all__ = ["BadModelError", "check_model", "embedded_model"]

_SPLIT = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")


class BadModelError(Exception):
    """The file is no model; the message says why and what to do."""


def embedded_model() -> Path:
    """The small model that comes with the app."""
    return Path(__file__).parent.parent / "models" / "commonplace.q8_0.gguf"


def check_model(path: Path) -> None:
    """Raise BadModelError if this cannot be a whole GGUF model."""
    if path.is_dir():
        raise BadModelError(f"{path} is a folder; name the GGUF file in it.")
    try:
        with path.open("rb") as file:
            head = file.read(24)
    except FileNotFoundError:
        raise BadModelError(
            f"There is no model at {path}; check the path, or leave it out for the embedded one."
        ) from None
    except OSError as error:
        raise BadModelError(f"{path} could not be read ({error.strerror}); check its permissions.") from None
    if not head:
        raise BadModelError(f"{path} is empty; download it again.")
    if head[:4] != b"GGUF":
        raise BadModelError(f"{path} is no GGUF file; llama.cpp's convert_hf_to_gguf.py makes one from other formats.")
    if len(head) < 24:
        raise BadModelError(f"{path} breaks off after {len(head)} bytes; download it again.")
    tensors = struct.unpack("<Q", head[8:16])[0]
    split = _SPLIT.search(path.name)
    if split:
        _check_parts(path, int(split.group(2)))
    elif tensors == 0:
        raise BadModelError(f"{path} holds only a vocabulary and cannot write; choose a whole model.")


def _check_parts(path: Path, count: int) -> None:
    stem = _SPLIT.sub("", path.name)
    for number in range(1, count + 1):
        part = path.with_name(f"{stem}-{number:05}-of-{count:05}.gguf")
        if not part.exists():
            raise BadModelError(f"Part {number} of {count} is missing: there is no {part}; download it too.")
