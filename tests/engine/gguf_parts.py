"""A GGUF file taken apart, to be changed, and put together again."""

import struct
from dataclasses import dataclass

from cyborg_tui.engine.checks import embedded_model

STRING, ARRAY = 8, 9
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
ALIGNMENT = 32


def text(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack("<Q", len(data)) + data


@dataclass(frozen=True)
class Value:
    """A piece of metadata; `body` is everything after its type."""

    key: bytes
    kind: int
    body: bytes

    def encode(self):
        return text(self.key) + struct.pack("<I", self.kind) + self.body


@dataclass(frozen=True)
class Weights:
    name: bytes
    shape: tuple
    kind: int
    offset: int
    dimensions: int = -1
    """What the file says of their number; as many as there are, by default."""

    def encode(self):
        count = len(self.shape) if self.dimensions < 0 else self.dimensions
        numbers = b"".join(struct.pack("<Q", length & (2**64 - 1)) for length in self.shape)
        return text(self.name) + struct.pack("<I", count) + numbers + struct.pack("<IQ", self.kind, self.offset)


@dataclass
class Model:
    values: list
    weights: list
    data: bytes
    magic: bytes = b"GGUF"
    version: int = 3
    value_count: int | None = None
    weights_count: int | None = None

    def encode(self):
        counts = [
            len(self.weights) if self.weights_count is None else self.weights_count,
            len(self.values) if self.value_count is None else self.value_count,
        ]
        head = self.magic + struct.pack("<IQQ", self.version, *(count & (2**64 - 1) for count in counts))
        head += b"".join(part.encode() for part in [*self.values, *self.weights])
        return head + bytes(-len(head) % ALIGNMENT) + self.data

    def find(self, key):
        return next(at for at, value in enumerate(self.values) if value.key == key.encode())

    def set(self, key, kind, body):
        """Change a value, or add it."""
        value = Value(key.encode(), kind, body)
        try:
            self.values[self.find(key)] = value
        except StopIteration:
            self.values.append(value)
        return self

    def set_text(self, key, data):
        return self.set(key, STRING, text(data))

    def set_texts(self, key, items):
        body = struct.pack("<IQ", STRING, len(items)) + b"".join(text(item) for item in items)
        return self.set(key, ARRAY, body)

    def texts(self, key):
        body, found, at = self.values[self.find(key)].body, [], 12
        while at < len(body):
            size = struct.unpack_from("<Q", body, at)[0]
            found.append(body[at + 8 : at + 8 + size])
            at += 8 + size
        return found


def embedded():
    """The embedded model, in parts."""
    file, at = embedded_model().read_bytes(), 24

    def take(form):
        nonlocal at
        found = struct.unpack_from("<" + form, file, at)[0]
        at += struct.calcsize("<" + form)
        return found

    def take_bytes(count):
        nonlocal at
        at += count
        return file[at - count : at]

    def body(kind):
        if kind == STRING:
            return text(take_bytes(take("Q")))
        if kind != ARRAY:
            return take_bytes(SIZES[kind])
        of, count = take("I"), take("Q")
        return struct.pack("<IQ", of, count) + b"".join(body(of) for _ in range(count))

    version, weights_count, value_count = struct.unpack_from("<IQQ", file, 4)
    values, weights = [], []
    for _ in range(value_count):
        key, kind = take_bytes(take("Q")), take("I")
        values.append(Value(key, kind, body(kind)))
    for _ in range(weights_count):
        name = take_bytes(take("Q"))
        shape = tuple(take("Q") for _ in range(take("I")))
        weights.append(Weights(name, shape, take("I"), take("Q")))
    return Model(values, weights, file[at + -at % ALIGNMENT :], version=version)
