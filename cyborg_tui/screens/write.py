"""The write screen: the editor, the branches, and the loop between them."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container

from cyborg_tui.actions import Action
from cyborg_tui.library.library import LibraryError
from cyborg_tui.loom.extent import Extent
from cyborg_tui.loom.fan import FanId, NodeId
from cyborg_tui.screens.comparing import Comparing
from cyborg_tui.screens.guiding import Guiding
from cyborg_tui.screens.leaving import edit_manuscript, suspend
from cyborg_tui.screens.moment import Counts, Glance, Moment, Where
from cyborg_tui.screens.panes import BranchPane, WritingPane, bound_keys
from cyborg_tui.screens.saving import Saving
from cyborg_tui.screens.seen import Seen
from cyborg_tui.screens.views import engine_words, fan_view, goes_to, held_back, memory_words, saving_trouble
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session import Session
from cyborg_tui.session.looking import Looking
from cyborg_tui.terminal.app import LineApp
from cyborg_tui.widgets.branches import FanView
from cyborg_tui.widgets.lines import Footer, Status, StatusLine, Title

if TYPE_CHECKING:
    from cyborg_tui.screens.samplers import Turned

__all__ = ["WriteScreen"]

_FRAME = 1 / 20
_SLOW_FRAME = 1 / 4
"""Seconds between two frames of what grows by itself; the second on a line that is behind."""
_SLOW = "The line is slow: only the highlighted branch is shown while it grows; what you type is saved all the same."
_PAUSE = 0.3
"""Seconds without a key after which the context is evaluated ahead of the next."""
_TAKEN = "One of these branches is taken; h goes back to all of them."


class WriteScreen(WorkingScreen[None]):
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
        if not self.session.visit(node, start):
            self.notice("That place is not there any more.")
        self._drop()
        self._sync()
        self.set_focus(self._editor)

    def _key_pressed(self) -> None:
        self._keyed_at = time.monotonic()
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
        self._glance.look(now, self._branches.painted if self.focused is self._branches else None)
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

    def came_back(self) -> None:
        """From another screen, on which the person may have gone elsewhere."""
        self._drop()
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
        return Status(
            (*self.guiding.words, *engine_words(self.session)),
            *self._counts.at(time.monotonic(), self._editor.selection),
            place=place,
        )

    # actions of the editor

    def action_fan(self) -> None:
        self._editor.clear_provisional()
        self._dropped = None
        self.remove_class("zoomed")
        self.session.move_cursor(self._editor.cursor)
        if not self.session.ask():
            self.notice(self.session.view.problem)
        self.set_focus(self._branches)
        self._sync()

    def action_next_branch(self) -> None:
        self._highlight(1)

    def action_previous_branch(self) -> None:
        self._highlight(-1)

    def action_take_here(self) -> None:
        self._take(Extent.WHOLE)

    def action_parent_here(self) -> None:
        self.action_parent()

    def action_stop(self) -> None:
        """Stop what the model is doing; else drop the branch that stands in the text; else show both panes again."""
        if self.session.cancel():
            pass
        elif self._editor.provisional[1]:
            self._drop()
        elif self.has_class("zoomed"):
            self.remove_class("zoomed")
        else:
            self.guiding.leave()
        self._show()

    # actions of the branches

    def action_down(self) -> None:
        self._highlight(1)

    def action_up(self) -> None:
        self._highlight(-1)

    def action_take(self) -> None:
        self._take(Extent.WHOLE, fan_again=self._flow)

    def action_take_word(self) -> None:
        self._take(Extent.WORD, fan_again=self._flow)

    def action_take_sentence(self) -> None:
        self._take(Extent.SENTENCE, fan_again=self._flow)

    def action_take_paragraph(self) -> None:
        self._take(Extent.PARAGRAPH, fan_again=self._flow)

    def action_take_number(self, number: int) -> None:
        done = self.session.take(number - 1, self._shown(number - 1))
        self._taken(done, fan_again=self._flow)

    def action_take_and_fan(self) -> None:
        session = self.session
        taken = session.taken
        left = session.provisional[1]
        if session.fan is None or (taken is not None and not left):
            return self.action_fan()
        return self._take(Extent.WHOLE, fan_again=True)

    def action_parent(self) -> None:
        before = self.session.own_characters
        if not self.session.parent():
            self.notice("This is the beginning: nothing was taken above.")
        self._mind(before)
        self._sync()

    def action_again(self) -> None:
        self.session.again()
        self._sync()

    def action_more(self) -> None:
        if not self.session.more():
            self.notice("There is no fan to add to, or the model is not there yet.")
        self._show()

    def action_flow(self) -> None:
        self._flow = not self._flow
        self._show()

    def action_hide(self) -> None:
        if not self.session.hide():
            self.notice(_TAKEN)
        self._show()

    def action_bookmark(self) -> None:
        self.session.bookmark()
        self._show()

    def action_compare(self) -> None:
        self.notice(self._comparing.branch())
        self._show()

    def action_compare_then(self) -> None:
        self._comparing.then()

    def action_edit_branch(self) -> None:
        self._take(Extent.WHOLE)
        self.set_focus(self._editor)

    def action_zoom(self) -> None:
        self.toggle_class("zoomed")
        self.set_focus(self._editor)

    def action_write(self) -> None:
        self.session.cancel()
        self._drop()
        self.set_focus(self._editor)
        self._show()

    def action_write_on(self) -> None:
        self.set_focus(self._editor)
        self._show()

    async def action_tokens_here(self) -> None:
        await self.app.run_action("go('tokens')")

    def looking(self) -> Looking:
        """A look inside: into the branch that stands in the text while the branches have the keys, else the text."""
        self.session.move_cursor(self._editor.cursor)
        return Looking(self.session, standing=self.focused is self._branches)

    def looked_inside(self, taken: bool | None) -> None:
        """The person is back from there; something was taken if `taken`."""
        if taken:
            self._dropped = None
            self.set_focus(self._branches)
        self._sync()

    def drawn_by(self, turned: "Turned | None") -> None:
        """The person is back from the samplers."""
        if turned is None:
            return
        self.session.draw_by(turned.settings)
        if not turned.fan:
            self.notice("The next fans are made so.")
        elif self.session.fan is None:
            self.action_fan()
        else:
            self._dropped = None
            self.set_focus(self._branches)
            self.action_again()

    # actions anywhere

    def action_undo(self) -> None:
        if not self.session.undo():
            self.notice("There is nothing to undo.")
        self._went_back()

    def action_redo(self) -> None:
        if not self.session.redo():
            self.notice("There is nothing to redo.")
        self._went_back()

    def action_colours(self) -> None:
        self._editor.colour_by_author(not self._editor.by_author)

    def action_replace(self) -> None:
        from cyborg_tui.screens.replace import ReplaceScreen

        self._editor.clear_provisional()
        self._drop()
        self.set_focus(self._editor)
        self.app.push_screen(ReplaceScreen(self.session, self._editor.cursor, self._show_stretch))

    def _show_stretch(self, start: int, end: int) -> None:
        """Show the text as it is now, and select a stretch of it."""
        self._sync()
        self._editor.place(start)
        self._editor.place(end, selecting=True)

    def action_provenance(self) -> None:
        from cyborg_tui.screens.provenance import ProvenanceScreen

        selection = self._editor.selection
        try:
            self.app.push_screen(ProvenanceScreen(self.session.provenance(selection), selected=selection is not None))
        except LibraryError as error:
            self.notice(str(error))

    def action_save(self) -> None:
        self._saving.save()

    def action_edit_outside(self) -> None:
        async def edit(app: LineApp) -> None:
            self.notice(await edit_manuscript(app, self.session))
            self._sync()

        app = self.line_app
        if app is not None and not app.is_away:
            self.session.cancel()
            self._editor.clear_provisional()
            self._drop()
            self.set_focus(self._editor)
            self.run_worker(edit(app))

    def action_leave_process(self) -> None:
        if not self.guiding.leave():
            self.notice("There is no process to leave.")

    def action_memory(self) -> None:
        self.notice(memory_words(self.session))

    def action_suspend(self) -> None:
        self.notice(suspend())

    def _drop(self) -> None:
        """The highlighted branch does not stand in the text any more, until another is highlighted."""
        if self.session.fan is not None:
            self._dropped = self.session.fan.id

    def _went_back(self) -> None:
        """After undo or redo. Whoever is writing goes on writing: what typing would take is not put back."""
        if self.focused is self._editor:
            self._drop()
        self._sync()

    def _mind(self, before: int) -> None:
        """Say so if the person's own words, `before` characters of them, are not on the path any more."""
        if self.session.own_characters < before:
            self.notice("What you wrote from there on is kept with the branch it followed; Ctrl+Z brings it back.")

    def _highlight(self, by: int) -> None:
        self._dropped = None
        before = self.session.own_characters
        self.session.highlight(self.session.highlighted + by)
        self._mind(before)
        if self.session.loom.text != self._editor.text:
            self._sync()
        self._show()

    def _take(self, extent: Extent, *, fan_again: bool = False) -> None:
        """Take of the highlighted branch what has been painted."""
        index = self.session.highlighted
        self._taken(self.session.take(index, self._shown(index), extent), fan_again=fan_again)

    def _shown(self, index: int) -> int:
        """How many of the characters that are left of a branch have been on the screen."""
        return self._seen.left_of(index, all_sent=self.all_is_sent)

    def everything_shown(self) -> None:
        """All that the widgets have drawn was sent to the terminal."""
        if self.is_mounted:
            self._seen.everything_was_sent()

    def _taken(self, done: bool, *, fan_again: bool) -> None:
        self._dropped = None
        if done and fan_again and not self.session.guide.due:
            self.session.ask()
        self._sync()
