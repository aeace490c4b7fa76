"""The desk: the editor and the branches side by side, and how both are shown from one moment to the next."""

import time
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container

from cyborg_tui.actions import Action
from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.screens.comparing import Comparing
from cyborg_tui.screens.guiding import Guiding
from cyborg_tui.screens.moment import Counts, Glance, Moment, Where
from cyborg_tui.screens.panes import BranchPane, WritingPane, bound_keys
from cyborg_tui.screens.saving import Saving
from cyborg_tui.screens.seen import Seen
from cyborg_tui.screens.views import engine_words, fan_view, goes_to, held_back, saving_trouble
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session import Session
from cyborg_tui.widgets.branches import FanView
from cyborg_tui.widgets.lines import Footer, Status, StatusLine, Title

__all__ = ["Desk"]

_FRAME = 1 / 20
_SLOW_FRAME = 1 / 4
"""Seconds between two frames of what grows by itself; the second on a line that is behind."""
_SLOW = "The line is slow: only the highlighted branch is shown while it grows; what you type is saved all the same."
_PAUSE = 0.3
"""Seconds without a key after which the context is evaluated ahead of the next."""
_NAMED = 60
"""Columns from which there is room for the model's name beside what one waits for."""
_ATTENTION = 60.0
"""Seconds after a key for which somebody counts as reading."""


