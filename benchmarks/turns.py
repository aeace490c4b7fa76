"""A peer: `llama_cpp.Llama`, which writes one text at a time, writing the branches in turn.

It keeps the prompt in its cache and goes back to it for each branch. It is not asked for log-probabilities, which would
make it slower still.
"""

import argparse
from itertools import islice

import llama_cpp as ll

from benchmarks.peer import answer, timed
from cyborg_tui.engine.machine import has_amx
from cyborg_tui.loom.settings import Sampling


class Turns:
    def __init__(self, path: str, threads: int, cells: int) -> None:
        if has_amx():
            _leave_weights_as_they_are()
        self._llama = ll.Llama(
            path,
            n_gpu_layers=-1,
            n_ctx=cells,
            n_batch=512,
            n_ubatch=512,
            n_threads=threads,
            n_threads_batch=threads,
            flash_attn=True,
            swa_full=True,
            verbose=False,
        )
        self._prompt: list[int] = []

    def evaluate(self, tokens: list[int]) -> float:
        """Seconds to evaluate a prompt, with nothing in the cache before."""
        self._prompt = tokens
        with timed() as seconds:
            self._llama.reset()
            self._llama.eval(tokens)
        return seconds[0]

    def fan(self, width: int, length: int, seed: int) -> tuple[float, int]:
        """Seconds for branches of so many tokens from the evaluated prompt, and how many tokens were drawn."""
        with timed() as seconds:
            drawn = [self._write(length, seed + i) for i in range(width)]
        return seconds[0], sum(map(len, drawn))

    def _write(self, length: int, seed: int) -> list[int]:
        settings = Sampling()
        self._llama.set_seed(seed)
        tokens = self._llama.generate(
            self._prompt,
            top_k=settings.top_k,
            top_p=settings.top_p,
            min_p=settings.min_p,
            temp=settings.temperature,
            repeat_penalty=settings.repetition_penalty,
        )
        return list(islice(tokens, length))


def _leave_weights_as_they_are() -> None:
    """`Llama` has no option for what the engine and the loop set."""
    defaults = ll.llama_cpp.llama_model_default_params

    def without_extra_buffers() -> object:
        params = defaults()
        params.use_extra_bufts = False
        return params

    ll.llama_cpp.llama_model_default_params = without_extra_buffers


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("threads", type=int)
    parser.add_argument("cells", type=int)
    options = parser.parse_args()
    turns = Turns(options.model, options.threads, options.cells)
    answer({"evaluate": turns.evaluate, "fan": turns.fan})


if __name__ == "__main__":
    main()
