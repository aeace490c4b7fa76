"""A model with one context of many sequences. llama.cpp is known here, and in `model`, `tokenizer`, `samplers`,
`adapters` and `states` alone."""

import contextlib
import copy
import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp as ll
import msgspec
import numpy as np
from numpy.typing import NDArray

from cyborg_tui.config import EngineConfig
from cyborg_tui.engine.free_memory import free_memory
from cyborg_tui.engine.halt import Halt
from cyborg_tui.engine.machine import physical_cores
from cyborg_tui.engine.memory import (
    sequences,
    size_beside,
    smaller_windows,
    too_large_beside,
    window_of,
)
from cyborg_tui.engine.model import Model, ModelRefusedError, Progress, build, devices, on_a_card
from cyborg_tui.loom.draw import Decoding

__all__ = ["Floats", "HaltedError", "Llama", "NoNumbersError", "NoRoomError"]

_CACHE_TYPES = {"f32": 0, "f16": 1, "q4_0": 2, "q8_0": 8, "bf16": 30}
_FLASH = {"auto": -1, "off": 0, "on": 1}
_SMALL = 20_000_000
"""Parameters below which one thread is fastest: a second one would mostly wait, and on a busy machine for long."""

Floats = NDArray[np.float32]


class NoRoomError(Exception):
    """The cache is full: some sequence must go before this can be evaluated."""


class HaltedError(Exception):
    """A batch was halted; nothing of it is held."""


class NoNumbersError(Exception):
    """What the model computed are no numbers: its weights are damaged."""


_NEVER = ll.ggml_abort_callback()


def _fixed(config: EngineConfig) -> EngineConfig:
    """With everything fixed that decides which tokens are drawn; the threads are on record with each fan."""
    return msgspec.structs.replace(config, cache_type="f16", flash_attention="on", gpu_layers=0, resident=0)


@dataclass(frozen=True, slots=True)
class Counters:
    """Tokens evaluated since the model was loaded, as llama.cpp counts them."""

    prompt: int
    generated: int

    @property
    def total(self) -> int:
        return self.prompt + self.generated


