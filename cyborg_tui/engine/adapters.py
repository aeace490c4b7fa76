"""llama.cpp's adapters: what steers one context of a model. Beside `llama`, a module that knows llama.cpp."""

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import llama_cpp as ll
import numpy as np

from cyborg_tui.engine.llama import Floats, Llama

__all__ = ["LoraRefusedError", "Loras", "apply"]


class LoraRefusedError(Exception):
    """llama.cpp cannot use the file with this model."""


class Loras:
    """The LoRA adapters of one model that were read. They go with the model."""

    def __init__(self, model: Llama) -> None:
        self._model = model
        self._read: dict[str, Any] = {}

    def read(self, path: Path, digest: str) -> Any:
        """llama.cpp's own of the file with this digest. Raises LoraRefusedError."""
        if digest not in self._read:
            adapter = ll.llama_adapter_lora_init(self._model.model, os.fsencode(path))
            if not adapter:
                raise LoraRefusedError
            self._read[digest] = adapter
        return self._read[digest]


def apply(context: Llama, directions: Floats | None, loras: Sequence[tuple[Any, float]]) -> None:
    """Steer a context from now on. `directions`: what is added to the states, shape (layers, width), the first of
    which, of layer 0, cannot be used; None: nothing. `loras`: adapters with their scales."""
    _apply_vector(context, directions)
    adapters = (ll.llama_adapter_lora_p_ctypes * max(1, len(loras)))(*(one for one, _ in loras))
    scales = (ctypes.c_float * max(1, len(loras)))(*(scale for _, scale in loras))
    if ll.llama_set_adapters_lora(context.context, adapters, len(loras), scales):
        raise RuntimeError("llama.cpp did not take the adapters")


def _apply_vector(context: Llama, directions: Floats | None) -> None:
    used = np.flatnonzero(directions.any(axis=1)) if directions is not None else np.array([], np.intp)
    if directions is None or not len(used):
        ll.llama_set_adapter_cvec(context.context, None, 0, context.width, -1, -1)
        return
    data = np.ascontiguousarray(directions[1:], np.float32)
    pointer = data.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
    first, last = max(1, int(used[0])), int(used[-1])
    if ll.llama_set_adapter_cvec(context.context, pointer, data.size, context.width, first, last):
        raise RuntimeError("llama.cpp did not take the control vector")
