"""Making fans: the prefix evaluated once, the branches decoded together, one batch a step."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from cyborg_tui.engine.banning import Bans
from cyborg_tui.engine.biases import Biases
from cyborg_tui.engine.drawing import Beginnings, begins_inside
from cyborg_tui.engine.growing import GrowingBranch, Line
from cyborg_tui.engine.healing import Vocabulary
from cyborg_tui.engine.llama import Floats, Llama, NoNumbersError, NoRoomError
from cyborg_tui.engine.protocol import (
    BranchEnded,
    FanEnded,
    FanRequest,
    FanStats,
    Grew,
    Refused,
    Remark,
    Start,
    WireSegment,
    digest,
)
from cyborg_tui.engine.recording import Distribution, Recorder
from cyborg_tui.engine.resident import Interrupted, Resident, Say
from cyborg_tui.engine.samplers import BadGrammarError, Sampler
from cyborg_tui.engine.scoring import Scoring
from cyborg_tui.engine.seeds import branch_seed
from cyborg_tui.engine.together import Together, mixed
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
        self.recorder = Recorder(model.pieces)
        self._vocabulary: Vocabulary | None = None
        self.scoring = Scoring(self.resident, self.recorder, say, wanted_elsewhere)

    def fan(self, request: FanRequest, steered_by: tuple[str, ...] = ()) -> None:
        """Make a fan and report it as it grows. `steered_by`: on record with it."""
        self.resident.make_room(request.settings.width * request.settings.max_tokens * (1 + len(request.beside)))
        fan = self._plan(request)
        fan.stats = msgspec.structs.replace(fan.stats, steered_by=steered_by)
        finish, wrong = None, self._no_room_for(fan)
        if self.model.exact:
            self.resident.forget()
        try:
            if not wrong:
                self._make(fan, _end_of(request.context))
        except Interrupted:
            finish = Finish.CANCELLED
        except NoRoomError:
            finish = Finish.TOKENS
            self._say(Remark("There was no memory for branches as long as they may be; ask for fewer or shorter ones."))
        except NoNumbersError:
            wrong = "The model computes no numbers here; its file is damaged."
            self.resident.forget()
        except BadGrammarError:
            wrong = "llama.cpp cannot use this grammar; change fan.grammar."
        finally:
            for branch in fan.branches:
                branch.close()
        self._say(FanEnded(request.id, Finish.INTERRUPTED if wrong else finish, self._spent(fan), self.resident.held))
        if wrong:
            self._say(Refused(wrong))

    def _plan(self, request: FanRequest) -> "_Fan":
        settings = request.settings
        together = Together(
            self.resident,
            request.context,
            request.beside,
            settings.mix,
            width=settings.width,
            longest=settings.max_tokens,
            left_out=request.left_out,
            following=request.following,
        )
        tokens = together.own.tokens
        longest = min(settings.max_tokens, self.model.window - len(tokens))
        inside = together.typed and len(tokens) > 1 and begins_inside(self.model.pieces[tokens[-1]])
        heal = inside and together.ends_alike and self.model.rolls_back and not settings.sampling.grammar
        stats = FanStats(
            len(tokens), left_out_tokens=together.own.left_out, digest=digest(tokens), beside=together.seen_beside
        )
        fan = _Fan(
            request.id, replace(settings, max_tokens=longest), request.seed, together, request.begun, heal, stats
        )
        fan.counted = self.model.counters().total
        return fan

    def _no_room_for(self, fan: "_Fan") -> str:
        """Why so many branches after so many contexts cannot be; empty if they can."""
        contexts = 1 + len(fan.together.others)
        most = (self.model.sequences - contexts - 1) // contexts
        if fan.settings.width <= most:
            return ""
        return f"With {contexts} contexts at a time this model can have {most} branches at most; ask for fewer."

    def _make(self, fan: "_Fan", before: str) -> None:
        """`before`: the end of the context's text. Raises Interrupted, NoRoomError, NoNumbersError, BadGrammarError."""
        reused = fan.together.evaluate(fan.id, rows=2 if fan.heal else 1)
        prefill = time.perf_counter() - fan.began
        fan.stats = msgspec.structs.replace(fan.stats, reused_tokens=reused, prefill_s=prefill)
        self._begin(fan, before)
        self._report(fan)
        fan.stats = msgspec.structs.replace(fan.stats, first_token_s=time.perf_counter() - fan.began)
        self._grow(fan)

    def _spent(self, fan: "_Fan") -> FanStats:
        spent = time.perf_counter() - fan.began - fan.stats.prefill_s
        drawn = sum(branch.drawn for branch in fan.branches)
        return msgspec.structs.replace(
            fan.stats,
            evaluated_tokens=self.model.counters().total - fan.counted,
            decode_s=spent,
            tokens_per_s=drawn / spent if spent > 0 and drawn else 0.0,
        )

    def _begin(self, fan: "_Fan", before: str) -> None:
        """The branches, each with its first token drawn. `before`: the end of the context's text."""
        settings, tokens, heal = fan.settings, fan.tokens, fan.heal
        if heal and self._vocabulary is None:
            self._vocabulary = Vocabulary(self.model.pieces)
        piece = self.model.pieces[tokens[-1]]
        fan.beginnings = beginnings = Beginnings(
            fan.together.tip, self.recorder, tokens[-1], piece, self._vocabulary if heal else None
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
            self._branch_off(fan, branch)

    def _branch_off(self, fan: "_Fan", branch: GrowingBranch) -> None:
        """Have it begin after the contexts."""
        inside = len(fan.tokens) - branch.begin
        branch.sequence = self.resident.branch_off(fan.together.own.trunk, branch.begin, fan.kept)
        branch.beside = []
        for one in fan.together.others:
            begin = len(one.tokens) - inside
            branch.beside.append(Line(self.resident.branch_off(one.trunk, begin, fan.kept), begin))

    def _accept(self, branch: GrowingBranch, token: int, row: Floats, before: Distribution) -> bool:
        piece = self.model.pieces[token]
        drawn = before.drawn(token, len(piece), float(row[token]))
        return branch.accept(drawn, piece, ends_text=self.model.ends_text(token))

    def _grow(self, fan: "_Fan") -> None:
        while living := fan.living:
            if self._wanted_elsewhere():
                raise Interrupted
            for branch in living:
                branch.fresh = branch.last
            ended = [one for one in fan.branches if one.finish is not None and one.sequence >= 0]
            padding = ended if self.model.exact else []  # each step is as wide as the first
            for one in padding:
                one.fresh = 0
            rows = self._step(fan, [*living, *padding])
            before = [self.recorder.read(row) for row in rows[: len(living)]]
            for one in padding:
                one.evaluated += 1
            for at, (branch, row, distribution) in enumerate(zip(living, rows, before, strict=False)):
                branch.evaluated += 1
                branch.remember()
                token = branch.sampler.sample(at, row, branch.barred)
                if token is None:
                    branch.nothing_follows()
                elif not self._accept(branch, token, row, distribution):
                    self._go_back(fan, branch)
            self._report(fan)

    def _step(self, fan: "_Fan", branches: Sequence[GrowingBranch]) -> Floats:
        """Evaluate what is fresh of these branches, after each context. Returns the rows of logits after them, a view;
        in the batch those after the own context stand first."""
        count, contexts = len(branches), len(fan.together.weights)
        lines = [(branch, branch.lines[context]) for context in range(contexts) for branch in branches]
        batch = [(branch.fresh, line.begin + branch.evaluated, line.sequence, True) for branch, line in lines]
        self.resident.decode(batch, fan.kept)
        for branch, line in lines:
            self.resident.extend(line.sequence, [branch.fresh])
        rows = self.model.rows(count * contexts)
        if contexts > 1:
            parts = [rows[count * context : count * (context + 1)] for context in range(contexts)]
            mixed(fan.together.weights, parts, out=parts[0])
        return rows[:count]

    def _go_back(self, fan: "_Fan", branch: GrowingBranch) -> None:
        """A branch has gone back to where a banned phrase began: its sequences follow."""
        if branch.length == 0:
            branch.remember()
            start = Start(-1, branch.healed > 0)
            self._start(fan, branch, fan.beginnings.draw_again(branch.sampler, start, branch.barred))
        elif self.model.rolls_back:
            kept, done = fan.kept, branch.evaluated
            branch.sequence = self.resident.branch_off(branch.sequence, branch.begin + done, kept)
            for line in branch.beside:
                line.sequence = self.resident.branch_off(line.sequence, line.begin + done, kept | fan.kept)
        else:
            self._branch_off(fan, branch)
            self._read_again(fan, branch)

    def _read_again(self, fan: "_Fan", branch: GrowingBranch) -> None:
        """Evaluate its tokens from the first on, but for the last, after each context. Raises Interrupted."""
        tokens, size = branch.tokens[:-1], self.model.batch_size
        for line in branch.lines:
            for at in range(0, len(tokens), size):
                if self._wanted_elsewhere():
                    raise Interrupted
                piece = tokens[at : at + size]
                batch = [(token, line.begin + at + i, line.sequence, False) for i, token in enumerate(piece)]
                self.resident.decode(batch, fan.kept)
                self.resident.extend(line.sequence, piece)

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
    together: Together
    """Its contexts."""
    begun: tuple[Start, ...]
    heal: bool
    stats: FanStats
    """As far as they are known."""
    branches: list[GrowingBranch] = field(default_factory=list)
    beginnings: Beginnings = field(init=False)
    began: float = field(default_factory=time.perf_counter)
    counted: int = 0
    """What llama.cpp had evaluated before."""

    @property
    def tokens(self) -> list[int]:
        """The own context."""
        return self.together.own.tokens

    @property
    def living(self) -> list[GrowingBranch]:
        return [branch for branch in self.branches if branch.finish is None]

    @property
    def kept(self) -> set[int]:
        """Sequences that must not give way."""
        return self.together.trunks.union(line.sequence for branch in self.branches for line in branch.lines)


def _end_of(context: Sequence[WireSegment]) -> str:
    """The last characters of a context, as many as a banned phrase may have."""
    end = b""
    for segment in reversed(context):
        end = segment.text + end
        if len(end) > _LONGEST_PHRASE:
            break
    return decode(end)[-_LONGEST_PHRASE:]
