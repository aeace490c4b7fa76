"""Several contexts read together, as guidance and blends do: each evaluated once, the logits after them mixed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cyborg_tui.engine.filling import filled
from cyborg_tui.engine.llama import Floats
from cyborg_tui.engine.protocol import Among, Beside, WireContext, digest
from cyborg_tui.engine.resident import FrameTooLong, Resident, Told
from cyborg_tui.loom.guidance import ALONE, Mix

__all__ = ["Reading", "Together", "left_out", "mixed"]

_LEAST_SEEN = 32
"""Tokens of each context that are seen however little room there is."""


@dataclass(slots=True)
class Reading:
    """One of the contexts, as far as it is seen."""

    tokens: list[int]
    left_out: int
    """Tokens that are not: from the end of its head on."""
    trunk: int = -1
    """The sequence that holds it."""


class Together:
    """The own context, and those beside it. Without any, all is as if there were no such thing."""

    def __init__(
        self,
        resident: Resident,
        context: WireContext,
        beside: Sequence[WireContext] = (),
        mix: Mix = ALONE,
        *,
        width: int = 1,
        longest: int = 1,
        left_out: int = -1,
        following: WireContext = (),
    ) -> None:
        """There is to be room for `width` branches of `longest` tokens. `left_out` as `FanRequest` has it. Raises
        FrameTooLong."""
        self._resident = resident
        self.weights = (mix.own, *mix.others) if beside else (1.0,)
        told = resident.tokens_of(context)
        self.typed = told.typed and not following
        most = _most(resident, 1 + len(beside), width, longest) if beside else None
        if following:
            tokens, cut = filled(resident, told, following, resident.model.window - longest)
        elif 0 <= left_out < len(told.own) and len(told.tokens) - left_out < resident.model.window:
            tokens, cut = [*told.tokens[: told.head], *told.own[left_out:]], left_out
        else:
            tokens, cut = resident.in_window(told, longest, most)
        self.own = Reading(tokens, cut)
        others = (resident.tokens_of(other) for other in beside)
        self.others = [Reading(*resident.end_of(other, most or 0)) for other in others]

    @property
    def ends_alike(self) -> bool:
        """Whether the last token of all of them is the same."""
        return all(one.tokens[-1] == self.own.tokens[-1] and len(one.tokens) > 1 for one in self.others)

    @property
    def trunks(self) -> set[int]:
        return {one.trunk for one in (self.own, *self.others)}

    @property
    def seen_beside(self) -> tuple[Beside, ...]:
        return tuple(Beside(len(one.tokens), one.left_out, digest(one.tokens)) for one in self.others)

    def evaluate(self, fan: int | None, *, rows: int = 1, more: Sequence[int] = ()) -> int:
        """Have all of them in the cache, each with some `more` tokens after it, and the rows after the last `rows`
        tokens at hand. Returns how many tokens of the own one were there already. Raises Interrupted."""
        resident = self._resident
        keep = {near for one in self.others if (near := resident.nearest(one.tokens)) is not None}
        self.own.trunk, reused = resident.evaluate([*self.own.tokens, *more], fan, rows=rows, keep=keep)
        keep.add(self.own.trunk)
        for one in self.others:
            one.trunk, _ = resident.evaluate([*one.tokens, *more], fan, rows=rows, keep=keep)
            keep.add(one.trunk)
        return reused

    def tip(self, back: int = 0, more: Sequence[int] = ()) -> Floats:
        """The row of logits after them and some `more` tokens, or after all but the last `back` tokens of that; shape
        (vocabulary,)."""
        paths = [[*one.tokens, *more] for one in (self.own, *self.others)]
        rows = [self._resident.tip(path[: len(path) - back]) for path in paths]
        return mixed(self.weights, rows) if self.others else rows[0]


def left_out(resident: Resident, told: Told, among: Among) -> int:
    """How many tokens of a context would be left out; nothing changes by asking. All, if there is no room at all."""
    longest, contexts = among.longest, among.contexts
    most = _most(resident, contexts, among.width, longest) if contexts > 1 else None
    try:
        return resident.end_of(told, most or 0)[1] if among.other else resident.left_out(told, longest, most)
    except FrameTooLong:
        return len(told.own)


def mixed(weights: Sequence[float], rows: Sequence[Floats], out: Floats | None = None) -> Floats:
    """The weighted sum of logits, of one row or of several. What cannot follow the first cannot follow; what cannot
    follow another counts there as the least likely that can. `out`: where it goes, which may be the first."""
    own, *others = rows
    impossible = np.isneginf(own)
    total: Floats = np.multiply(own, np.float32(weights[0]), out=out)
    for weight, other in zip(weights[1:], others, strict=True):
        total += np.float32(weight) * _possible(other)
    if impossible.any():
        total[impossible] = -np.inf
    return total


def _possible(rows: Floats) -> Floats:
    never = np.isneginf(rows)
    if not never.any():
        return rows
    least = np.min(rows, axis=-1, keepdims=True, where=~never, initial=np.inf)
    return np.where(never, least, rows)


def _most(resident: Resident, contexts: int, width: int, longest: int) -> int:
    """Tokens that each of so many contexts may have, if all of them and their branches are to be in the cache."""
    cells = resident.model.cells - contexts * width * longest
    return max(_LEAST_SEEN, cells // contexts)
