"""The resident paths: contexts evaluated once and kept in the cache, the logits of their tips at hand."""

import time
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from typing import NamedTuple

from cyborg_tui.engine.cache import Cache, Cut
from cyborg_tui.engine.free_memory import free_memory
from cyborg_tui.engine.keeping import Keeping
from cyborg_tui.engine.llama import Floats, HaltedError, Llama, NoRoomError
from cyborg_tui.engine.protocol import EngineEvent, Held, PromptProgress
from cyborg_tui.engine.protocol import WireSegment as Segment
from cyborg_tui.engine.tips import Tips
from cyborg_tui.engine.window import Window, left_out

__all__ = ["FrameTooLong", "Interrupted", "Resident", "Say", "Told"]

_FIRST_CHUNK = 0.3
"""Seconds of prompt evaluated together; without looking whether something else is wanted, if that cannot be halted."""
_LONGEST_CHUNK = 2.0
"""The same of later ones that can; so often it is told how far it is."""
_SHORTEST_CHUNK = 8
_EXACT_CHUNK = 32
"""Tokens of prompt evaluated together where that must always be the same: in other chunks, other tokens are drawn."""
_LEAST_OF_TEXT = 64
"""Tokens of the manuscript for which a frame must leave room."""
_PART = 0.5
"""Of the free memory that may be taken for longer or more branches."""
_LEAST_BESIDE = 256
"""Cells that may hold other paths, however short this one is; see `Resident._budget`."""
Say = Callable[[EngineEvent], None]


class Interrupted(Exception):
    """Something else is wanted now."""


class FrameTooLong(Exception):
    """What stands before the manuscript leaves no room for it. The message is for the person."""

    def __init__(self, tokens: int, window: int) -> None:
        super().__init__(
            f"The frame has {tokens:,} tokens, and the model's window {window:,}: no room is left for the manuscript. "
            "F4 shortens it."
        )


class Told(NamedTuple):
    """A context as tokens."""

    tokens: list[int]
    head: int
    """So many of them stand before what may be left out of the window."""
    typed: bool
    """Whether it ends in text that was typed and may be healed."""

    @property
    def own(self) -> list[int]:
        """What may be left out."""
        return self.tokens[self.head :] if self.head else self.tokens


