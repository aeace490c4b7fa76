"""A slow machine, for tests: a model that takes its time over each batch."""

import os
import time
from collections.abc import Sequence

from cyborg_tui.engine.llama import HaltedError, Llama

__all__ = ["loader"]


class SlowLlama(Llama):
    """As slow as the environment's CYBORG_TUI_ENGINE_PACE says; see the worker."""

    _step_s, _prompt_tokens_per_s = 0.0, 1e9

    def decode(self, tokens: Sequence[tuple[int, int, int, bool]], *, may_halt: bool = False) -> None:
        same_sequence = len({sequence for _, _, sequence, _ in tokens}) == 1
        read_s = len(tokens) / self._prompt_tokens_per_s if same_sequence else 0.0
        until = time.monotonic() + max(self._step_s, read_s)
        while (left := until - time.monotonic()) > 0:
            if may_halt and self.halt and self.halts:
                raise HaltedError
            time.sleep(min(left, 0.02))
        super().decode(tokens, may_halt=may_halt)


def loader() -> type[Llama]:
    """What loads models: llama.cpp as it is, unless the environment wants it slow."""
    pace = os.environ.get("CYBORG_TUI_ENGINE_PACE")
    if not pace:
        return Llama
    step, _, rate = pace.partition(",")
    SlowLlama._step_s, SlowLlama._prompt_tokens_per_s = float(step), float(rate)
    return SlowLlama
