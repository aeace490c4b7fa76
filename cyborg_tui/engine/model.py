"""A model as its file has it: loaded, and what it says of itself. Beside `llama`, a module that knows llama.cpp."""

import contextlib
import ctypes
import os
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import llama_cpp as ll

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.catalogue import look_at
from cyborg_tui.engine.checks import BadModelError
from cyborg_tui.engine.halt import Halt
from cyborg_tui.engine.inert import inert
from cyborg_tui.engine.log import LONGEST_RUN
from cyborg_tui.engine.machine import has_amx
from cyborg_tui.engine.memory import CACHE_TYPES
from cyborg_tui.engine.portrait import Shape
from cyborg_tui.engine.tokenizer import Tokenizer
from cyborg_tui.loom.fan import ModelIdentity

__all__ = ["Model", "ModelRefusedError", "Progress", "build", "devices", "on_a_card"]

Progress = Callable[[float], bool | None]
"""Hears which part of the weights is loaded; answers False to stop that."""


class ModelRefusedError(Exception):
    """The model cannot be used; the message says why and what to do."""


_complained = 0


@ll.llama_log_callback  # type: ignore[untyped-decorator]
def _quiet(level: int, text: bytes, _data: object) -> None:
    """Warnings and errors go to the log, as long as there are not too many of them; not that a batch was halted."""
    global _complained  # noqa: PLW0603
    if Halt.now:
        return
    if level in (3, 4) and _complained < LONGEST_RUN:
        _complained += len(text)
        os.write(2, text[:LONGEST_RUN])


def build() -> str:
    """Which llama.cpp this is."""
    return f"llama-cpp-python {ll.__version__}"


def devices() -> tuple[str, ...]:
    return ("GPU",) if ll.llama_supports_gpu_offload() else ("CPU",)


def on_a_card(config: EngineConfig) -> bool:
    """Whether a model may lie in memory of which `free_memory` knows nothing."""
    return config.gpu_layers != 0 and not config.exact and "CPU" not in devices() and sys.platform != "darwin"


class Model(Tokenizer):
    """Weights and vocabulary, without any context."""

    def __init__(self, path: Path, config: EngineConfig, progress: Progress) -> None:
        """Raises ModelRefusedError."""
        self._path = path
        ll.llama_backend_init()
        ll.llama_log_set(_quiet, ctypes.c_void_p(0))
        self._model: Any = self._load(path, config, progress)

    def _check(self) -> None:
        """Take its vocabulary. Raises ModelRefusedError."""
        name = self._path.name
        self._take_vocabulary(ll.llama_model_get_vocab(self._model))
        if self.n_vocab <= 0 or ll.llama_model_n_layer(self._model) <= 0:
            raise ModelRefusedError(f"{name} holds only a vocabulary and cannot write; choose a whole model.")
        if not ll.llama_model_has_decoder(self._model):
            raise ModelRefusedError(f"{name} is an encoder, which cannot write; choose a text model.")

    def _load(self, path: Path, config: EngineConfig, progress: Progress) -> ll.llama_model_p:
        params = ll.llama_model_default_params()
        params.n_gpu_layers = config.gpu_layers if config.gpu_layers >= 0 else 999
        params.use_extra_bufts = not has_amx()

        @ll.llama_progress_callback  # type: ignore[untyped-decorator]
        def report(fraction: float, _data: object) -> bool:
            return progress(fraction) is not False

        params.progress_callback = report
        model = ll.llama_model_load_from_file(os.fsencode(path), params)
        if not model:
            raise ModelRefusedError(
                f"{path.name} could not be loaded: it is damaged, or of a kind this llama.cpp does not know; "
                "choose another file, or a newer cyborg-tui."
            )
        return model

    def _bytes_of_a_cell(self, cache_type: str) -> int:
        """Keys and values of a token in all layers; 0 for a model whose state does not grow with the text."""
        if ll.llama_model_is_recurrent(self._model):
            return 0
        model = self._model
        rows: int = ll.llama_model_n_layer(model) * ll.llama_model_n_head_kv(model)
        width = ll.llama_model_n_embd(model) // max(1, ll.llama_model_n_head(model))
        kind = self._metadata(b"general.architecture")
        lengths = [self._metadata(f"{kind}.attention.{part}_length".encode()) for part in ("key", "value")]
        numbers = sum(int(length) if length.isdecimal() else width for length in lengths)
        return round(rows * numbers * CACHE_TYPES[cache_type])

    def _identify(self, path: Path) -> ModelIdentity:
        name = self._metadata(b"general.name") or inert(path.stem, 60)
        kind = ctypes.create_string_buffer(128)
        ll.llama_model_desc(self._model, kind, 128)
        description = inert(kind.value.decode("utf-8", "replace"), 128)
        return ModelIdentity(name, self.digest, inert(path.name, 255), path.stat().st_size, description, build())

    def _metadata(self, key: bytes) -> str:
        value = ctypes.create_string_buffer(256)
        size = ll.llama_model_meta_val_str(self._model, key, value, 256)
        text = value.value.decode("utf-8", "replace") if size > 0 else ""
        return "".join(letter for letter in text if letter.isprintable())[:60]

    @property
    def template(self) -> str:
        """The chat template in the file; empty for none."""
        text = ll.llama_model_chat_template(self._model, None)
        return (text or b"").decode("utf-8", "replace")

    @property
    def architecture(self) -> str:
        return self._metadata(b"general.architecture")

    @property
    def layers(self) -> int:
        return int(ll.llama_model_n_layer(self._model))

    @property
    def width(self) -> int:
        """Of a state, in numbers."""
        return int(ll.llama_model_n_embd(self._model))

    @property
    def model(self) -> Any:
        """llama.cpp's own, for its adapters."""
        return self._model

    @property
    def _weights(self) -> int:
        return 0 if self._shape is None else self._shape.weights

    @cached_property
    def _shape(self) -> Shape | None:
        """What decides how much memory it takes."""
        with contextlib.suppress(BadModelError):
            return look_at(self._path).shape
        return None
