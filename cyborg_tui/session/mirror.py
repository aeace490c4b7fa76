"""The mirror of one session: what is measured while one writes, what the log says of a span, what the person says."""

import time
from collections.abc import Callable, Sequence
from datetime import date

from cyborg_tui.library.library import Library, LibraryError
from cyborg_tui.library.log import Log
from cyborg_tui.loom.event import EventKind
from cyborg_tui.loom.fan import Branch, BranchId, FanId
from cyborg_tui.loom.loom import Loom
from cyborg_tui.loom.mirror.choices import Choice
from cyborg_tui.loom.mirror.days import Span, day_of, since
from cyborg_tui.loom.mirror.reasons import Reason
from cyborg_tui.loom.mirror.reflection import Reflection, reflect
from cyborg_tui.loom.mirror.shown import Shown, drawn_of
from cyborg_tui.loom.mirror.sittings import PAUSE
from cyborg_tui.loom.mirror.warnings import Live, Warned, WarningKind
from cyborg_tui.loom.showing import Showing
from cyborg_tui.session.mirror_settings import MirrorSettings
from cyborg_tui.session.witness import Witness

__all__ = ["Mirror", "held_up"]

_PATIENCE = 0.5
"""Seconds for what was done last to be in the log."""
_SAID_FOR = 30.0
"""Seconds for which it is said how quickly the last choice was made."""
_TAIL = 2400
"""Characters before the cursor that are looked at for loops."""


class Mirror:
    def __init__(
        self,
        loom: Loom,
        library: Library,
        id: int,
        settings: MirrorSettings,
        save: Callable[[], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`id`: the loom's. `save`: have what changed in the loom saved. `clock`: seconds; it never jumps."""
        self._loom, self._library, self._id, self._save, self._clock = loom, library, id, save, clock
        self.settings = settings
        self.witness = Witness(self._on_record, self._keep, clock)
        self._live = Live()
        self._sitting_since = clock() - self._sitting_so_far()
        self._active_at = clock()
        self._chosen_at = clock()
        self._taken: tuple[FanId, BranchId] | None = None
        """What was taken last, of which a reason may be given."""
        self._of_fan: tuple[object, tuple[Warned, ...]] = None, ()

    # while one writes

    def took(self, branches: Sequence[Branch], branch: Branch, amount: int, already: int) -> None:
        """So many characters more of a branch were taken, of which so many had been taken already. `branches`: of the
        fan, as they stand on the screen."""
        seconds = self.witness.took(branch.fan, branch.id, on=already > 0)
        self._taken = branch.fan, branch.id
        if not already:
            self._chosen_at = self._clock()
            place = next((number for number, one in enumerate(branches, 1) if one.id == branch.id), 1)
            words = len(branch.text[branch.healed :][:amount].split())
            self._live.words_a_minute = self.settings.config.words_a_minute
            self._live.chosen(place, len(branches), words, seconds)

    def say_why(self, reason: Reason) -> bool:
        """Why the last take was made. False if nothing was taken here yet."""
        if self._taken is None:
            return False
        fan, branch = self._taken
        self._loom.log.write(EventKind.REASONED, fan=fan, branch=branch, note=reason.value)
        self._save()
        return True

    def praise(self, *, good: bool = True) -> None:
        """Call what was done here in this sitting, up to now, good work; or not any more."""
        note = "" if good else "no more"
        self._loom.log.write(EventKind.PRAISED, amount=int(self.sitting_seconds) + 1, note=note)
        self._save()

    def warnings(self) -> tuple[Warned, ...]:
        """What there is to say now of the last choices, the text and the sitting, as far as it is wanted."""
        text, cursor = self._loom.text, self._loom.cursor
        found = (
            *self._live.of_choices(),
            *self._live.of_text(text[max(0, cursor - _TAIL) : cursor]),
            *self._live.of_sitting(self.sitting_seconds / 60, self.settings.config.limit),
        )
        old = WarningKind.PACE if self._clock() - self._chosen_at > _SAID_FOR else None
        return tuple(warned for warned in found if self.settings.speaks(warned.kind) and warned.kind is not old)

    def of_fan(self, fan: FanId | None, branches: Sequence[Branch]) -> tuple[Warned, ...]:
        """What there is to say of a fan all of whose branches have ended, as far as it is wanted."""
        if fan is None or any(branch.finish is None for branch in branches):
            return ()
        now = fan, len(branches)
        if self._of_fan[0] != now:
            self._of_fan = now, self._live.of_fan([drawn_of(branch) for branch in branches])
        return tuple(warned for warned in self._of_fan[1] if self.settings.speaks(warned.kind))

    # the sitting

    def active(self) -> None:
        """The person did something; after a long pause that begins another sitting."""
        now = self._clock()
        if now - self._active_at > PAUSE:
            self._sitting_since = now
        self._active_at = now

    @property
    def sitting_seconds(self) -> float:
        """How long this sitting has lasted."""
        return self._clock() - self._sitting_since

    def _sitting_so_far(self) -> float:
        """How long it had lasted when this loom was opened."""
        try:
            sitting = self._library.log.sitting(PAUSE)
        except LibraryError:
            return 0.0
        now = self._loom.now
        return now - sitting.began if sitting and 0 <= now - sitting.ended <= PAUSE and sitting.began <= now else 0.0

    # the record

    def held_up(self, span: Span, turns_at: int = 4) -> Reflection:
        """All measures over a span, up to now. From any thread. Raises LibraryError."""
        self._library.flush(_PATIENCE)
        log = Log(self._library.file)  # the library's own must not be waited for while this takes its time
        try:
            return held_up(log, span, self._loom.now, turns_at, self.settings.config.words_a_minute)
        finally:
            log.close()

    def _on_record(self, fan: FanId) -> Showing | None:
        try:
            return self._library.showing(self._id, fan)
        except LibraryError:
            return None

    def _keep(self, showing: Showing) -> None:
        self._loom.log.shown(showing)
        self._save()


def held_up(log: Log, span: Span, now: float, turns_at: int = 4, words_a_minute: int = 250) -> Reflection:
    """All measures over a span that ends now. Raises LibraryError."""
    sitting = log.sitting(PAUSE) if span is Span.SITTING else None
    if sitting is not None and abs(now - sitting.ended) > PAUSE:
        sitting = None  # that one is over, and of this one nothing is on record yet
    lines = log.lines(first=sitting.first) if sitting else log.lines(since(span, now, now, turns_at))

    def shown(choice: Choice) -> Shown | None:
        return log.shown(choice.loom, choice.fan)

    def day(at: float) -> date:
        return day_of(at, turns_at)

    return reflect(lines, shown, day, words_a_minute)
