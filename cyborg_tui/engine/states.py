"""What a model makes of a text in each of its layers."""

import contextlib
import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from cyborg_tui.engine.ggml import ggml
from cyborg_tui.engine.llama import Floats, Llama

__all__ = ["LONGEST", "StateReader", "state_reader"]

LONGEST = 512
"""Tokens of a text that are read, from its end."""
_MANY = 32
"""Texts read at once."""
_OUTPUT = b"l_out-"
"""So llama.cpp calls what comes out of a layer, where a control vector is added; the layer's number follows."""
_WATCH = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_bool, ctypes.c_void_p)


def _library() -> Any:
    """ggml, which holds the tensors."""
    library = ggml("ggml-base")
    library.ggml_get_name.restype, library.ggml_get_name.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
    library.ggml_nbytes.restype, library.ggml_nbytes.argtypes = ctypes.c_size_t, [ctypes.c_void_p]
    sizes: list[Any] = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]
    library.ggml_backend_tensor_get.restype, library.ggml_backend_tensor_get.argtypes = None, sizes
    return library


class StateReader:
    """Reads the states at the last token of texts, in a context of its own."""

    def __init__(self, model: Llama) -> None:
        """Raises ModelRefusedError."""
        self._ggml = _library()
        self._width, self._layers = model.width, model.layers
        self._caught: dict[int, Floats] = {}
        self._watch = _WATCH(self._catch)
        self._context = model.another(LONGEST, 0, _MANY + 2, self._watch)

    def close(self) -> None:
        self._context.close()

    def read(self, texts: Sequence[Sequence[int]]) -> Iterator[Floats]:
        """The states at the last token of each text, in their order; shape (layers, width). Texts that fit into one
        batch are read together. Raises HaltedError."""
        some: list[Sequence[int]] = []
        for text in texts:
            seen = text[-LONGEST:]
            if some and not self._fits([*some, seen]):
                yield from self._read(some)
                some = []
            some.append(seen)
        if some:
            yield from self._read(some)

    def _fits(self, texts: Sequence[Sequence[int]]) -> bool:
        """A recurrent model divides what it reads together in ways of its own."""
        return self._context.rolls_back and len(texts) <= _MANY and sum(map(len, texts)) <= LONGEST

    def _read(self, texts: Sequence[Sequence[int]]) -> Iterator[Floats]:
        batch, ends = [], []
        for sequence, text in enumerate(texts):
            batch += [(token, i, sequence, i == len(text) - 1) for i, token in enumerate(text)]
            ends.append(len(batch) - 1)
        self._context.clear()
        self._caught.clear()
        self._context.decode(batch, may_halt=True)
        for number, end in enumerate(ends):
            states = np.zeros((self._layers, self._width), np.float32)
            for layer, rows in self._caught.items():
                states[layer] = rows[end if len(rows) == len(batch) else number - len(ends)]
            yield states

    def _catch(self, tensor: int, asking: bool, _data: object) -> bool:
        """Called for each tensor of the graph: first whether it is wanted, then when it is computed."""
        name: bytes = self._ggml.ggml_get_name(tensor)
        wanted = name.startswith(_OUTPUT)
        if asking or not wanted:
            return wanted or not asking
        size = self._ggml.ggml_nbytes(tensor)
        values = np.empty(size // 4, np.float32)
        self._ggml.ggml_backend_tensor_get(tensor, values.ctypes.data, 0, size)
        with contextlib.suppress(ValueError):
            layer = int(name.removeprefix(_OUTPUT))
            if layer < self._layers:
                self._caught[layer] = values.reshape(-1, self._width)
        return True


@contextlib.contextmanager
def state_reader(model: Llama) -> Iterator[StateReader]:
    """Raises ModelRefusedError."""
    reader = StateReader(model)
    try:
        yield reader
    finally:
        reader.close()
