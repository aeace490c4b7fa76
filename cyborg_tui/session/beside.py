"""Side by side: one fan after another from the same place, each of a source of its own, shown together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from cyborg_tui.library.library import Library
from cyborg_tui.loom.beside import BLIND, Tallied, Trial, tallied, tally_words, trials
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import Branch, Fan, FanId
from cyborg_tui.loom.frame import Frame
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.session.guests import OtherModel

__all__ = ["Beside", "Source", "Turn"]


@dataclass(frozen=True, slots=True)
class Source:
    """What a fan may be drawn from."""

    name: str
    settings: FanSettings
    frame: Frame | None = None
    """What it says of the conditions, over those that hold."""
    bare: bool = False
    """Nothing stands beside the manuscript."""
    model: OtherModel | None = None
    """None: the one that writes."""


class Turn(Enum):
    """Why a source draws nothing now."""

    LATER = "its model is being loaded"
    NEVER = "there is no model"


Draw = Callable[[Source, bool], Fan | Turn]
"""Makes a fan of a source at the cursor, blind or not."""


class Beside:
    """The trials of one loom."""

    def __init__(self, loom: Loom, row: int, library: Library) -> None:
        """`row`: the loom's number. Raises LibraryError."""
        self._loom, self._row, self._library = loom, row, library
        self._draw: Draw = lambda _, __: Turn.NEVER
        self._logs: dict[int, list[Event]] | None = None
        """Of each loom, as far as it has to do with trials; None until somebody wants to know."""
        self._trials = trials(library.beside(row))
        self._left: list[Source] = []
        self._under_way: Trial | None = None
        self._waits = False
        """Whether the model of the next source is being loaded."""
        self._asked: tuple[tuple[Source, ...], bool] = ((), False)
        self.news = ""
        """What was taken, and how the sources stand since."""

    # asking

    def ask(self, sources: Sequence[Source], draw: Draw, *, blind: bool) -> bool:
        """Fans of all these, one after another; they are shown when all are there. False if that cannot be done
        now."""
        self._known()
        self._draw = draw
        self._left, self._under_way = list(sources), None
        self._asked = tuple(sources), blind
        return self._next()

    def again(self, fan: FanId) -> bool:
        """The same once more, if this fan is of what was asked for last. False if it is not."""
        trial = self.trial(fan)
        sources, blind = self._asked
        if trial is None or trial.names != tuple(source.name for source in sources):
            return False
        return self.ask(sources, self._draw, blind=blind)

    def go_on(self) -> bool:
        """A fan came to its end, or a model may be there: the next one. False if that was all."""
        if self._left and self._next():
            return True
        self.stop()
        return False

    def stop(self) -> None:
        """No more fans of this."""
        self._left, self._under_way, self._waits = [], None, False

    def _next(self) -> bool:
        source = self._left[0]
        fan = self._draw(source, self._asked[1])
        self._waits = fan is Turn.LATER
        if isinstance(fan, Turn):
            self._left = self._left if self._waits else []
            return self._waits
        self._left.pop(0)
        before, blind = self._under_way, self._asked[1]
        number = before.number if before is not None else fan.id
        sources = (*(before.sources if before is not None else ()), (fan.id, source.name))
        self._under_way = trial = Trial(number, sources, blind)
        self._trials.update({id: trial for id, _ in sources})
        self._loom.log.write(EventKind.BESIDE, fan=fan.id, amount=number, note=f"{BLIND if blind else ''}{source.name}")
        return True

    @property
    def asked(self) -> tuple[tuple[Source, ...], bool]:
        """What was asked for last, and whether blind."""
        return self._asked

    @property
    def busy(self) -> bool:
        """Whether fans are being made."""
        return self._under_way is not None or self._waits

    def words(self, progress: float) -> str:
        """What is under way. `progress`: the part that is there of the model that is being loaded, if one is."""
        sources, blind = self._asked
        number = len(sources) - len(self._left) + self._waits
        which = "" if blind else f", {sources[number - 1].name}"
        loading = f": loading the model, {100 * progress:.0f} %" if self._waits else ""
        of = f"Side by side: {number} of {len(sources)}{which}{loading}."
        return f"{of} They are shown when all are there; Esc stops."

    # showing

    def trial(self, fan: FanId) -> Trial | None:
        """The one that a fan is part of."""
        return self._trials.get(fan)

    def shown(self, fan: FanId) -> tuple[Branch, ...]:
        """The branches that are read where this fan is in view."""
        tree, trial = self._loom.tree, self.trial(fan)
        if trial is None:
            return tree.branches(fan)
        if trial is self._under_way:
            return ()
        return trial.interleaved([tree.branches(one) for one, _ in trial.sources if tree.has_fan(one)])

    # counting

    def tally(self, names: Iterable[str]) -> Tallied | None:
        """What was taken of these sources so far, in all looms; None if they never stood side by side."""
        wanted = frozenset(names)
        return next((one for one in tallied(self._known().values()) if one.names == wanted), None)

    def hear(self, events: Iterable[Event]) -> None:
        """Lines of the log, which the library has been told."""
        ours = [event for event in events if event.kind in (EventKind.BESIDE, EventKind.TAKEN)]
        taken = [event.fan for event in ours if event.kind is EventKind.TAKEN and event.fan in self._trials]
        if self._logs is not None:
            self._logs.setdefault(self._row, []).extend(ours)
        for fan in taken:
            if fan is not None:
                self._tell(fan)

    def _tell(self, fan: FanId) -> None:
        """Something of a trial was taken; only the first time there is news in it."""
        trial = self._trials[fan]
        fans = {id for id, _ in trial.sources}
        log = self._known().get(self._row, [])
        takes = sum(event.kind is EventKind.TAKEN and event.fan in fans for event in log)
        tally = self.tally(trial.names)
        if takes == 1 and tally is not None:
            self.news = f"That was {trial.source(fan)}. {tally_words(tally)}"

    def _known(self) -> dict[int, list[Event]]:
        if self._logs is None:
            self._logs = self._library.compared()
        return self._logs
