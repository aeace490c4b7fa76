"""The resident paths: contexts evaluated once and kept in the cache, the logits of their tips at hand."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from cyborg_tui.engine.cache import Cache
from cyborg_tui.engine.llama import Floats, Llama, NoRoomError
from cyborg_tui.engine.protocol import EngineEvent, PromptProgress
from cyborg_tui.engine.protocol import WireSegment as Segment
from cyborg_tui.engine.window import left_out

__all__ = ["Interrupted", "Resident", "Say"]

_LONGEST_CHUNK = 0.3
"""Seconds of prompt evaluated without looking whether something else is wanted."""
_SHORTEST_CHUNK = 8
_TIPS = 24
"""Rows of logits kept, so that another fan from the same place evaluates nothing."""
_LEAST_BESIDE = 256
"""Cells that may hold other paths, however short this one is; see `Resident._shrink`."""
Say = Callable[[EngineEvent], None]


class Interrupted(Exception):
    """Something else is wanted now."""


class Resident:
    """What one model has read and still remembers."""

    def __init__(self, model: Llama, say: Say, wanted_elsewhere: Callable[[], bool]) -> None:
        self.model = model
        self._say = say
        self._wanted_elsewhere = wanted_elsewhere
        self._cache = Cache(model.sequences)
        self._tips: OrderedDict[tuple[int, ...], Floats] = OrderedDict()
        self._tokens_per_s = 0.0

    def tokens_of(self, context: Sequence[Segment]) -> tuple[list[int], bool]:
        """The context's tokens, and whether it ends in text that was typed and may be healed."""
        model = self.model
        tokens: list[int] = []
        typed = b""
        for segment in (*context, None):
            known = segment is not None and segment.tokens and segment.vocabulary == model.identity.vocabulary
            if segment is not None and not known:
                typed += segment.text
                continue
            if typed:
                tokens += model.tokenize(typed, at_start=not tokens)
                if segment is None:
                    break
                typed = b""
            if segment is not None:
                tokens += segment.tokens
        if model.adds_bos or not tokens:
            tokens.insert(0, model.bos if model.bos >= 0 else max(model.eos, 0))
        return tokens, bool(typed)

    def prepare(self, context: Sequence[Segment]) -> int:
        """Evaluate a context ahead of the key. Returns its length in tokens."""
        tokens, typed = self.tokens_of(context)
        tokens, _ = self.in_window(tokens, 32)
        self.evaluate(tokens, None, rows=2 if typed and len(tokens) > 1 else 1)
        return len(tokens)

    def in_window(self, tokens: list[int], longest: int) -> tuple[list[int], int]:
        budget = max(8, self.model.window - min(longest, self.model.window // 2))
        cut = left_out(tokens, budget, lambda token: self.model.pieces[token].endswith(b"\n"))
        return (tokens[cut:], cut) if cut else (tokens, 0)

    def evaluate(self, tokens: list[int], fan: int | None, *, rows: int = 1) -> tuple[int, int]:
        """Have `tokens` in the cache, and the rows of logits of the last `rows` of them at hand. Returns the sequence
        that holds them and how many were there already. Raises Interrupted."""
        self._shrink(tokens)
        sequence, shared = self._cache.nearest(tokens, whole=not self.model.rolls_back)
        missing = next((i for i in range(rows, 0, -1) if tuple(tokens[: len(tokens) - i + 1]) not in self._tips), 0)
        start = min(shared, len(tokens) - missing)
        sequence = self._place_for(tokens, sequence, start)
        start = len(self._cache.held(sequence))
        done = start
        while done < len(tokens):
            if self._wanted_elsewhere():
                raise Interrupted
            self._progress(fan, done, len(tokens), done - start)
            size = min(self._chunk(), len(tokens) - done)
            at = time.perf_counter()
            piece = tokens[done : done + size]
            last = len(tokens) - rows
            self.decode([(t, done + i, sequence, done + i >= last) for i, t in enumerate(piece)], {sequence})
            for i in range(max(0, last - done), size):
                self._keep_tip(tokens[: done + i + 1], self.model.row(i))
            self._cache.extend(sequence, piece)
            done += size
            if size >= _SHORTEST_CHUNK:
                self._tokens_per_s = size / max(1e-6, time.perf_counter() - at)
        if done - start >= 16 and fan is not None:
            self._say(PromptProgress(fan, len(tokens), len(tokens), 0.0))
        self._cache.use(sequence)
        return sequence, start

    def _shrink(self, tokens: Sequence[int]) -> None:
        """Every step goes over the cells of other paths too (1,000 of them take 5 % beside a context of 512 tokens), so
        they get half as many as this path needs."""
        if self.model.rolls_back:
            for sequence in self._cache.shrink(tokens, max(_LEAST_BESIDE, len(tokens) // 2)):
                self.model.cut(sequence, 0)

    def _place_for(self, tokens: Sequence[int], sequence: int | None, start: int) -> int:
        """A sequence that holds just the first `start` tokens."""
        model, cache = self.model, self._cache
        if sequence is not None and len(cache.held(sequence)) == start:
            return sequence
        target = cache.vacant(keep=() if sequence is None else (sequence,))
        cache.forget(target)
        if sequence is not None and start and model.rolls_back:
            model.copy(sequence, target, start)
        else:
            model.cut(target, 0)
            start = 0
        cache.hold(target, tokens[:start])
        return target

    def _chunk(self) -> int:
        if not self._tokens_per_s:
            return min(16, self.model.batch_size)
        return max(_SHORTEST_CHUNK, min(self.model.batch_size, int(self._tokens_per_s * _LONGEST_CHUNK)))

    def _progress(self, fan: int | None, done: int, total: int, since_start: int) -> None:
        if since_start or total - done > self._chunk():
            left = (total - done) / self._tokens_per_s if self._tokens_per_s else None
            self._say(PromptProgress(fan, done, total, left))

    def decode(self, batch: Sequence[tuple[int, int, int, bool]], keep: set[int]) -> None:
        """Evaluate; if the cache is full, the least recently used sequences go."""
        while True:
            try:
                self.model.decode(batch)
                return
            except NoRoomError:
                oldest = self._cache.oldest(keep)
                if oldest is None:
                    raise
                self._cache.forget(oldest)
                self.model.cut(oldest, 0)

    def _keep_tip(self, tokens: Sequence[int], row: Floats) -> None:
        self._tips[tuple(tokens)] = row
        while len(self._tips) > _TIPS:
            self._tips.popitem(last=False)

    def tip(self, tokens: Sequence[int]) -> Floats:
        """The row of logits after `tokens`, which have just been evaluated; shape (vocabulary,)."""
        return self._tips[tuple(tokens)]

    def branch_off(self, trunk: int, tokens: Sequence[int], keep: set[int]) -> int:
        """A new sequence that shares `tokens` with the beginning of `trunk`; none of `keep` gives way for it."""
        sequence = self._cache.vacant(keep)
        self._cache.forget(sequence)
        self.model.copy(trunk, sequence, len(tokens) if self.model.rolls_back else -1)
        self._cache.hold(sequence, tokens)
        return sequence

    def extend(self, sequence: int, tokens: Sequence[int]) -> None:
        """These tokens were evaluated at the end of a sequence."""
        self._cache.extend(sequence, tokens)
