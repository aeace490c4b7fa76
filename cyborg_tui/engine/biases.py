"""Words that are to be drawn more or less often, as tokens: in their usual spellings, of one token or of several."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cyborg_tui.engine.llama import Floats
from cyborg_tui.loom.sampling import Sampling

__all__ = ["Biases"]

_FORBIDDEN = -100.0


class Biases:
    """What is added to which logits, after which tokens."""

    def __init__(self, settings: Sampling, tokenize: Callable[[bytes], list[int]]) -> None:
        """`tokenize`: the tokens of a text in the middle of another."""
        single: dict[int, float] = {}
        self._several: dict[tuple[int, ...], dict[int, float]] = {}
        for word, bias in (*settings.bias, *((word, _FORBIDDEN) for word in settings.forbid)):
            added = -np.inf if bias <= _FORBIDDEN else bias
            for spelling in _spellings(word):
                *before, last = tokenize(spelling.encode("utf-8", "surrogatepass")) or [-1]
                if last < 0:
                    continue
                target = self._several.setdefault(tuple(before), {}) if before else single
                target[last] = target.get(last, 0.0) + added
        self._single = single
        self.reach = max(map(len, self._several), default=0)
        """So many tokens before the next one matter."""
        self._alone = _arrays(single)

    def after(self, tail: Sequence[int]) -> tuple[NDArray[np.intp], Floats]:
        """Tokens, and what is added to their logits after `tail`."""
        found = [
            after
            for length in range(1, min(self.reach, len(tail)) + 1)
            if (after := self._several.get(tuple(tail[-length:])))
        ]
        if not found:
            return self._alone
        added = dict(self._single)
        for after in found:
            for token, bias in after.items():
                added[token] = added.get(token, 0.0) + bias
        return _arrays(added)


def _arrays(added: dict[int, float]) -> tuple[NDArray[np.intp], Floats]:
    return np.array([*added], np.intp), np.array([*added.values()], np.float32)


def _spellings(word: str) -> Iterator[str]:
    """With and without a space before it, as it is given and capitalised."""
    bare = word.strip() or word
    for spelling in dict.fromkeys((bare, bare[:1].upper() + bare[1:])):
        yield spelling
        yield f" {spelling}"
