"""Asking for fans: at the cursor, again, more of one, and ahead of the key."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cyborg_tui.engine.protocol import EngineEvent
from cyborg_tui.engine.widths import widened
from cyborg_tui.library.library import Library, LoomRow
from cyborg_tui.loom.fan import Branch, BranchId
from cyborg_tui.loom.guidance import ALONE
from cyborg_tui.loom.piece import Piece
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.steering import UNSTEERED
from cyborg_tui.session.bridging import Bridging
from cyborg_tui.session.counted import CountedLoom
from cyborg_tui.session.engine_view import EngineView
from cyborg_tui.session.hosting import Hosting
from cyborg_tui.session.vectors import Vectors

__all__ = ["SEEDS", "AskingLoom"]

SEEDS = 1_000_000
"""So many different seeds are drawn: enough, and short to read."""


class AskingLoom(CountedLoom):
    """A loom for which branches are drawn. Whatever is asked for stops what was asked for before."""

    def __init__(
        self,
        row: LoomRow,
        library: Library,
        settings: FanSettings,
        on_change: Callable[[], None],
        *,
        may_look_ahead: Callable[[], bool] = lambda: True,
        widens: bool = False,
        vectors: Path | None = None,
    ) -> None:
        """Open the loom; one that is a text file's reads the file. Raises LibraryError, TextFileError.

        `widens`: whether more branches are made where they come as soon as those that are wanted. `vectors`: the folder
        of control vectors and adapters.
        """
        super().__init__(row, library)
        self._settings = settings
        self.vectors = Vectors(vectors or Path())
        self._lent: FanSettings | None = None
        """The settings of a process's step."""
        self._on_change, self._may_look_ahead, self._widens = on_change, may_look_ahead, widens
        self._fan_wanted = False
        self.bridging = Bridging(self.loom)
        self._hosting = Hosting(self.loom, self._generation, self._new_framing)
        self._looked_ahead_at: tuple[int, Piece | None] | None = None
        self._came_along: set[BranchId] = set()
        """Branches that nobody asked for, made because they took no longer."""

    @property
    def settings(self) -> FanSettings:
        """How the next fan at the cursor is made."""
        frame = self.frame
        usual = self._lent or frame.settings or self._settings
        steering = self.vectors.resolved(frame.steering or usual.steering)
        return replace(usual, steering=steering, mix=frame.mix)

    @property
    def view(self) -> EngineView:
        return self._generation.view

    def draw_by(self, settings: FanSettings) -> None:
        """Make the next fans so; where a frame says how, it says this from now on."""
        self._stop()
        settings = replace(settings, steering=UNSTEERED, mix=ALONE)  # which are levers of their own
        self._lent = None
        framed = next((one for one in reversed(self.frames) if one.frame.settings is not None), None)
        if framed is None:
            self._settings = settings
        else:
            self._frame(framed.offset, replace(framed.frame, settings=settings, preset=""))
        self._changed()

    def lend(self, settings: FanSettings | None) -> None:
        """Make the next fans so for a while, until the person chooses how, or nothing is lent."""
        self._lent = settings

    @property
    def branches(self) -> tuple[Branch, ...]:
        """As ShownLoom has them; those that lead on best first, where that is wanted."""
        found, fan = super().branches, self.fan
        return found if fan is None else self.bridging.ordered(fan.id, found)

    def sort_bridges(self) -> bool | None:
        """Show the branches in view that lead on best first, or as they were drawn; the same one stays highlighted.
        Whether they are sorted now; None if it is not known how they lead on."""
        fan, branches = self.fan, self.branches
        now = None if fan is None else self.bridging.sort(fan.id)
        if now is not None and branches:
            same = branches[min(self.highlighted, len(branches) - 1)].id
            self.loom.highlighted = next(i for i, branch in enumerate(self.branches) if branch.id == same)
            self._changed()
        return now

    def bridge(self, start: int, end: int) -> bool:
        """A fan in the middle of the text, over what stands from `start` to `end`, which is taken out first. A model
        that was trained for it sees what follows; of each branch it is told how well that follows. False as `ask`."""
        self._stop()
        if end > start:
            self.loom.write(start, end, "")
        self.loom.move_cursor(start)
        return self.ask(self.loom.text[start:])

    def ask(self, following: str = "") -> bool:
        """A fan at the cursor; as soon as the model is ready, if it is not yet. False if there is none: it is looked
        for once more. `following`: what its branches are to lead to."""
        self._stop_growing()
        self._end_question()
        model = self.view.model
        if model is None or not self._generation.ready:
            self._fan_wanted = True
            there = not self.view.problem
            self._generation.try_again()
            self._on_change()
            return there
        if self._waits_for_template():
            self._fan_wanted = not self._framing.chatting.problem
            self._on_change()
            return True
        width = self._width
        seed = None if following else self._generation.made_ahead(self.loom.cursor, self._drawn)
        settings = self.settings
        fan = self.loom.fan(model, settings, random.randrange(SEEDS) if seed is None else seed, self._mode)
        self.loom.highlighted = 0
        if width > settings.width:
            fan = self.loom.widen(fan.id, width - settings.width)
        self.mirror.witness.begin(fan, blind=self.mirror.settings.blind)
        self._came_along.update(fan.branches[settings.width :])
        if seed is None:
            self._generation.draw(fan, 0, width, self.loom.cursor, following=following)
        else:
            self._generation.show_ahead(fan)
        if following:
            offset = self.loom.cursor
            self.bridging.begin(fan.id, lambda: self._generation.context(offset), following)
        self._changed()
        return True

    def _waits_for_template(self) -> bool:
        """Whether the manuscript is read as a conversation, and the model's chat template is not there yet; it is asked
        for. A line of the person's is over when an answer is wanted."""
        engine, model = self._generation.engine, self.view.model
        if not self.frame.chats or engine is None or model is None:
            return False
        self._framing.vocabulary = model.vocabulary
        self._framing.conditions(self.loom.cursor)
        if self._framing.missing:
            self._framing.chatting.ask(engine, self._framing.missing)
        return bool(self._framing.missing)

    def _end_question(self) -> None:
        """In a conversation the answer begins on a line of its own."""
        cursor = self.loom.cursor
        line = self.loom.text[self.loom.text.rfind("\n", 0, cursor) + 1 : cursor]
        if self.frame.chat and line.startswith("> "):
            self.loom.write(cursor, cursor, "\n")

    def _hear_template(self, event: EngineEvent) -> None:
        """What comes of asking for it."""
        if not self._framing.chatting.hear(event):
            return
        problem = self._framing.chatting.problem
        if self._fan_wanted:
            self._fan_wanted = False
            if not problem:
                self.ask()
        elif not problem:
            self.prepare()
        if problem:
            self._generation.tell(problem)

    def again(self) -> None:
        """Another fan from the same place as the fan in view."""
        if self.loom.spot is not None and self.fan is not None:
            self._stop()
            if self.taken is not None:
                self.loom.parent()
            self.loom.move_cursor(self.loom.spot.offset)
            if not self.beside.again(self.fan.id):
                self.ask()

    def more(self) -> str:
        """More branches for the fan in view, as it was made. Why there are none; empty if they were asked for."""
        fan, spot, model = self.fan, self.loom.spot, self.view.model
        if fan is None or spot is None or model is None or not self._generation.ready:
            return "There is no fan to add to, or the model is not there yet."
        if self.beside.trial(fan.id) is not None:
            return "What stands side by side gets no more branches; r draws another round."
        if replace(fan.model, build="") != replace(model, build=""):
            return f"{fan.model.name} drew this fan, and {model.name} is here now; r draws another one."
        self._stop()
        first = len(fan.branches)
        wider = self.loom.widen(fan.id, self._width)
        self.mirror.witness.widen(wider)
        self._came_along.update(wider.branches[first + self.settings.width :])
        following = self._following_of(fan.id)
        self._generation.draw(wider, first, self._width, spot.offset, self._conditions_of(fan.id), following=following)
        if following or any(self.bridging.of(branch) for branch in fan.branches):
            offset = spot.offset
            self.bridging.begin(fan.id, lambda: self._generation.context(offset), self.loom.text[offset:])
        self._changed()
        return ""

    @property
    def came_along(self) -> int:
        """How many of the branches in view were made beside those that were wanted, because that took no longer."""
        return sum(branch.id in self._came_along for branch in self.branches)

    @property
    def busy(self) -> bool:
        """Whether a fan is being made, or waits for the model."""
        return self._generation.growing or self._fan_wanted or self.beside.busy

    def prepare(self) -> None:
        """Have the context at the cursor evaluated ahead of the key."""
        if not self._waits_for_template():
            self._generation.prepare(self.loom.cursor, self.settings)

    @property
    def _mode(self) -> str:
        return self._generation.mode

    @property
    def _width(self) -> int:
        """Branches to ask for: as many as are wanted, and those that come with them for nothing."""
        wanted = self.settings.width
        may_widen = self._widens and self._mode != "exact"
        return widened(wanted, self.view.step_seconds) if may_widen else wanted

    @property
    def _drawn(self) -> FanSettings:
        """The settings, with the number of branches that is asked for."""
        return replace(self.settings, width=self._width)

    @property
    def waiting_for_model(self) -> bool:
        """Whether a fan has been asked for that cannot begin yet."""
        return self._fan_wanted

    def look_ahead(self) -> None:
        """While the person reads: make the fan that comes after the highlighted branch, to have it ready. Nothing of it
        is seen, or kept, before it is asked for."""
        place = self._next_place()
        if place != self._looked_ahead_at:
            self._looked_ahead_at = place
            if place is not None and self._may_look_ahead():
                end, drawn = place
                self._generation.look_ahead(end, self._drawn, random.randrange(SEEDS), drawn)

    def _next_place(self) -> tuple[int, Piece | None] | None:
        """Where the next fan will be asked for, if the highlighted branch is taken: the end of the manuscript before
        it, and the branch, if it does not stand there already. None if that cannot be known yet."""
        spot, branches = self.loom.spot, self.branches
        if (
            spot is None
            or not branches
            or self.busy
            or self.read_only
            or not self._generation.ready
            or self._mode == "exact"
        ):
            return None
        branch = branches[min(self.highlighted, len(branches) - 1)]
        taken = 0 if self.taken is None else self.taken_length(branch)
        if self.taken is not None and self.loom.cursor != spot.offset + taken:
            return None
        rest = Piece(branch.text[branch.healed + taken :], branch.id, branch.healed + taken)
        return (spot.offset + taken, rest if rest.text else None) if taken or rest.text else None

    def _stop(self) -> None:
        """Nothing that was asked for before is wanted any more."""
        self._stop_growing()
        self._generation.forget_ahead()
        self._looked_ahead_at = None

    def _stop_growing(self) -> None:
        """As `_stop`, but what was made ahead stays."""
        self._fan_wanted = False
        self.beside.stop()
        self._hosting.stop()
        self._generation.stop()
        self._scoring.stop()
        self.bridging.stop()

    def _changed(self) -> None:
        self._save()
        self._on_change()