class Llama(Model):
    """A loaded model with one context: a unified cache that many sequences share."""

    def __init__(self, path: Path, config: EngineConfig, room: int, least: int = 0, *, progress: Progress) -> None:
        """`room`: cells for branches, beside those for the window and for other paths; `least`, if there is no memory
        for so many. Raises ModelRefusedError."""
        self._config = config = _fixed(config) if config.exact else config
        self._counted = [0]
        self.halt = Halt()
        """Set by whoever wants a batch halted that may be."""
        self._look = ctypes.cast(self.halt.look, ll.ggml_abort_callback)
        self._context: Any = None
        self._batch: Any = None
        self._owns_model = True
        super().__init__(path, config, progress)
        try:
            self._open(path, config, room, least or room)
        except BaseException:
            self.close()
            raise

    def _open(self, path: Path, config: EngineConfig, room: int, least: int) -> None:
        self._check()
        self.rolls_back = not (ll.llama_model_is_recurrent(self._model) or ll.llama_model_is_hybrid(self._model))
        self.halts = self.rolls_back and (config.gpu_layers == 0 or devices() == ("CPU",))
        """Whether a batch can be halted: only what the processor computes, and no state of recurrent layers."""
        self.window = window_of(config, ll.llama_model_n_ctx_train(self._model))
        self.beside = config.resident
        """Cells for other paths than the one that is being written."""
        self.cell_bytes = self._bytes_of_a_cell(config.cache_type)
        self.sequences = sequences(recurrent=not self.rolls_back)
        self._context = self._open_context(config, room, least, path)
        self.exact = config.exact
        self.kept_at_most = config.keep_mb * 2**20
        """Bytes of the cache that may be kept in a file."""
        self._take_context()
        self.identity = self._identify(path)
        self._warm_up(path)

    def close(self) -> None:
        """Give its memory back; nothing else may be asked of it."""
        if self._batch is not None:
            ll.llama_batch_free(self._batch)
        if self._context:
            ll.llama_free(self._context)
        if self._model and self._owns_model:
            ll.llama_model_free(self._model)
        self._context = self._batch = self._model = None

    def another(self, window: int, room: int, many: int | None = None, watch: Any = None) -> "Llama":
        """Another context of this model, with a cache of its own: a window, `room` for branches, and `many` sequences.
        It must be closed before this one is. `watch`: llama.cpp's callback for what is computed. Raises
        ModelRefusedError, also where it is reckoned that it would not fit into memory."""
        if problem := self.too_large_beside(window, room, many):
            raise ModelRefusedError(problem)
        twin = copy.copy(self)
        twin._owns_model = False
        twin._context = twin._batch = None
        twin.window, twin.beside = window, 0
        twin.sequences = min(many or self.sequences, self.sequences)
        try:
            twin._context = twin._open_context(self._config, room, room, Path(self.identity.file), watch)
            twin._take_context()
        except BaseException:
            twin.close()
            raise
        return twin

    def too_large_beside(self, window: int, room: int, many: int | None = None) -> str:
        """Why there is no memory for `another`; empty if there is, if it cannot be told, or if it is to be tried."""
        if self._config.try_anyway or on_a_card(self._config):
            return ""
        needed, free = self.size_beside(window, room, many), free_memory(mapped=self._weights)
        return "" if free is None else too_large_beside(self.identity.name, needed, free)

    def size_beside(self, window: int, room: int, many: int | None = None) -> int:
        """Bytes that `another` takes, as it is reckoned; 0 if its file cannot be read any more."""
        shape = self._shape
        many = min(many or self.sequences, self.sequences)
        return 0 if shape is None else size_beside(shape, self._config, window + room, many)

    @property
    def room(self) -> int:
        """Cells for branches, beside those for the window and for other paths."""
        return self.cells - self.window - self.beside

    def make_room(self, room: int) -> None:
        """Have so many cells for branches, or as many as before if there is no memory for them. What is held is
        forgotten. Raises ModelRefusedError; then nothing can be asked of it any more."""
        ll.llama_batch_free(self._batch)
        ll.llama_free(self._context)
        before, name = self.room, Path(self.identity.file)
        self._context = self._batch = None
        self._context = self._open_context(self._config, room, before, name)
        self._take_context()
        self._warm_up(name)

    def _take_context(self) -> None:
        """What goes with a context."""
        self._memory = ll.llama_get_memory(self._context)
        self._n_batch = ll.llama_n_batch(self._context)
        self._batch = ll.llama_batch_init(self._n_batch, 0, 1)

    def _open_context(
        self, config: EngineConfig, room: int, least: int, path: Path, watch: Any = None
    ) -> ll.llama_context_p:
        """A context with the window that is wanted, or a smaller one if there is no memory for that."""
        wanted = self.window
        for window in (wanted, wanted, *smaller_windows(wanted)):
            self.window = window
            self.cells = window + room + self.beside
            if context := self._make_context(config, watch):
                return context
            self.beside, room = 0, least
        raise ModelRefusedError(
            f"{path.name} cannot be run even with a window of {self.window:,} tokens, most likely for want of memory; "
            "choose a smaller model."
        )

    def _make_context(self, config: EngineConfig, watch: Any) -> ll.llama_context_p | None:
        params = ll.llama_context_default_params()
        small: bool = ll.llama_model_n_params(self._model) < _SMALL
        threads = config.threads or (1 if small else physical_cores())
        params.n_ctx = self.cells
        params.n_batch = params.n_ubatch = 512
        params.n_seq_max = self.sequences
        params.kv_unified = True
        params.flash_attn_type = _FLASH[config.flash_attention]
        params.type_k = params.type_v = _CACHE_TYPES[config.cache_type]
        params.n_threads = params.n_threads_batch = threads
        params.swa_full = True
        params.no_perf = False
        if watch is not None:
            params.cb_eval = ctypes.cast(watch, type(params.cb_eval))
        machine = ll.llama_print_system_info().decode("utf-8", "replace")
        cache, flash, layers = config.cache_type, config.flash_attention, config.gpu_layers
        self.decoding = Decoding(config.exact, threads, 512, cache, flash, layers, self.window, build(), machine)
        return ll.llama_init_from_model(self._model, params)

    def _warm_up(self, path: Path) -> None:
        """Touch all weights once. llama.cpp's counters, which never show less than 1, are right from then on."""
        try:
            self.decode([(0, 0, 0, True)])
            self.row(0)
            self.decode([(0, 1, 0, False), (0, 2, 0, True)])
        except (NoNumbersError, NoRoomError, RuntimeError):
            raise ModelRefusedError(f"{path.name} is damaged: it computes no numbers; download it again.") from None
        self.cut(0, 0)

    # evaluating

    def decode(self, tokens: Sequence[tuple[int, int, int, bool]], *, may_halt: bool = False) -> None:
        """Evaluate (token, position, sequence, wants logits) in one batch. `may_halt`: where it can be, it is as soon
        as that is wanted. Raises NoRoomError, HaltedError."""
        batch = self._batch
        if len(tokens) > self._n_batch:
            raise ValueError(f"{len(tokens)} tokens are more than a batch")
        for i, (token, position, sequence, wants) in enumerate(tokens):
            if not 0 <= token < self.n_vocab:
                raise ValueError(f"token {token} is outside the vocabulary")
            batch.token[i], batch.pos[i] = token, position
            batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = 1, sequence, wants
        batch.n_tokens = len(tokens)
        with self._halted_if_wanted() if may_halt and self.halts else contextlib.nullcontext():
            result = ll.llama_decode(self._context, batch)
        self._counted[0] += 1
        if result == 1:
            raise NoRoomError
        if result == 2:
            raise HaltedError
        if result != 0:
            raise RuntimeError(f"llama.cpp could not evaluate a batch (code {result})")
        ll.llama_synchronize(self._context)

    @contextlib.contextmanager
    def _halted_if_wanted(self) -> Iterator[None]:
        Halt.now = self.halt
        ll.llama_set_abort_callback(self._context, self._look, self.halt.address)
        try:
            yield
        finally:
            ll.llama_set_abort_callback(self._context, _NEVER, None)
            Halt.now = None

    @property
    def steps(self) -> int:
        """Batches evaluated, in all contexts of the model."""
        return self._counted[0]

    @property
    def context(self) -> Any:
        """llama.cpp's own, for its samplers and adapters."""
        return self._context

    @property
    def batch_size(self) -> int:
        size: int = self._n_batch
        return size

    def row(self, index: int) -> Floats:
        """A copy of the logits of the batch's token at `index`; shape (vocabulary,). Raises NoNumbersError."""
        pointer = ll.llama_get_logits_ith(self._context, index)
        row: Floats = np.ctypeslib.as_array(pointer, (self.n_vocab,)).copy()
        if not np.isfinite(row.max()):
            raise NoNumbersError
        return row

    def rows(self, count: int) -> Floats:
        """The logits of a batch of `count` tokens that all asked for them; a view, shape (count, vocabulary)."""
        rows: Floats = np.ctypeslib.as_array(ll.llama_get_logits(self._context), (count, self.n_vocab))
        return rows

    def copy(self, source: int, target: int, upto: int = -1) -> None:
        """Let `target` share the first `upto` cells of `source`."""
        ll.llama_memory_seq_rm(self._memory, target, -1, -1)
        ll.llama_memory_seq_cp(self._memory, source, target, -1 if upto < 0 else 0, upto)

    def cut(self, sequence: int, start: int) -> bool:
        """Forget a sequence from position `start` on. False if the model cannot do that; it has forgotten all then."""
        if ll.llama_memory_seq_rm(self._memory, sequence, start if start > 0 else -1, -1):
            return True
        ll.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        return False

    def state(self, sequence: int, start: int, end: int, scratch: int) -> bytes:
        """What the cache holds of the tokens `start` to `end` of a sequence. `scratch`: a vacant one."""
        ll.llama_memory_seq_cp(self._memory, sequence, scratch, start, end)
        size = ll.llama_state_seq_get_size(self._context, scratch)
        space = (ctypes.c_uint8 * size)()
        written: int = ll.llama_state_seq_get_data(self._context, space, size, scratch)
        ll.llama_memory_seq_rm(self._memory, scratch, -1, -1)
        return bytes(memoryview(space)[:written])

    def restore(self, sequence: int, data: bytes, scratch: int) -> bool:
        """Add to a sequence what `state` gave. False if it cannot be used."""
        space = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
        if not ll.llama_state_seq_set_data(self._context, space, len(data), scratch):
            return False
        ll.llama_memory_seq_cp(self._memory, scratch, sequence, -1, -1)
        ll.llama_memory_seq_rm(self._memory, scratch, -1, -1)
        return True

    def clear(self) -> None:
        """Forget everything, as if nothing had ever been evaluated."""
        ll.llama_memory_clear(self._memory, True)

    def counters(self) -> Counters:
        data = ll.llama_perf_context(self._context)
        return Counters(data.n_p_eval, data.n_eval)