class Resident:
    """What one model has read and still remembers."""

    def __init__(self, model: Llama, say: Say, wanted_elsewhere: Callable[[], bool]) -> None:
        self.model = model
        self._say = say
        self._wanted_elsewhere = wanted_elsewhere
        self._cache = Cache(model.sequences, rolls_back=model.rolls_back)
        self._tips = Tips()
        self._tokens_per_s = 0.0
        self._length = 0
        """Of the path evaluated last."""
        self._window = Window()
        self._head = 0
        """So many tokens of it stand before what may be left out."""
        self._path: list[int] = []
        """What is seen of the path that is being written."""
        self._longest = 0
        """What the next window will have room for."""
        self.keeping = Keeping(model, self._cache, self._tips)
        self._also = 0
        """Cells beside this path that the next window takes."""
        self._steered = False

    def steer(self, key: Hashable) -> None:
        """The model is steered in another way from now on, or not at all (None). What was read in this way before, and
        is still held, need not be read again; what was read in another way is of no use."""
        self._steered = key is not None
        self._cache.turn_to(key)
        self._tips.turn_to(key)

    @property
    def held(self) -> Held:
        """What the cache holds now."""
        cache, model = self._cache, self.model
        return Held(cache.paths, cache.cells, self._budget(self._length), model.cells, model.cell_bytes)

    def tokens_of(self, context: Sequence[Segment]) -> Told:
        """The tokens of a context."""
        model = self.model
        tokens: list[int] = []
        head = 0
        typed, stays = b"", bool(context) and context[0].stays
        for segment in (*context, None):
            known = segment is not None and segment.tokens and segment.vocabulary == model.identity.vocabulary
            if segment is not None and not known and segment.stays == stays:
                typed += segment.text
                continue
            if typed:
                tokens += model.tokenize(typed, at_start=not tokens)
            if segment is None:
                break
            if stays and not segment.stays:
                head = len(tokens)
            typed, stays = b"" if known else segment.text, segment.stays
            if known:
                tokens += segment.tokens
        if stays:
            head = len(tokens)
        if model.adds_bos or not tokens:
            tokens.insert(0, model.bos if model.bos >= 0 else max(model.eos, 0))
            head += 1 if head else 0
        return Told(tokens, head, bool(typed))

    def forget(self) -> None:
        """Begin with an empty cache; also where no numbers were computed, which would spread in it."""
        self.model.clear()
        self._cache.clear()
        self._tips.clear()

    def make_room(self, room: int) -> None:
        """Have so many cells for branches, if there is memory for them. What is held of the path that is being written
        stays; other paths go."""
        model = self.model
        if room <= model.room or not model.cell_bytes or self._steered:  # a new context would not be steered
            return
        sequence, length = self._cache.nearest(self._path)
        free = free_memory()
        if free is not None and (room - model.room + length) * model.cell_bytes > _PART * free:
            return
        state = b""
        if sequence is not None:
            scratch, cuts = self._cache.vacate({sequence})
            self._cut(cuts)
            state = model.state(sequence, 0, length, scratch)
        model.make_room(room)
        self._cache.clear()
        if state:
            sequence, _ = self._cache.vacate(())
            scratch, _ = self._cache.vacate({sequence})
            self._cache.begin(sequence)
            if model.restore(sequence, state, scratch):
                self._cache.extend(sequence, self._path[:length])
            self._cache.visit(sequence)

    def in_window(self, told: Told, longest: int, most: int | None = None) -> tuple[list[int], int]:
        """What is seen of a path if there must be room for branches of up to `longest` tokens after it, and how many
        tokens are not: from the end of its head on. `most`: so many tokens in all, where that is less than the window.
        Raises FrameTooLong."""
        self._longest = self._room(told, longest, most)
        place = left_out if self.model.exact else self._window.place
        cut = place(told.own, self._longest, self._ends_paragraph)
        self._path = [*told.tokens[: told.head], *told.own[cut:]] if cut else told.tokens
        self._head = told.head
        return self._path, cut

    def end_of(self, told: Told, most: int) -> tuple[list[int], int]:
        """As `in_window`, of a path that is only read beside the one that is being written. Raises FrameTooLong."""
        cut = left_out(told.own, self._room(told, 0, most), self._ends_paragraph)
        return [*told.tokens[: told.head], *told.own[cut:]], cut

    def nearest(self, tokens: Sequence[int]) -> int | None:
        """The sequence that is best gone on from to these tokens."""
        return self._cache.nearest(tokens)[0]

    def keep(self, *, to_the_end: bool) -> Iterator[None]:
        """Keep the cache of this path until the next time, in steps; its last tokens only `to_the_end`."""
        return iter(()) if self._steered else self.keeping.keep(self._path, to_the_end=to_the_end)

    def left_out(self, told: Told, longest: int, most: int | None = None) -> int:
        """How many tokens `in_window` would leave out; nothing changes by asking. Raises FrameTooLong."""
        where = left_out if self.model.exact else self._window.where
        return where(told.own, self._room(told, longest, most), self._ends_paragraph)

    def _room(self, told: Told, longest: int, most: int | None = None) -> int:
        """Tokens of the manuscript that can be seen. Raises FrameTooLong."""
        window = self.model.window
        seen = window - min(longest, window // 2)
        seen = seen if most is None else min(seen, most)
        room = max(8, seen - told.head)
        if told.head and room < min(_LEAST_OF_TEXT, window // 4):
            raise FrameTooLong(told.head, window if most is None else min(window, most))
        return room

    def prepare_next_window(self) -> Iterator[None]:
        """If the window is nearly full, have the shorter one that comes after it in the cache, beside it."""
        path, head = self._path, self._path[: self._head]
        own = path[self._head :]
        at = None if self.model.exact else self._window.next(own, self._longest, self._ends_paragraph)
        self._also = len(path) if at is not None and self.model.rolls_back else 0
        if self._also:
            self.evaluate([*head, *own[at:]], None, quietly=True)
            yield

    def _ends_paragraph(self, token: int) -> bool:
        return self.model.pieces[token].endswith(b"\n")

    def time_step(self, width: int) -> float | None:
        """Seconds of a step with so many branches at the end of the path evaluated last; the quicker of two. None if
        that cannot be found out now. Raises Interrupted."""
        trunk, length = self._cache.nearest(self._path)
        if trunk is None or length < len(self._path):
            return None
        keep: set[int] = {trunk}
        seconds: list[float] = []
        try:
            for _ in range(width):
                keep.add(self.branch_off(trunk, length, keep))
            branches = sorted(keep - {trunk})
            for step in range(2):
                if self._wanted_elsewhere():
                    raise Interrupted
                began = time.perf_counter()
                batch = [(self._path[-1], length + step, branch, True) for branch in branches]
                self.decode(batch, keep, may_halt=True)
                seconds.append(time.perf_counter() - began)
        finally:
            for branch in keep - {trunk}:
                self._cache.forget(branch)
                self.model.cut(branch, 0)
        return min(seconds)

    def evaluate(
        self,
        tokens: list[int],
        fan: int | None,
        *,
        rows: int = 1,
        quietly: bool = False,
        keep: Collection[int] = (),
    ) -> tuple[int, int]:
        """Have `tokens` in the cache, and the rows of logits of the last `rows` of them at hand; nothing of the
        sequences in `keep` gives way for them. Returns the sequence that holds them and how many were there already.
        Raises Interrupted."""
        self._length = len(tokens)
        if not self._steered:
            self.keeping.come_back(tokens)
        if self.model.rolls_back:
            self._cut(self._cache.shrink(tokens, self._budget(len(tokens)), keep))
        near, shared = self._cache.nearest(tokens)
        missing = next((i for i in range(rows, 0, -1) if self._tips.get(tokens[: len(tokens) - i + 1]) is None), 0)
        sequence, start = self._place_for(near, min(shared, len(tokens) - missing), keep)
        done, began = start, time.perf_counter()
        while done < len(tokens):
            if self._wanted_elsewhere():
                raise Interrupted
            if not quietly:
                self._progress(fan, done, len(tokens), done - start)
            at = time.perf_counter()
            size = min(self._chunk(at - began), len(tokens) - done)
            piece = tokens[done : done + size]
            last = len(tokens) - rows
            batch = [(t, done + i, sequence, done + i >= last) for i, t in enumerate(piece)]
            self.decode(batch, {sequence, *keep}, may_halt=True)
            for i in range(max(0, last - done), size):
                self._tips.keep(tokens[: done + i + 1], self.model.row(i))
            self._cache.extend(sequence, piece)
            done += size
            if size >= _SHORTEST_CHUNK:
                self._tokens_per_s = size / max(1e-6, time.perf_counter() - at)
        if done - start >= 16 and fan is not None:
            self._say(PromptProgress(fan, len(tokens), len(tokens), 0.0))
        self._cache.visit(sequence)
        return sequence, start

    def _budget(self, length: int) -> int:
        """Cells that other paths may have beside one of this length. Every step goes over them too (1,000 of them take
        5 % beside a context of 512 tokens), so they are half as many as the path itself needs, within the setting."""
        return min(self.model.beside, max(_LEAST_BESIDE, length // 2)) + self._also

    def _place_for(self, near: int | None, start: int, keep: Collection[int]) -> tuple[int, int]:
        """A sequence that holds just the first `start` tokens of the one nearest to what is wanted, and how many those
        are: none if that one cannot be cut."""
        model, cache = self.model, self._cache
        whole = near is not None and cache.length(near) == start
        if near is not None and whole and near not in keep:
            return near, start
        target, cuts = cache.vacate(keep=keep if near is None else {near, *keep})
        self._cut(cuts)
        if near is None or not start or not (model.rolls_back or whole):
            cache.begin(target)
            return target, 0
        model.copy(near, target, start if model.rolls_back else -1)
        cache.fork(near, target, start)
        return target, start

    def _cut(self, cuts: Sequence[Cut]) -> None:
        for sequence, start in cuts:
            self.model.cut(sequence, start)

    def _chunk(self, so_far: float = 0.0) -> int:
        """Tokens of the next one; large ones take up to a third less time, but halting one loses what was computed of
        it: after the first, never more than was read before it. `so_far`: seconds for which it has been read."""
        if self.model.exact:
            return _EXACT_CHUNK
        if not self._tokens_per_s:
            return min(16, self.model.batch_size)
        seconds = min(_LONGEST_CHUNK, max(_FIRST_CHUNK, so_far)) if self.model.halts else _FIRST_CHUNK
        return max(_SHORTEST_CHUNK, min(self.model.batch_size, int(self._tokens_per_s * seconds)))

    def _progress(self, fan: int | None, done: int, total: int, since_start: int) -> None:
        if since_start or total - done > self._chunk():
            left = (total - done) / self._tokens_per_s if self._tokens_per_s else None
            self._say(PromptProgress(fan, done, total, left))

    def decode(self, batch: Sequence[tuple[int, int, int, bool]], keep: set[int], *, may_halt: bool = False) -> None:
        """Evaluate; if the cache is full, what was used longest ago goes, and nothing of the sequences in `keep`. With
        `may_halt`, raises Interrupted as soon as something else is wanted that cannot use it; nothing of the batch is
        held then."""
        while True:
            try:
                self.model.decode(batch, may_halt=may_halt)
                self.keeping.worked()
                return
            except HaltedError:
                raise Interrupted from None
            except NoRoomError:
                cuts = self._cache.make_room(keep)
                if not cuts:
                    raise
                self._cut(cuts)

    def tip(self, tokens: Sequence[int]) -> Floats:
        """The row of logits after `tokens`, which have just been evaluated; shape (vocabulary,)."""
        row = self._tips.get(tokens)
        assert row is not None
        return row

    def branch_off(self, trunk: int, length: int, keep: set[int]) -> int:
        """A new sequence that shares the first `length` tokens of `trunk`; none of `keep` gives way for it."""
        sequence, cuts = self._cache.vacate(keep)
        self._cut(cuts)
        self.model.copy(trunk, sequence, length if self.model.rolls_back else -1)
        self._cache.fork(trunk, sequence, length)
        return sequence

    def extend(self, sequence: int, tokens: Sequence[int]) -> None:
        """These tokens were evaluated at the end of a sequence."""
        self._cache.extend(sequence, tokens)
