"""Making fans: the prefix evaluated once, the branches decoded together, one batch a step."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from cyborg_tui.engine.banning import Bans
from cyborg_tui.engine.biases import Biases
from cyborg_tui.engine.drawing import Beginnings, begins_inside
from cyborg_tui.engine.growing import GrowingBranch
from cyborg_tui.engine.healing import Vocabulary
from cyborg_tui.engine.llama import Floats, Llama, NoNumbersError, NoRoomError
from cyborg_tui.engine.protocol import (
    BranchEnded,
    FanEnded,
    FanRequest,
    FanStats,
    Grew,
    Refused,
    Start,
    WireSegment,
    digest,
)
from cyborg_tui.engine.recording import Distribution, Recorder
from cyborg_tui.engine.resident import FrameTooLong, Interrupted, Resident, Say, Told
from cyborg_tui.engine.samplers import BadGrammarError, Sampler
from cyborg_tui.engine.scoring import Scoring
from cyborg_tui.engine.seeds import branch_seed
from cyborg_tui.loom.fan import Finish, decode
from cyborg_tui.loom.settings import FanSettings

__all__ = ["Fanning"]

_LONGEST_PHRASE = 200
"""Characters."""


class Fanning:
    """One model, kept busy."""

    def __init__(self, model: Llama, say: Say, wanted_elsewhere: Callable[[], bool]) -> None:
        self.model = model
        self.resident = Resident(model, say, wanted_elsewhere)
        self._say = say
        self._wanted_elsewhere = wanted_elsewhere
        self._recorder = Recorder(model.pieces)
        self._vocabulary: Vocabulary | None = None
        self.scoring = Scoring(self.resident, self._recorder, say, wanted_elsewhere)

    def fan(self, request: FanRequest) -> None:
        """Make a fan and report it as it grows."""
        began, counted = time.perf_counter(), self.model.counters().total
        told = self.resident.tokens_of(request.context)
        try:
            tokens, cut = self._in_window(told, request)
        except FrameTooLong as error:
            self._say(FanEnded(request.id, Finish.INTERRUPTED, FanStats(), self.resident.held))
            self._say(Refused(str(error)))
            return
        longest = min(request.settings.max_tokens, self.model.window - len(tokens))
        settings = replace(request.settings, max_tokens=longest)
        inside = told.typed and len(tokens) > 1 and begins_inside(self.model.pieces[tokens[-1]])
        heal = inside and self.model.rolls_back and not settings.sampling.grammar
        fan = _Fan(request.id, settings, request.seed, tokens, request.begun)
        reused, prefill, first, finish, wrong = 0, 0.0, 0.0, None, ""
        if self.model.exact:
            self.resident.forget()
        try:
            fan.trunk, reused = self.resident.evaluate(tokens, request.id, rows=2 if heal else 1)
            prefill = time.perf_counter() - began
            self._begin(fan, _end_of(request.context), heal=heal)
            self._report(fan)
            first = time.perf_counter() - began
            self._grow(fan)
        except Interrupted:
            finish = Finish.CANCELLED
        except NoRoomError:
            finish = Finish.TOKENS
        except NoNumbersError:
            finish, wrong = Finish.INTERRUPTED, "The model computes no numbers here; its file is damaged."
        except BadGrammarError:
            finish, wrong = Finish.INTERRUPTED, "llama.cpp cannot use this grammar; change fan.grammar."
        finally:
            for branch in fan.branches:
                branch.close()
        spent = time.perf_counter() - began - prefill
        drawn = sum(branch.drawn for branch in fan.branches)
        evaluated = self.model.counters().total - counted
        stats = FanStats(
            len(tokens),
            reused,
            evaluated,
            cut,
            digest(tokens),
            prefill,
            spent,
            first,
            drawn / spent if spent > 0 and drawn else 0.0,
        )
        self._say(FanEnded(request.id, finish, stats, self.resident.held))
        if wrong:
            self._say(Refused(wrong))

    def _in_window(self, told: Told, request: FanRequest) -> tuple[list[int], int]:
        """Raises FrameTooLong."""
        tokens, head, out = told.tokens, told.head, request.left_out
        if 0 <= out < len(tokens) - head and len(tokens) - out < self.model.window:
            return [*tokens[:head], *tokens[head + out :]], out
        return self.resident.in_window(told, request.settings.max_tokens)

    def _begin(self, fan: "_Fan", before: str, *, heal: bool) -> None:
        """The branches, each with its first token drawn. `before`: the end of the context's text."""
        settings, tokens = fan.settings, fan.tokens
        if heal and self._vocabulary is None:
            self._vocabulary = Vocabulary(self.model.pieces)
        fan.beginnings = beginnings = Beginnings(
            self.resident, self._recorder, tokens, self._vocabulary if heal else None
        )
        biases = Biases(settings.sampling, lambda text: self.model.tokenize(text, at_start=False))
        bans = Bans(settings.sampling.ban, before)
        for index in range(settings.width):
            seed = branch_seed(fan.seed, index)
            sampler = Sampler(self.model, settings.sampling, seed, tokens, biases)
            fan.branches.append(GrowingBranch(index, seed, sampler, settings, len(tokens), bans))
        for branch in fan.branches:
            branch.remember()
        samplers = [branch.sampler for branch in fan.branches]
        starts = beginnings.starts(samplers, settings.kind, fan.begun, settings.threshold)
        for branch, start in zip(fan.branches, starts, strict=False):
            self._start(fan, branch, start)
        for branch in fan.branches[len(starts) :]:
            branch.never_begins()

    def _start(self, fan: "_Fan", branch: GrowingBranch, start: Start | None) -> None:
        """Begin a branch; where its first token makes a banned phrase, with another."""
        while start is not None:
            inside = start.healed
            branch.begin = len(fan.tokens) - inside
            branch.healed = fan.beginnings.lead if inside else 0
            place = fan.beginnings.place(start)
            if self._accept(branch, start.token, place.row, place.before):
                break
            branch.remember()
            start = fan.beginnings.draw_again(branch.sampler, start, branch.barred)
        if start is None:
            branch.nothing_follows()
        if branch.finish is None:
            branch.sequence = self.resident.branch_off(fan.trunk, branch.begin, fan.kept)

    def _accept(self, branch: GrowingBranch, token: int, row: Floats, before: Distribution) -> bool:
        piece = self.model.pieces[token]
        drawn = before.drawn(token, len(piece), float(row[token]))
        return branch.accept(drawn, piece, ends_text=self.model.ends_text(token))

    def _grow(self, fan: "_Fan") -> None:
        model = self.model
        while living := fan.living:
            if self._wanted_elsewhere():
                raise Interrupted
            batch, ends = [], []
            for branch in living:
                branch.fresh = branch.unread
                at, last = branch.begin + branch.evaluated, len(branch.fresh) - 1
                batch += [(token, at + i, branch.sequence, i == last) for i, token in enumerate(branch.fresh)]
                ends.append(len(batch) - 1)
            ended = [one for one in fan.branches if one.finish is not None and one.sequence >= 0]
            padding = ended if model.exact else []  # each step is as wide as the first
            batch += [(0, one.begin + one.evaluated, one.sequence, True) for one in padding]
            self.resident.decode(batch, fan.kept)
            for one in padding:
                self.resident.extend(one.sequence, (0,))
                one.evaluated += 1
            rows = model.rows(len(living) + len(padding))[: len(living)]
            before = [self._recorder.read(row) for row in rows]
            for branch, end, row, distribution in zip(living, ends, rows, before, strict=True):
                self.resident.extend(branch.sequence, branch.fresh)
                branch.evaluated += len(branch.fresh)
                branch.remember()
                token = branch.sampler.sample(end, row, branch.barred)
                if token is None:
                    branch.nothing_follows()
                elif not self._accept(branch, token, row, distribution):
                    self._go_back(fan, branch)
            self._report(fan)

    def _go_back(self, fan: "_Fan", branch: GrowingBranch) -> None:
        """A branch has gone back to where a banned phrase began: its sequence follows."""
        if branch.length == 0:
            branch.remember()
            start = Start(-1, branch.healed > 0)
            self._start(fan, branch, fan.beginnings.draw_again(branch.sampler, start, branch.barred))
        elif self.model.rolls_back:
            length = branch.begin + branch.evaluated
            branch.sequence = self.resident.branch_off(branch.sequence, length, fan.kept)
        else:
            branch.evaluated = 0
            branch.sequence = self.resident.branch_off(fan.trunk, branch.begin, fan.kept)

    def _report(self, fan: "_Fan") -> None:
        growth = tuple(grown for branch in fan.branches if (grown := branch.growth()) is not None)
        if growth:
            self._say(Grew(fan.id, growth))
        for branch in fan.branches:
            if branch.finish is not None and not branch.told_end:
                branch.told_end = True
                self._say(BranchEnded(fan.id, branch.index, branch.finish))


@dataclass(slots=True)
class _Fan:
    """One that is being made."""

    id: int
    settings: FanSettings
    seed: int
    tokens: list[int]
    """Its context."""
    begun: tuple[Start, ...]
    trunk: int = -1
    """The sequence that holds the context."""
    branches: list[GrowingBranch] = field(default_factory=list)
    beginnings: Beginnings = field(init=False)

    @property
    def living(self) -> list[GrowingBranch]:
        return [branch for branch in self.branches if branch.finish is None]

    @property
    def kept(self) -> set[int]:
        """Sequences that must not give way."""
        return {self.trunk, *(branch.sequence for branch in self.branches)}


def _end_of(context: Sequence[WireSegment]) -> str:
    """The last characters of a context, as many as a banned phrase may have."""
    end = b""
    for segment in reversed(context):
        end = segment.text + end
        if len(end) > _LONGEST_PHRASE:
            break
    return decode(end)[-_LONGEST_PHRASE:]