class Desk(WorkingScreen[None]):
    """What the write screen shows. Whoever changes the session asks it to `_sync`; what goes on by itself it looks for
    twenty times a second."""

    PARTS = ("editor", "branches")
    CSS_PATH = "write.tcss"

    def __init__(self, session: Session, actions: Sequence[Action]) -> None:
        super().__init__(session, actions)
        self._all_actions = actions
        self._dirty = True
        self._typed_at = self._keyed_at = time.monotonic()
        self._prepared = False
        self._flow = False
        self._glance = Glance(session)
        self._counts = Counts(session)
        self._where = Where(session)
        self._shown_at = 0.0
        self._said_slow = False
        self._view = FanView()
        self.guiding = Guiding(self, actions)
        self._dropped: FanId | None = session.fan.id if session.fan else None
        """A fan whose highlighted branch does not stand in the text: the person did not want it, or has just come."""

    def compose(self) -> ComposeResult:
        with Container(id="panes"):
            with Container(id="page"):
                yield Title(self.session.row.title, id="title")
                yield WritingPane(self.session, id="editor")
            yield BranchPane(id="branches")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._editor = self.query_one(WritingPane)
        self._branches = self.query_one(BranchPane)
        self._seen = Seen(self.session, self._editor, self._branches)
        self._comparing = Comparing(self.session, self._all_actions, self.app.push_screen)
        self._saving = Saving(self.session, self.app.push_screen, self.notice)
        self._editor.load(self.session.loom.text, self.session.loom.cursor)
        self._editor.read_only = self.session.read_only
        self._editor.actions = bound_keys(self._actions, "editor")
        self._branches.actions = bound_keys(self._actions, "branches")
        self._editor.on_any_key = self._branches.on_any_key = self._key_pressed
        self.set_focus(self._editor)
        self._lay_out()
        self.set_interval(_FRAME, self._frame)

    def changed(self) -> None:
        """Something changed; the next frame shows it."""
        self._dirty = True

    def go_to(self, node: NodeId, start: int) -> None:
        """Show a place: a character of a node's text, or of what stands before it if `start` is below 0."""
        if not self.is_mounted:
            self.call_after_refresh(self.go_to, node, start)
            return
        self._editor.clear_provisional()
        with self.told():
            if not self.session.visit(node, start):
                self.notice("That place is not there any more.")
        self._drop()
        self._sync()
        self.set_focus(self._editor)

    def _key_pressed(self) -> None:
        self._keyed_at = time.monotonic()
        self.session.mirror.active()
        self._notice = ""
        self._dirty = True

    def on_editor_changed(self) -> None:
        self._typed_at = time.monotonic()
        self._prepared = False
        self._dirty = True

    def on_descendant_focus(self) -> None:
        self._dirty = True

    # drawing

    def _frame(self) -> None:
        now = time.monotonic()
        if not self._prepared and now - self._typed_at > _PAUSE:
            self._prepared = True
            self.session.prepare()
        if now - self._keyed_at > _PAUSE:
            self.session.look_ahead()
            self._dirty |= self._where.look()
        self.guiding.look()
        at_branches = self.focused is self._branches
        self._glance.look(now, self._branches.painted if at_branches else None)
        reading = at_branches or bool(self._editor.provisional[1])
        self._glance.witness(reading=reading and now - self._keyed_at < _ATTENTION)
        if self.is_behind and self.session.busy and not (self._said_slow or self._notice):
            self._said_slow = True
            self.notice(_SLOW)
        if self.is_behind and now - self._shown_at < _SLOW_FRAME:
            return
        if self._dirty or self._counts.due(now):
            self._dirty = False
            self._show()

    @property
    def eye(self) -> int:
        """The row in which the person looks: of the cursor, or of the highlighted branch."""
        if self.focused is self._branches:
            return self._branches.region.y + self._branches.highlighted_row
        editor = self._editor
        return editor.region.y + editor.document.row_of(editor.to_screen(editor.cursor)) - editor.scroll_offset.y

    def _show(self) -> None:
        session = self.session
        self._shown_at = time.monotonic()
        view = fan_view(session, flow=self._flow, compared=self._comparing.marked)
        self._view = held_back(view, self._view) if self.is_behind else view
        self._branches.show(self._view)
        at, text = session.provisional
        if text and session.fan is not None and session.fan.id != self._dropped:
            self._editor.show_provisional(at, text)
        else:
            self._editor.clear_provisional()
        self.query_one(Title).show(self._where.words)
        self.query_one(StatusLine).show(self._status())
        self.query_one(Footer).show(self._keys_that_work())

    def _keys_that_work(self) -> list[Action]:
        moment = Moment(
            reading=self.focused is self._branches,
            branches=bool(self.session.branches),
            busy=self.session.can_cancel,
            standing=bool(self._editor.provisional[1]),
            zoomed=self.has_class("zoomed"),
            read_only=self.session.read_only,
            guided=self.session.guide.process is not None,
        )
        return [moment.named(action) for action in self._actions if moment.allows(action)]

    def came_to_branches(self) -> None:
        """Something else than a key asked for branches: they are read now."""
        self._dropped = None
        self.set_focus(self._branches)
        self._sync()

    def came_to_text(self) -> None:
        """Something else than a key has the person write now."""
        self.set_focus(self._editor)
        self.came_back()

    def let_go(self) -> None:
        """What stands provisionally does so no more."""
        self._editor.clear_provisional()

    def came_back(self) -> None:
        """From another screen, on which the person may have gone elsewhere."""
        self._drop()
        self._sync()

    def pulled_levers(self, fan: bool | None) -> None:
        """The person is back from the levers, and wants branches under them if `fan`: from the same place as those in
        view, beside them."""
        self.came_back()
        if fan and self.session.fan is not None:
            self.session.again()
        elif fan and not self.session.ask():
            self.notice(self.session.view.problem)
        if fan:
            self.set_focus(self._branches)
            self._sync()

    def _sync(self) -> None:
        """After the session changed the manuscript: show it as it is now."""
        if not self.session.branches and not self.session.busy:
            self.set_focus(self._editor)
        self._editor.follow_manuscript(self.session.loom.text, self.session.loom.cursor)
        self._typed_at, self._prepared = time.monotonic(), False
        self._show()

    def _status(self) -> Status:
        place = goes_to(self.session)
        if self._notice or self.session.saving:
            return Status(alarm=" ".join(filter(None, (self._notice, saving_trouble(self.session)))), place=place)
        counts = self._counts.at(time.monotonic(), self._editor.selection)
        engine, more = engine_words(self.session, narrow=self.size.width < _NAMED)
        return Status((*self.guiding.words, *engine), " · ".join(self._counts.remarks), more, *counts, place=place)

    def _drop(self) -> None:
        """The highlighted branch does not stand in the text any more, until another is highlighted."""
        if self.session.fan is not None:
            self._dropped = self.session.fan.id

    def everything_shown(self) -> None:
        """All that the widgets have drawn was sent to the terminal."""
        if self.is_mounted:
            self._seen.everything_was_sent()
