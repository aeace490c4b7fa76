"""The first tokens of a fan's branches: each drawn for itself, without replacement, or the likeliest of all."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from cyborg_tui.engine.healing import Vocabulary
from cyborg_tui.engine.llama import Floats
from cyborg_tui.engine.protocol import Start
from cyborg_tui.engine.recording import Distribution, Recorder
from cyborg_tui.engine.samplers import Sampler
from cyborg_tui.loom.fan import whole_characters
from cyborg_tui.loom.settings import FanKind

__all__ = ["Beginning", "Beginnings", "begins_inside"]

_ALL = 2.0
"""More than any probability."""
_CONSIDERED = 256
"""Of the likeliest tokens so many are asked of a grammar."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A place where branches begin: after the context, or before its last token, which a longer one replaces."""

    row: Floats
    before: Distribution


def begins_inside(piece: bytes) -> bool:
    """Whether a context that ends in this token, and was typed, may go on inside it."""
    return bool(whole_characters(piece)) and piece[:1] != b"\n"


class Beginnings:
    """Where the branches of one fan begin."""

    def __init__(
        self, tip: Callable[[int], Floats], recorder: Recorder, last: int, piece: bytes, inside: Vocabulary | None
    ) -> None:
        """`tip`: the row of logits after the context, or after all but so many tokens of it. `last`: its last token,
        which stands for `piece`. `inside`: set if that may be replaced by a longer one (see `healing`)."""
        self._recorder = recorder
        self._last = last
        self._here = self._read(tip(0))
        self._longer: list[int] = []
        self._inside: Beginning | None = None
        self.lead = 0
        """Characters that a longer token stands for which stood there already."""
        if inside is not None:
            self._longer, self.lead = inside.longer(piece), len(whole_characters(piece) or "")
            self._inside = self._read(tip(1))

    def place(self, start: Start) -> Beginning:
        """What a branch that starts so was drawn from."""
        return self._inside if start.healed and self._inside is not None else self._here

    def draw(self, sampler: Sampler, gone: Collection[Start]) -> Start | None:
        """One drawn by a branch's own sampler, none of `gone`. None: nothing can follow."""
        if self._inside is not None:
            barred = {start.token for start in gone if start.healed}
            token = sampler.draw(self._inside.row, barred, among=[self._last, *self._longer])
            if token is not None and token != self._last:
                return Start(token, True)
        token = sampler.draw(self._here.row, {start.token for start in gone if not start.healed})
        return None if token is None else Start(token, False)

    def draw_again(self, sampler: Sampler, start: Start, barred: Collection[int]) -> Start | None:
        """As `draw`, for one that began with `start`, which led to nothing."""
        if not start.healed or self._inside is None:
            return self.draw_here(sampler, barred)
        among = [token for token in self._longer if token not in barred]
        token = sampler.draw(self._inside.row, barred, among=among) if among else None
        return None if token is None else Start(token, True)

    def draw_here(self, sampler: Sampler, barred: Collection[int]) -> Start | None:
        token = sampler.draw(self._here.row, barred)
        return None if token is None else Start(token, False)

    def likeliest(self, sampler: Sampler, gone: Collection[Start], most: int, reach: float) -> list[Start]:
        """The likeliest that are not in `gone`, until their probability reaches `reach`, and at most so many. Biases
        and grammar count, other samplers do not."""
        chances = _softmax(sampler.weighed(self._here.row))
        count = min(len(chances), most + len(gone) + _CONSIDERED)
        top = [int(token) for token in np.argpartition(-chances, count - 1)[:count]]
        share, found = 1.0, []
        if self._inside is not None:
            among = [self._last, *self._longer]
            inside = _softmax(sampler.weighed(self._inside.row)[among])
            share = float(inside[0])
            found = [(float(p), Start(token, True)) for p, token in zip(inside[1:], self._longer, strict=True)]
        found += [(share * float(chances[token]), Start(token, False)) for token in sampler.allows(top)]
        chosen: list[Start] = []
        reached = 0.0
        for chance, start in sorted(found, key=lambda one: -one[0]):
            if len(chosen) == most or reached >= reach or chance <= 0:
                break
            if start not in gone:
                chosen.append(start)
                reached += chance
        return chosen

    def starts(
        self, samplers: Sequence[Sampler], kind: FanKind, gone: Collection[Start], reach: float
    ) -> list[Start | None]:
        """Where each of these branches begins; of a threshold fan perhaps fewer. None: nothing can follow."""
        if kind is FanKind.THRESHOLD:
            chosen = self.likeliest(samplers[0], gone, len(samplers), _ALL if gone else reach)
            for start, sampler in zip(chosen, samplers, strict=False):
                sampler.begin_with(start.token)
            return [*chosen]
        begun, starts = set(gone), []
        for sampler in samplers:
            drawn = self.draw(sampler, begun if kind is FanKind.DISTINCT else ())
            starts.append(drawn)
            if drawn is not None:
                begun.add(drawn)
        return starts

    def _read(self, row: Floats) -> Beginning:
        return Beginning(row, self._recorder.read(row))


def _softmax(logits: Floats) -> Floats:
    parts = np.exp(logits - logits.max())
    chances: Floats = parts / parts.sum()
    return chances
