"""Keeping what was read until the next time: out of the cache into its file, and from there into an empty cache."""

import contextlib
from collections.abc import Iterator, Sequence

import numpy as np

from cyborg_tui.engine.cache import Cache
from cyborg_tui.engine.kept import KeptCache
from cyborg_tui.engine.llama import Llama
from cyborg_tui.engine.tips import Tips

__all__ = ["Keeping"]

_TOGETHER = 256
"""Tokens whose cache is kept as one part of the file."""


class Keeping:
    """Of the path that is being written, for one model."""

    def __init__(self, model: Llama, cache: Cache, tips: Tips) -> None:
        self._model, self._cache, self._tips = model, cache, tips
        self.file: KeptCache | None = None
        """None: nothing is kept. Opened before anything is evaluated."""
        self._doubtful = False
        """Whether something has come back, and nothing has been evaluated with it yet."""

    def come_back(self, tokens: Sequence[int]) -> None:
        """Take what was kept of these tokens into the cache, if that is empty."""
        if self.file is None or self._cache.cells:
            return
        sequence, _ = self._cache.vacate(keep=())
        scratch, _ = self._cache.vacate(keep={sequence})
        self._cache.begin(sequence)
        with contextlib.suppress(OSError):
            self._restore(self.file, tokens, sequence, scratch)
        self._cache.visit(sequence)

    def _restore(self, file: KeptCache, tokens: Sequence[int], sequence: int, scratch: int) -> None:
        for part in file.shared(tokens):
            data = file.data(part)
            if data is None:
                return
            if not part.tokens:
                self._tips.keep(tokens[: part.start], np.frombuffer(data, np.float32))
                continue
            if not self._doubtful:
                file.doubt(True)
                self._doubtful = True
            if not self._model.restore(sequence, data, scratch):
                return
            self._cache.extend(sequence, part.tokens)

    def worked(self) -> None:
        """Something was evaluated: what came back has not ended the process."""
        if self._doubtful and self.file is not None:
            self._doubtful = False
            with contextlib.suppress(OSError):
                self.file.doubt(False)

    def keep(self, path: Sequence[int], *, to_the_end: bool) -> Iterator[None]:
        """Keep the cache of a path, in steps; the last tokens only `to_the_end`, for they change all the time, and the
        logits with the last token."""
        sequence, length = self._cache.nearest(path)
        if self.file is None or sequence is None or length < len(path):
            return
        done = sum(len(part.tokens) for part in self.file.shared(path))
        if self._model.rolls_back:
            upto = length if to_the_end else length - length % _TOGETHER
            if done == upto and not to_the_end:
                return
            self.file.cut(path)
            yield from self._keep_parts(self.file, path, sequence, done, upto)
        elif length - done >= (1 if to_the_end else _TOGETHER):  # a state, which only all of the path leads to
            self.file.cut(())
            if self._keep_part(self.file, path, sequence, 0, length):
                self._keep_tips(self.file, path)
            yield

    def _keep_parts(self, file: KeptCache, path: Sequence[int], sequence: int, done: int, upto: int) -> Iterator[None]:
        while done < upto:
            end = min(done - done % _TOGETHER + _TOGETHER, upto)
            if not self._keep_part(file, path, sequence, done, end):
                return
            done = end
            yield
        if done == len(path):
            self._keep_tips(file, path)

    def _keep_part(self, file: KeptCache, path: Sequence[int], sequence: int, start: int, end: int) -> bool:
        scratch, cuts = self._cache.vacate(keep={sequence})
        for gone, begin in cuts:
            self._model.cut(gone, begin)
        return file.add(start, path[start:end], self._model.state(sequence, start, end, scratch))

    def _keep_tips(self, file: KeptCache, path: Sequence[int]) -> None:
        for end in (len(path) - 1, len(path)):  # the last token may be another one by the next time
            if (row := self._tips.get(path[:end])) is not None:
                file.add(end, (), row.tobytes())
