"""The write screen: the loop between the editor and the branches, key by key."""

from typing import TYPE_CHECKING

from cyborg_tui.library.library import LibraryError
from cyborg_tui.loom.extent import Extent
from cyborg_tui.loom.mirror.reasons import Reason
from cyborg_tui.screens.desk import Desk
from cyborg_tui.screens.leaving import edit_manuscript, suspend
from cyborg_tui.screens.views import memory_words
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session.looking import Looking
from cyborg_tui.terminal.app import LineApp

if TYPE_CHECKING:
    from cyborg_tui.screens.samplers import Turned
    from cyborg_tui.screens.sources import Wish

__all__ = ["WriteScreen"]

_BLIND = "Blind from the next fan on: branches are shuffled, chances and the model's name hidden until you choose."
_TAKEN = "One of these branches is taken; h goes back to all of them."


class WriteScreen(Desk):
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

    def action_bridge(self) -> None:
        """Over the selection, or where the cursor is in the middle of the text."""
        self._editor.clear_provisional()
        self._dropped = None
        cursor = self._editor.cursor
        start, end = self._editor.selection or (cursor, cursor)
        if not self.session.loom.text[end:].strip():
            self.notice("Nothing follows here to lead to; Tab makes branches from the end.")
            return
        if not self.session.bridge(start, end):
            self.notice(self.session.view.problem)
        self.set_focus(self._branches)
        self._sync()

    def action_sort_bridges(self) -> None:
        now = self.session.sort_bridges()
        if now is None:
            self.notice("How these lead on is not known; Ctrl+O g asks for branches that lead to what follows.")
        else:
            self.notice("Those that lead on best first." if now else "In the order in which they were drawn.")
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
        """Stop what the model is doing; else drop the branch that stands in the text; else show both panes again; else
        leave the process."""
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
        numbers = self.session.numbers
        if number not in numbers:
            self.notice(f"There is no branch {number} in sight.")
            return
        index = numbers.index(number)
        if index != self.session.highlighted and self._branches.out_of_sight(index):
            self._highlight(index - self.session.highlighted)
            self.notice(f"Here is {number}, of which not all had been on the screen; {number} again takes it.")
            return
        self._taken(self.session.take(index, self._shown(index)), fan_again=self._flow)

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
        self.notice(self.session.more())
        self._show()

    def action_flow(self) -> None:
        self._flow = not self._flow
        self.notice("Flow is on: every take fans again." if self._flow else "Flow is off.")
        self._show()

    def action_hide(self) -> None:
        if not self.session.hide():
            self.notice(_TAKEN)
        self._show()

    def action_bookmark(self) -> None:
        bookmarked = self.session.bookmark()
        if bookmarked is not None and self.session.taken is not None:  # whose mark says that it is taken
            self.notice("Bookmarked." if bookmarked else "Not bookmarked any more.")
        self._show()

    def action_why(self, number: int) -> None:
        reason = list(Reason)[number - 1]
        done = self.session.mirror.say_why(reason)
        self.notice(f"Taken because: {reason.value}." if done else "Nothing was taken here yet.")

    def action_blind(self) -> None:
        settings = self.session.mirror.settings
        if self.session.hides:
            self.session.unblind()
            settings.make_blind(False)
            self.notice("Nothing is hidden any more, of these branches and of the next fans.")
            return
        settings.make_blind(not settings.blind)
        self.notice(_BLIND if settings.blind else "Branches are shown as they are drawn, from the next fan on.")

    async def action_look_back(self) -> None:
        await self.app.run_action("go('look_back')")

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

    def action_room(self) -> None:
        """More branches are read at once, as long as they are what is read."""
        self.toggle_class("roomy")

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
            self.came_to_branches()
        else:
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
            self.session.again()
            self.came_to_branches()

    def put_beside(self, wish: "Wish | None") -> None:
        """The person chose what is to stand side by side."""
        if wish is None:
            return
        self.let_go()
        self.session.move_cursor(self._editor.cursor)
        if not self.session.ask_beside(wish.sources, blind=wish.blind):
            self.notice("There is no model yet.")
        self.came_to_branches()

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
        self.notice("Coloured by who wrote it." if self._editor.by_author else "All in one colour.")

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
            said = await edit_manuscript(app, self.session)
            front = app.screen if isinstance(app.screen, WorkingScreen) else self
            front.notice(said)  # another window may have put another screen in place of this one
            if self.is_whole:
                self._sync()

        app = self.line_app
        if app is not None and not app.is_away:
            self.session.cancel()
            self._editor.clear_provisional()
            self._drop()
            self.set_focus(self._editor)
            app.run_worker(edit(app))  # which goes on if this screen does not

    def action_leave_process(self) -> None:
        if not self.guiding.leave():
            self.notice("There is no process to leave.")

    def action_memory(self) -> None:
        self.notice(memory_words(self.session))

    def action_suspend(self) -> None:
        self.notice(suspend())

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

    def _taken(self, done: bool, *, fan_again: bool) -> None:
        self._dropped = None
        if not done and self.session.taken is not None and not self.session.provisional[1]:
            self.notice("All of it is taken; Tab asks for branches from here.")
        if done and self.session.beside.news:
            self.notice(self.session.beside.news)
            self.session.beside.news = ""
        if done and fan_again and not self.session.guide.due:
            self.session.ask()
        self._sync()
