"""Making fans: the prefix evaluated once, the branches decoded together, one batch a step."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from cyborg_tui.engine.cache import Cache
from cyborg_tui.engine.growing import GrowingBranch, branch_seed
from cyborg_tui.engine.healing import Vocabulary
from cyborg_tui.engine.llama import Floats, Llama, NoNumbersError, NoRoomError, Sampler
from cyborg_tui.engine.protocol import (
    BranchEnded,
    EngineEvent,
    FanEnded,
    FanRequest,
    FanStats,
    Grew,
    PromptProgress,
    Refused,
)
from cyborg_tui.engine.protocol import WireSegment as Segment
from cyborg_tui.engine.window import left_out
from cyborg_tui.loom.fan import Finish, whole_characters
from cyborg_tui.loom.settings import FanSettings

__all__ = ["Fanning", "Interrupted"]

_LONGEST_CHUNK = 0.3
"""Seconds of prompt evaluated without looking whether something else is wanted."""
_SHORTEST_CHUNK = 8
_TIPS = 24
"""Rows of logits kept, so that another fan from the same place evaluates nothing."""
_LEAST_BESIDE = 256
"""Cells that may hold other paths, however short this one is; see `Fanning._shrink`."""
Say = Callable[[EngineEvent], None]


class Interrupted(Exception):
    """Something else is wanted now."""


class Fanning:
    """One model, kept busy."""

    def __init__(self, model: Llama, say: Say, wanted_elsewhere: Callable[[], bool]) -> None:
        self.model = model
        self._say = say
        self._wanted_elsewhere = wanted_elsewhere
        self._cache = Cache(model.sequences)
        self._tips: OrderedDict[tuple[int, ...], Floats] = OrderedDict()
        self._vocabulary: Vocabulary | None = None
        self._tokens_per_s = 0.0

    # contexts

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
        tokens, _ = self._in_window(tokens, 32)
        self.evaluate(tokens, None, rows=2 if typed and len(tokens) > 1 else 1)
        return len(tokens)

    def _in_window(self, tokens: list[int], longest: int) -> tuple[list[int], int]:
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
            self._decode([(t, done + i, sequence, done + i >= last) for i, t in enumerate(piece)], {sequence})
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

    def _decode(self, batch: Sequence[tuple[int, int, int, bool]], keep: set[int]) -> None:
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

    # fans

    def fan(self, request: FanRequest) -> None:
        """Make a fan and report it as it grows."""
        began, counted = time.perf_counter(), self.model.counters().total
        tokens, typed = self.tokens_of(request.context)
        tokens, cut = self._in_window(tokens, request.settings.max_tokens)
        longest = min(request.settings.max_tokens, self.model.window - len(tokens))
        settings = replace(request.settings, max_tokens=longest)
        heal = typed and len(tokens) > 1 and self.model.rolls_back
        branches: list[GrowingBranch] = []
        reused, prefill, first, finish, wrong = 0, 0.0, 0.0, None, ""
        try:
            trunk, reused = self.evaluate(tokens, request.id, rows=2 if heal else 1)
            prefill = time.perf_counter() - began
            branches = self._begin(settings, request.seed, tokens, trunk, heal=heal)
            self._report(request.id, branches)
            first = time.perf_counter() - began
            self._grow(request.id, branches)
        except Interrupted:
            finish = Finish.CANCELLED
        except NoRoomError:
            finish = Finish.TOKENS
        except NoNumbersError:
            finish, wrong = Finish.INTERRUPTED, "The model computes no numbers here; its file is damaged."
        finally:
            for branch in branches:
                branch.sampler.close()
        spent = time.perf_counter() - began - prefill
        drawn = sum(branch.drawn for branch in branches)
        evaluated = self.model.counters().total - counted
        stats = FanStats(
            len(tokens), reused, evaluated, cut, prefill, spent, first, drawn / spent if spent > 0 and drawn else 0.0
        )
        self._say(FanEnded(request.id, finish, stats))
        if wrong:
            self._say(Refused(wrong))

    def _begin(
        self, settings: FanSettings, fan_seed: int, tokens: list[int], trunk: int, *, heal: bool
    ) -> list[GrowingBranch]:
        """The branches, each with its first token drawn."""
        keep, branches = {trunk}, []
        row = self._tips[tuple(tokens)]
        for index in range(settings.width):
            seed = branch_seed(fan_seed, index)
            sampler = Sampler(self.model, settings.sampling, seed, tokens[-settings.sampling.repetition_window :])
            sequence = self._cache.vacant(keep)
            keep.add(sequence)
            branch = GrowingBranch(index, seed, sequence, sampler, settings, len(tokens))
            if not (heal and self._draw_healed(branch, tokens)):
                token = sampler.draw(row)
                self._accept(branch, token, logprob(row, token))
            prefix = tokens[: branch.position]
            self._cache.forget(sequence)
            self.model.copy(trunk, sequence, len(prefix) if self.model.rolls_back else -1)
            self._cache.hold(sequence, prefix)
            branches.append(branch)
        return branches

    def _draw_healed(self, branch: GrowingBranch, tokens: list[int]) -> bool:
        """Draw whether the context's last token stays. False if it does; else a longer one has taken its place."""
        last = tokens[-1]
        beginning = self.model.pieces[last]
        lead = whole_characters(beginning)
        if not lead or beginning[:1] == b"\n":
            return False
        if self._vocabulary is None:
            self._vocabulary = Vocabulary(self.model.pieces)
        row = self._tips[tuple(tokens[:-1])]
        candidates = [(token, float(row[token])) for token in (last, *self._vocabulary.longer(beginning))]
        token = branch.sampler.draw(candidates)
        if token == last:
            return False
        branch.position -= 1
        branch.healed = len(lead)
        self._accept(branch, token, logprob(row, token))
        return True

    def _accept(self, branch: GrowingBranch, token: int, chance: float) -> None:
        branch.accept(token, self.model.pieces[token], chance, ends_text=self.model.ends_text(token))

    def _grow(self, fan: int, branches: list[GrowingBranch]) -> None:
        model = self.model
        keep = {branch.sequence for branch in branches}
        while living := [branch for branch in branches if branch.finish is None]:
            if self._wanted_elsewhere():
                raise Interrupted
            self._decode([(branch.next, branch.position, branch.sequence, True) for branch in living], keep)
            rows = model.rows(len(living))
            top = rows.max(axis=1)
            if not np.isfinite(top).all():
                raise NoNumbersError
            normaliser = np.log(np.exp(rows - top[:, None]).sum(axis=1)) + top
            for i, branch in enumerate(living):
                self._cache.extend(branch.sequence, (branch.next,))
                branch.position += 1
                token = branch.sampler.sample(i)
                self._accept(branch, token, float(rows[i, token] - normaliser[i]))
            self._report(fan, branches)

    def _report(self, fan: int, branches: list[GrowingBranch]) -> None:
        growth = tuple(grown for branch in branches if (grown := branch.growth()) is not None)
        if growth:
            self._say(Grew(fan, growth))
        for branch in branches:
            if branch.finish is not None and not branch.reported:
                branch.reported = True
                self._say(BranchEnded(fan, branch.index, branch.finish))


def logprob(row: Floats, token: int) -> float:
    """The natural logarithm of a token's probability, from its row of logits."""
    top = row.max()
    return float(row[token] - top - np.log(np.exp(row - top).sum()))
