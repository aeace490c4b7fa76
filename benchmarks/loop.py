"""A peer: the plain loop over llama.cpp's low-level functions that a person would write for one fan, and nothing else.

One shared prefix, all branches in one batch a step, and each token's log-probability: the least that has to be done.
"""

import argparse
import ctypes

import llama_cpp as ll
import numpy as np

from benchmarks.peer import answer, be_quiet, timed
from cyborg_tui.engine.machine import has_amx
from cyborg_tui.loom.settings import Sampling

_BATCH = 512
_CANDIDATE = np.dtype([("id", "i4"), ("logit", "f4"), ("p", "f4")])


class Loop:
    def __init__(self, path: str, threads: int, cells: int, width: int) -> None:
        model_params = ll.llama_model_default_params()
        model_params.n_gpu_layers = 999
        model_params.use_extra_bufts = not has_amx()
        model = ll.llama_model_load_from_file(path.encode(), model_params)
        params = ll.llama_context_default_params()
        params.n_ctx = cells
        params.n_batch = params.n_ubatch = _BATCH
        params.n_seq_max = width + 1
        params.n_threads = params.n_threads_batch = threads
        params.kv_unified = True
        params.flash_attn_type = ll.LLAMA_FLASH_ATTN_TYPE_ENABLED
        params.swa_full = True
        params.no_perf = False
        self._context = ll.llama_init_from_model(model, params)
        self._memory = ll.llama_get_memory(self._context)
        self._batch = ll.llama_batch_init(_BATCH, 0, 1)
        self._vocabulary = ll.llama_vocab_n_tokens(ll.llama_model_get_vocab(model))
        self._length = 0
        self._last = np.zeros(self._vocabulary, _CANDIDATE)
        """What the prompt's last token says of the next one."""

    def evaluate(self, tokens: list[int]) -> float:
        """Seconds to evaluate a prompt, with nothing in the cache before."""
        ll.llama_memory_clear(self._memory, True)
        self._length = len(tokens)
        with timed() as seconds:
            for first in range(0, len(tokens), _BATCH):
                for i, token in enumerate(tokens[first : first + _BATCH]):
                    self._put(i, token, first + i, 0, wants_logits=first + i == len(tokens) - 1)
                self._decode(min(_BATCH, len(tokens) - first))
            row = np.ctypeslib.as_array(ll.llama_get_logits_ith(self._context, -1), (self._vocabulary,))
            self._last["id"], self._last["logit"] = np.arange(self._vocabulary), row
        return seconds[0]

    def fan(self, width: int, length: int, seed: int) -> tuple[float, int]:
        """Seconds for branches of so many tokens from the evaluated prompt, and how many tokens were drawn."""
        with timed() as seconds:
            chains = [_chain(seed + i) for i in range(width)]
            for i in range(width):
                ll.llama_memory_seq_rm(self._memory, i + 1, -1, -1)
                ll.llama_memory_seq_cp(self._memory, 0, i + 1, -1, -1)
            tokens, _ = self._draw_first(chains)
            drawn = [tokens]
            for step in range(length - 1):
                for i, token in enumerate(tokens):
                    self._put(i, token, self._length + step, i + 1, wants_logits=True)
                self._decode(width)
                tokens, _ = self._draw(chains)
                drawn.append(tokens)
            for chain in chains:
                ll.llama_sampler_free(chain)
        return seconds[0], sum(map(len, drawn))

    def _draw_first(self, chains: list[object]) -> tuple[list[int], list[float]]:
        """As `_draw`, from the prompt's last token."""
        row = self._last["logit"]
        normaliser = np.log(np.exp(row - row.max()).sum()) + row.max()
        tokens = [_draw_from(self._last.copy(), chain) for chain in chains]
        return tokens, [float(row[token] - normaliser) for token in tokens]

    def _draw(self, chains: list[object]) -> tuple[list[int], list[float]]:
        """A token for each branch, and its log-probability."""
        rows = np.ctypeslib.as_array(ll.llama_get_logits(self._context), (len(chains), self._vocabulary))
        top = rows.max(axis=1)
        normaliser = np.log(np.exp(rows - top[:, None]).sum(axis=1)) + top
        tokens = [ll.llama_sampler_sample(chain, self._context, i) for i, chain in enumerate(chains)]
        return tokens, [float(rows[i, token] - normaliser[i]) for i, token in enumerate(tokens)]

    def _put(self, i: int, token: int, position: int, sequence: int, *, wants_logits: bool) -> None:
        batch = self._batch
        batch.token[i], batch.pos[i], batch.logits[i] = token, position, wants_logits
        batch.n_seq_id[i], batch.seq_id[i][0] = 1, sequence

    def _decode(self, count: int) -> None:
        self._batch.n_tokens = count
        if ll.llama_decode(self._context, self._batch) != 0:
            raise RuntimeError("llama.cpp could not evaluate a batch")
        ll.llama_synchronize(self._context)


def _draw_from(candidates: np.ndarray, chain: object) -> int:
    pointer = candidates.ctypes.data_as(ll.llama_token_data_p)
    array = ll.llama_token_data_array(data=pointer, size=len(candidates), selected=-1, sorted=False)
    ll.llama_sampler_apply(chain, ctypes.byref(array))
    return int(array.data[array.selected].id)


def _chain(seed: int) -> object:
    """The samplers of the app's default settings."""
    settings = Sampling()
    chain = ll.llama_sampler_chain_init(ll.llama_sampler_chain_default_params())
    ll.llama_sampler_chain_add(chain, ll.llama_sampler_init_min_p(settings.min_p, 1))
    ll.llama_sampler_chain_add(chain, ll.llama_sampler_init_temp(settings.temperature))
    ll.llama_sampler_chain_add(chain, ll.llama_sampler_init_dist(seed))
    return chain


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("threads", type=int)
    parser.add_argument("cells", type=int)
    parser.add_argument("width", type=int)
    options = parser.parse_args()
    be_quiet()
    loop = Loop(options.model, options.threads, options.cells, options.width)
    answer({"evaluate": loop.evaluate, "fan": loop.fan})


if __name__ == "__main__":
    main()
