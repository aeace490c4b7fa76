"""Small GGUF files, written: a few values, and tensors of one dimension."""

import struct
from collections.abc import Mapping, Sequence

import numpy as np

from cyborg_tui.engine.llama import Floats

__all__ = ["encode_gguf"]

_ALIGNMENT = 32
_VERSION = 3
_UINT32, _FLOAT32, _STRING, _ARRAY = 4, 6, 8, 9
_F32 = 0
"""Of tensors."""


def encode_gguf(values: Mapping[str, str | int | Sequence[float]], tensors: Mapping[str, Floats]) -> bytes:
    """Whole numbers become UINT32, sequences arrays of FLOAT32."""
    head = [b"GGUF", struct.pack("<IQQ", _VERSION, len(tensors), len(values))]
    head += [_text(key) + _value(value) for key, value in values.items()]
    at, data = 0, []
    for name, numbers in tensors.items():
        body = np.ascontiguousarray(numbers, "<f4").tobytes()
        head.append(_text(name) + struct.pack("<IQIQ", 1, len(numbers), _F32, at))
        data.append(body + bytes(-len(body) % _ALIGNMENT))
        at += len(data[-1])
    joined = b"".join(head)
    return joined + bytes(-len(joined) % _ALIGNMENT) + b"".join(data)


def _text(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return struct.pack("<Q", len(data)) + data


def _value(value: str | int | Sequence[float]) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", _STRING) + _text(value)
    if isinstance(value, int):
        return struct.pack("<II", _UINT32, value)
    return struct.pack(f"<IIQ{len(value)}f", _ARRAY, _FLOAT32, len(value), *value)
