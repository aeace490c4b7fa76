"""Sees how fans are shown and looked at, and puts it on record."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from cyborg_tui.loom.fan import Branch, BranchId, Fan, FanId
from cyborg_tui.loom.showing import Showing

__all__ = ["Witness"]

_LONGEST_GAP = 1.0
"""Seconds between two glances that count as looking; after a longer gap the person, or the app, was away."""
_MOST = 64
"""Choices from one fan that are kept with their times."""


class Witness:
    """Of one loom. `glance` is told many times a second what stands on the screen."""

    def __init__(
        self,
        known: Callable[[FanId], Showing | None],
        keep: Callable[[Showing], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`known`: what is on record of a fan. `keep` puts it there. `clock`: seconds; it never jumps."""
        self._known, self._keep, self._clock = known, keep, clock
        self._showings: dict[FanId, Showing] = {}
        self._asked: dict[FanId, float] = {}
        self._in_view: FanId | None = None
        self._since: float | None = None
        """When the fan in view came before the person's eyes."""
        self._glanced: tuple[float, BranchId] | None = None
        self._looks: dict[BranchId, float] = {}

    def of(self, fan: FanId) -> Showing:
        """How a fan was shown."""
        found = self._showings.get(fan)
        if found is None:
            found = self._showings[fan] = self._known(fan) or Showing(fan)
        return found

    # order

    def begin(self, fan: Fan, *, blind: bool) -> None:
        """A fan has been asked for; nothing of it has been seen. `blind`: its order is shuffled."""
        self._asked[fan.id] = self._clock()
        order = tuple(random.sample(fan.branches, len(fan.branches))) if blind else ()
        self._put(Showing(fan.id, order, blind))
        if blind:
            self._keep(self.of(fan.id))

    def widen(self, fan: Fan) -> None:
        """Branches have been added; where the others were shuffled these are, among themselves."""
        showing = self.of(fan.id)
        if showing.order:
            new = [branch for branch in fan.branches if branch not in showing.order]
            self._put(replace(showing, order=(*showing.order, *random.sample(new, len(new)))))
            self._keep(self.of(fan.id))

    def in_order(self, fan: FanId, branches: Sequence[Branch]) -> tuple[Branch, ...]:
        """Some of a fan's branches as they stand on the screen."""
        order = self.of(fan).order
        if not order:
            return tuple(branches)
        place = {branch: number for number, branch in enumerate(order)}
        return tuple(sorted(branches, key=lambda branch: place.get(branch.id, len(place) + branch.index)))

    def hides(self, fan: FanId | None) -> bool:
        """Whether probabilities and the model's name are hidden still: the fan is blind, and nothing was taken."""
        return fan is not None and self.of(fan).blind and not self.of(fan).chosen

    def unblind(self, fan: FanId) -> None:
        """The person wants to see it before they choose: it is on record as one that was not blind."""
        self._put(replace(self.of(fan), blind=False))
        self._keep(self.of(fan))

    # times

    def glance(self, fan: FanId | None, branches: Sequence[Branch], highlighted: BranchId | None) -> None:
        """The fan in view, and its branches as far as they have come. `highlighted`: the one that is read; None while
        nobody looks at the fan."""
        now = self._clock()
        if fan != self._in_view:
            self._leave_view()
            self._in_view = fan
        if fan is None:
            return
        self._time_arrival(fan, branches, now)
        if highlighted is None or not any(branch.text for branch in branches):
            self._glanced = None
            return
        if self._since is None:
            self._since = now
            if self.of(fan).painted is None and fan in self._asked:
                self._put(replace(self.of(fan), painted=self._after(fan, now)))
        if self._glanced is not None:
            before, last = self._glanced
            if now - before <= _LONGEST_GAP:
                self._looks[last] = self._looks.get(last, 0.0) + now - before
        self._glanced = now, highlighted

    def took(self, fan: FanId, branch: BranchId, *, on: bool) -> float | None:
        """A branch was taken. `on`: more of what was taken already. Returns the seconds since the fan was seen first;
        None if nobody saw it."""
        seconds = None if self._since is None or fan != self._in_view else round(self._clock() - self._since, 3)
        showing = self.of(fan)
        if not on:
            chosen = (*showing.chosen, (branch, seconds))[-_MOST:]
            self._put(replace(showing, chosen=chosen))
        self._put(self._with_looks(self.of(fan)))
        self._keep(self.of(fan))
        return seconds

    def leave(self) -> None:
        """The loom is being left."""
        self._leave_view()
        self._in_view = None

    def _leave_view(self) -> None:
        fan = self._in_view
        if fan is not None and (self._looks or fan in self._asked):
            self._put(self._with_looks(self.of(fan)))
            self._keep(self.of(fan))
            self._asked.pop(fan, None)
        self._since = self._glanced = None
        self._looks = {}

    def _time_arrival(self, fan: FanId, branches: Sequence[Branch], now: float) -> None:
        showing = self.of(fan)
        if fan not in self._asked or showing.whole is not None or not branches:
            return
        if showing.arrived is None and any(branch.text for branch in branches):
            self._put(replace(showing, arrived=self._after(fan, now)))
        if all(branch.finish is not None for branch in branches):
            self._put(replace(self.of(fan), whole=self._after(fan, now)))
            self._keep(self.of(fan))

    def _after(self, fan: FanId, now: float) -> float:
        return round(now - self._asked[fan], 3)

    def _with_looks(self, showing: Showing) -> Showing:
        if not self._looks or showing.fan != self._in_view:
            return showing
        looks = dict(showing.looks)
        for branch, seconds in self._looks.items():
            looks[branch] = round(looks.get(branch, 0.0) + seconds, 3)
        self._looks = {}
        return replace(showing, looks=tuple(looks.items()))

    def _put(self, showing: Showing) -> None:
        self._showings[showing.fan] = showing
