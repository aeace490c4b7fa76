"""Making fans: the prefix evaluated once, the branches decoded together, one batch a step."""

import time
from collections.abc import Callable
from dataclasses import replace

from cyborg_tui.engine.growing import GrowingBranch, branch_seed
from cyborg_tui.engine.healing import Vocabulary
from cyborg_tui.engine.llama import Floats, Llama, NoNumbersError, NoRoomError, Sampler
from cyborg_tui.engine.protocol import BranchEnded, FanEnded, FanRequest, FanStats, Grew, Refused, digest
from cyborg_tui.engine.recording import Distribution, Recorder
from cyborg_tui.engine.resident import Interrupted, Resident, Say
from cyborg_tui.engine.scoring import Scoring
from cyborg_tui.loom.fan import Finish, whole_characters
from cyborg_tui.loom.settings import FanSettings

__all__ = ["Fanning"]


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
        tokens, typed = self.resident.tokens_of(request.context)
        tokens, cut = self._in_window(tokens, request)
        longest = min(request.settings.max_tokens, self.model.window - len(tokens))
        settings = replace(request.settings, max_tokens=longest)
        heal = typed and len(tokens) > 1 and self.model.rolls_back
        branches: list[GrowingBranch] = []
        reused, prefill, first, finish, wrong = 0, 0.0, 0.0, None, ""
        if self.model.exact:
            self.resident.forget()
        try:
            trunk, reused = self.resident.evaluate(tokens, request.id, rows=2 if heal else 1)
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

    def _in_window(self, tokens: list[int], request: FanRequest) -> tuple[list[int], int]:
        if 0 <= request.left_out < len(tokens) and len(tokens) - request.left_out < self.model.window:
            return tokens[request.left_out :], request.left_out
        return self.resident.in_window(tokens, request.settings.max_tokens)

    def _begin(
        self, settings: FanSettings, fan_seed: int, tokens: list[int], trunk: int, *, heal: bool
    ) -> list[GrowingBranch]:
        """The branches, each with its first token drawn."""
        keep, branches = {trunk}, []
        row = self.resident.tip(tokens)
        before = self._recorder.read(row)
        for index in range(settings.width):
            seed = branch_seed(fan_seed, index)
            sampler = Sampler(self.model, settings.sampling, seed, tokens[-settings.sampling.repetition_window :])
            branch = GrowingBranch(index, seed, sampler, settings, len(tokens))
            if not (heal and self._draw_healed(branch, tokens)):
                token = sampler.draw(row)
                self._accept(branch, token, row, before)
            branch.sequence = self.resident.branch_off(trunk, branch.position, keep)
            keep.add(branch.sequence)
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
        row = self.resident.tip(tokens[:-1])
        candidates = [(token, float(row[token])) for token in (last, *self._vocabulary.longer(beginning))]
        token = branch.sampler.draw(candidates)
        if token == last:
            return False
        branch.position -= 1
        branch.healed = len(lead)
        self._accept(branch, token, row, self._recorder.read(row))
        return True

    def _accept(self, branch: GrowingBranch, token: int, row: Floats, before: Distribution) -> None:
        piece = self.model.pieces[token]
        drawn = before.drawn(token, len(piece), float(row[token]))
        branch.accept(drawn, piece, ends_text=self.model.ends_text(token))

    def _grow(self, fan: int, branches: list[GrowingBranch]) -> None:
        model = self.model
        keep = {branch.sequence for branch in branches}
        while living := [branch for branch in branches if branch.finish is None]:
            if self._wanted_elsewhere():
                raise Interrupted
            batch = branches if model.exact else living  # always as wide: the others only fill it up
            self.resident.decode([(branch.next, branch.position, branch.sequence, True) for branch in batch], keep)
            rows = model.rows(len(batch))
            for i, branch in enumerate(batch):
                self.resident.extend(branch.sequence, (branch.next,))
                branch.position += 1
                if branch.finish is None:
                    token = branch.sampler.sample(i)
                    self._accept(branch, token, rows[i], self._recorder.read(rows[i]))
            self._report(fan, branches)

    def _report(self, fan: int, branches: list[GrowingBranch]) -> None:
        growth = tuple(grown for branch in branches if (grown := branch.growth()) is not None)
        if growth:
            self._say(Grew(fan, growth))
        for branch in branches:
            if branch.finish is not None and not branch.reported:
                branch.reported = True
                self._say(BranchEnded(fan, branch.index, branch.finish))
