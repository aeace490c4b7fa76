"""The header of a GGUF file, read without trusting it: no length is believed before it is checked against the file.

The `gguf` package believes what a file says of itself and makes objects of every word of a vocabulary, which takes
seconds a file; this reader steps over them.
"""

import struct
from dataclasses import dataclass, replace
from typing import BinaryIO

from cyborg_tui.engine.inert import inert

__all__ = ["TENSOR_TYPES", "Array", "BadHeaderError", "Header", "Scalar", "Tensor", "read_header"]

Scalar = int | float | bool | str

_LENGTH = struct.Struct("<Q")
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d"}
_BOOL, _STRING, _ARRAY = 7, 8, 9
_BLOCKS = {
    **{0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 40)},
    **{10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292)},
    **{16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82)},
    **{23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2)},
    **{34: (256, 54), 35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18)},
}
"""Tensor type → values a block, bytes a block. What is not here is left to llama.cpp, which may know more types."""

TENSOR_TYPES = {
    **{0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K"},
    **{12: "Q4_K", 13: "Q5_K", 14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S"},
    **{20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 28: "F64", 29: "IQ1_M", 30: "BF16", 34: "TQ1_0"},
    **{35: "TQ2_0", 39: "MXFP4", 40: "NVFP4", 41: "Q1_0"},
}
"""Tensor type → its name."""

_MOST_VALUES, _MOST_TENSORS, _MOST_ELEMENTS, _MOST_TEXTS = 100_000, 1_000_000, 20_000_000, 4_000_000
_LONGEST_NAME, _LONGEST_TENSOR_NAME, _LONGEST_KEPT = 65_535, 63, 4_096
_MOST_KEPT = 1_024
"""Numbers of an array that are kept: there are arrays with one for each layer."""
_WINDOW = 1 << 20
"""Bytes of texts read at a time."""
_TOKENS = "tokenizer.ggml.tokens"

_LEAST_ALIGNMENT = 32
"""What llama.cpp computes with."""


class BadHeaderError(Exception):
    """The header cannot be; the message says what is wrong, to follow the file's name and a colon."""


@dataclass(frozen=True, slots=True)
class Array:
    """An array among the metadata: of what type, and how many."""

    kind: int
    count: int
    repeated: bool = False
    """Whether a token that is not empty is in it twice; known of the vocabulary alone."""
    numbers: tuple[int | float | bool, ...] = ()
    """Its elements, if they are few numbers."""

    @property
    def of_text(self) -> bool:
        return self.kind == _STRING


@dataclass(frozen=True, slots=True)
class Tensor:
    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int
    """From the start of the data, in bytes."""

    @property
    def size(self) -> int:
        """In bytes; 0 if its type is not known here."""
        values, size = _BLOCKS.get(self.kind, (1, 0))
        count = 1
        for length in self.shape:
            count *= length
        return count // values * size


@dataclass(frozen=True, slots=True)
class Header:
    values: dict[str, Scalar | Array]
    tensors: tuple[Tensor, ...]
    start: int = 0
    """Where the data begin, in bytes."""


class _Reader:
    """Little-endian values, one after the other."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size
        self.at = 0
        self._elements = 0

    def bytes(self, count: int, what: str) -> bytes:
        self._claim(count, what)
        data = self._file.read(count)
        if len(data) < count:
            raise BadHeaderError(f"{what} goes beyond its end")
        return data

    def skip(self, count: int, what: str) -> None:
        self._claim(count, what)
        self._file.seek(count, 1)

    def _claim(self, count: int, what: str) -> None:
        if count > self._left:
            raise BadHeaderError(f"{what} goes beyond its end")
        self._left -= count
        self.at += count

    def number(self, form: str, what: str) -> int | float:
        value: int | float = struct.unpack("<" + form, self.bytes(struct.calcsize(form), what))[0]
        return value

    def integer(self, form: str, what: str) -> int:
        return int(self.number(form, what))

    def name(self, what: str, longest: int) -> str:
        length = self.integer("Q", what)
        if not 0 < length <= longest:
            raise BadHeaderError(f"{what} has {length:,} bytes")
        try:
            return self.bytes(length, what).decode("utf-8")
        except UnicodeDecodeError:
            raise BadHeaderError(f"{what} is no UTF-8") from None

    def text(self, what: str) -> str:
        """A string among the metadata; a long one, such as a template, is passed over."""
        length = self.integer("Q", what)
        if length > _LONGEST_KEPT:
            self.skip(length, what)
            return ""
        return self.bytes(length, what).decode("utf-8", "replace")

    def array(self, what: str, *, unique: bool) -> Array:
        """With `unique`, a text that is in it twice is looked for."""
        kind, count = self.integer("I", what), self.integer("Q", what)
        self._elements += count
        if self._elements > _MOST_ELEMENTS or (kind == _STRING and count > _MOST_TEXTS):
            raise BadHeaderError(f"{what} would have {count:,} elements")
        if kind == _STRING:
            return Array(kind, count, self._step_over(count, what, unique=unique))
        if kind not in _SCALARS:
            raise BadHeaderError(f"{what} is an array of what cannot be in one (type {kind})")
        form = _SCALARS[kind]
        if count > _MOST_KEPT:
            self.skip(count * struct.calcsize(form), what)
            return Array(kind, count)
        numbers = struct.unpack(f"<{count}{form}", self.bytes(count * struct.calcsize(form), what))
        return Array(kind, count, numbers=tuple(map(bool, numbers)) if kind == _BOOL else numbers)

    def _step_over(self, count: int, what: str, *, unique: bool) -> bool:
        """Go past so many strings, many at a time. Returns whether one of them comes twice, if that matters."""
        seen: set[int] = set()
        empty = done = 0
        while done < count:
            window = self._file.read(min(_WINDOW, self._left))
            at, end = 0, len(window) - 8
            while done < count and at <= end:
                size = _LENGTH.unpack_from(window, at)[0]
                after = at + 8 + size
                if after > len(window):
                    break
                if unique:  # they end where C ends them
                    text = window[at + 8 : after].partition(b"\0")[0]
                    empty += not text
                    seen.add(hash(text))
                at, done = after, done + 1
            self._file.seek(at - len(window), 1)
            self._claim(at, what)
            if done < count and not at:  # one that is longer than the window, or goes beyond the end
                self.skip(self.integer("Q", what), what)
                empty, done = empty + 1, done + 1
        return unique and len(seen) < count - max(0, empty - 1)


def read_header(file: BinaryIO, size: int, *, unique: bool = True) -> Header:
    """The header of a file of `size` bytes. With `unique`, tokens that are there twice are looked for. Raises
    BadHeaderError, OSError."""
    reader = _Reader(file, size)
    if reader.bytes(4, "its beginning") != b"GGUF":
        raise BadHeaderError("it does not begin like a GGUF file")
    version = reader.integer("I", "its version")
    if version not in (2, 3):
        order = " or of another byte order" if version > 0xFFFF else ""
        raise BadHeaderError(f"it is of version {version}{order}, not 2 or 3")
    tensors, values = reader.integer("Q", "the number of its tensors"), reader.integer("Q", "the number of its values")
    if values > _MOST_VALUES or tensors > _MOST_TENSORS:
        raise BadHeaderError(f"it would hold {values:,} values and {tensors:,} tensors")
    header = Header(_values(reader, values, unique=unique), tuple(_tensors(reader, tensors)))
    return replace(header, start=_check_places(header, reader.at, size))


def _values(reader: _Reader, count: int, *, unique: bool) -> dict[str, Scalar | Array]:
    values: dict[str, Scalar | Array] = {}
    for number in range(1, count + 1):
        key = reader.name(f"the name of value {number}", _LONGEST_NAME)
        if key in values:
            raise BadHeaderError(f"{_said(key)} is there twice")
        kind = reader.integer("I", _said(key))
        if kind == _STRING:
            values[key] = reader.text(_said(key))
        elif kind == _ARRAY:
            values[key] = reader.array(_said(key), unique=unique and key == _TOKENS)
        elif kind in _SCALARS:
            value = reader.number(_SCALARS[kind], _said(key))
            values[key] = bool(value) if kind == _BOOL else value
        else:
            raise BadHeaderError(f"{_said(key)} is of no known type ({kind})")
    return values


def _tensors(reader: _Reader, count: int) -> list[Tensor]:
    tensors, names = [], set()
    for number in range(1, count + 1):
        name = reader.name(f"the name of tensor {number}", _LONGEST_TENSOR_NAME)
        what = f"tensor {_said(name)}"
        if name in names:
            raise BadHeaderError(f"{what} is there twice")
        names.add(name)
        dimensions = reader.integer("I", what)
        if not 1 <= dimensions <= 4:
            raise BadHeaderError(f"{what} has {dimensions:,} dimensions")
        shape = tuple(reader.integer("Q", what) for _ in range(dimensions))
        tensor = Tensor(name, shape, reader.integer("I", what), reader.integer("Q", what))
        if not all(0 < length < 2**40 for length in shape):
            raise BadHeaderError(f"{what} has the shape {' × '.join(map(str, shape))}")
        if shape[0] % _BLOCKS.get(tensor.kind, (1, 0))[0]:
            raise BadHeaderError(f"{what} has rows that are no whole number of blocks")
        tensors.append(tensor)
    return tensors


def _check_places(header: Header, end: int, size: int) -> int:
    """That all weights lie in the file. Returns where they begin."""
    alignment = header.values.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= 2**20 or alignment & (alignment - 1):
        raise BadHeaderError("its alignment is no power of two")
    start = -(-end // alignment) * alignment
    if start % _LEAST_ALIGNMENT:
        raise BadHeaderError(f"its weights do not begin at a multiple of {_LEAST_ALIGNMENT} bytes")
    for tensor in header.tensors:
        if tensor.offset % max(alignment, _LEAST_ALIGNMENT):
            raise BadHeaderError(f"tensor {_said(tensor.name)} does not stand where its alignment wants it")
        if start + tensor.offset + tensor.size > size:
            raise BadHeaderError(f"tensor {_said(tensor.name)} goes beyond its end")
    return start


def _said(name: str) -> str:
    """A name out of the file, as a sentence may have it."""
    return inert(name, 40)
