"""The write screen: the editor, the branches, and the loop between them."""

import time
from collections.abc import Mapping, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget

from cyborg_tui.actions import Action
from cyborg_tui.loom.extent import Extent
from cyborg_tui.loom.fan import Finish
from cyborg_tui.session import Session, Waiting
from cyborg_tui.widgets.branches import Branches, BranchView, FanView
from cyborg_tui.widgets.editor import Editor
from cyborg_tui.widgets.lines import Footer, Status, StatusLine

__all__ = ["WriteScreen"]

_FRAME = 1 / 20
_PAUSE = 0.3
"""Seconds without a key after which the context is evaluated ahead of the next."""
_GLANCE = 1.0
"""Seconds after which a branch whose beginning is on the screen has been looked at."""
_WIDE = 100
_APP_ACTIONS = {"help", "looms", "palette", "which_key", "quit"}


async def _run_bound(pane: Widget, actions: Mapping[str, str], event: events.Key) -> None:
    """Run the action bound to a key, in the order in which keys were pressed.

    Textual's own bindings are run by the app, which may be ahead of the characters that still wait in the pane.
    """
    focused = pane.screen.focused
    if focused is not None and focused is not pane:
        focused.post_message(events.Key(event.key, event.character))
    elif event.key in actions:
        await pane.screen.run_action(actions[event.key])
    else:
        return
    event.stop()
    event.prevent_default()


class WritingPane(Editor):
    actions: Mapping[str, str]

    async def _on_key(self, event: events.Key) -> None:
        await _run_bound(self, self.actions, event)


class BranchPane(Branches):
    actions: Mapping[str, str]

    async def _on_key(self, event: events.Key) -> None:
        await _run_bound(self, self.actions, event)

    async def on_key(self, event: events.Key) -> None:
        """Esc and a letter that arrive together look like Alt and the letter: they mean writing, then the letter."""
        letter = event.key.removeprefix("alt+")
        if event.key not in self.actions and letter != event.key and len(letter) == 1:
            event.stop()
            editor = self.screen.query_one(WritingPane)
            self.screen.set_focus(editor)
            editor.insert(letter)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        editor = self.screen.query_one(WritingPane)
        self.screen.set_focus(editor)
        editor.post_message(events.Paste(event.text))


def _keys(actions: Sequence[Action], where: str) -> dict[str, str]:
    """Key → what the screen does, in one of its panes."""
    found: dict[str, str] = {}
    for action in actions:
        if action.where not in (where, "anywhere") or action.id in _APP_ACTIONS:
            continue
        for number, key in enumerate(action.keys.split(","), 1):
            found[key.strip()] = f"take_number({number})" if action.id == "take_number" else action.id
    return found


class WriteScreen(Screen[None]):
    CSS_PATH = "write.tcss"

    def __init__(self, session: Session, title: str, actions: Sequence[Action]) -> None:
        super().__init__()
        self.session = session
        self._title = title
        self._actions = actions
        self._dirty = True
        self._typed_at = time.monotonic()
        self._prepared = False
        self._flow = False
        self._glance: tuple[object, float] = (None, 0.0)
        self._counted: tuple[float, tuple[str, ...]] = (0.0, ())
        self._notice = ""

    def compose(self) -> ComposeResult:
        with Container(id="panes"):
            yield WritingPane(self.session, id="editor")
            yield BranchPane(id="branches")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._editor = self.query_one(WritingPane)
        self._branches = self.query_one(BranchPane)
        self._editor.load(self.session.loom.text, self.session.loom.cursor)
        self._editor.read_only = self.session.read_only
        self._editor.actions = _keys(self._actions, "editor")
        self._branches.actions = _keys(self._actions, "branches")
        self.set_focus(self._editor)
        self._lay_out()
        self.set_interval(_FRAME, self._frame)

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        self.set_class(self.size.width < _WIDE, "narrow")

    def changed(self) -> None:
        """Something changed; the next frame shows it."""
        self._dirty = True

    def notice(self, text: str) -> None:
        """One sentence for the status line, until the next key."""
        self._notice = text
        self._dirty = True

    def on_key(self) -> None:
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
        self._look_around(now)
        if self._dirty:
            self._dirty = False
            self._show()

    def _show(self) -> None:
        session = self.session
        self._branches.show(self._fan_view())
        at, text = session.provisional
        if text and session.fan is not None:
            self._editor.show_provisional(at, text)
        else:
            self._editor.clear_provisional()
        self.query_one(StatusLine).show(self._status())
        where = "branches" if self.focused is self._branches else "editor"
        self.query_one(Footer).show([action for action in self._actions if action.where in (where, "anywhere")])

    def _sync(self) -> None:
        """After the session changed the manuscript: show it as it is now."""
        self._editor.follow_manuscript(self.session.loom.text, self.session.loom.cursor)
        self._typed_at, self._prepared = time.monotonic(), False
        self._show()

    def _fan_view(self) -> FanView:
        session = self.session
        fan = session.fan
        if fan is None:
            return FanView(note=self._note())
        taken, tree = session.taken, session.loom.tree
        views = tuple(
            BranchView(
                branch.text[branch.healed :],
                growing=branch.finish is None,
                taken=taken is not None and branch.id == taken.id,
                bookmarked=tree.node(branch.node).bookmarked,
                ended=branch.finish is Finish.END,
            )
            for branch in session.branches
        )
        parts = [f"{len(views)} branches", f"fan {fan.id}", f"until {fan.settings.until.value}", f"seed {fan.seed}"]
        if self._flow:
            parts.insert(0, "flow")
        return FanView(" · ".join(parts), views, session.highlighted)

    def _note(self) -> str:
        session = self.session
        if session.view.problem:
            return session.view.problem
        if session.waiting_for_model:
            return "The branches come as soon as the model is loaded."
        width = session.settings.width
        return f"Tab: {width} branches from the cursor.\nF1: all keys."

    def _status(self) -> Status:
        view = self.session.view
        if self._notice:
            return Status(alarm=self._notice)
        left: list[str] = []
        if view.model is None:
            left.append(view.problem or f"loading the model · {view.done:.0%}")
        else:
            left.append(view.model.name)
            if view.waiting is Waiting.PROMPT and view.seconds_left:
                left.append(f"reading · {view.done:.0%} · {view.seconds_left:.0f} s left · Esc stops")
            elif view.waiting is not Waiting.NOTHING:
                left.append("writing · Esc stops")
            elif view.stats is not None and view.stats.prompt_tokens:
                left.append(f"{view.stats.prompt_tokens}/{view.window}")
                if view.stats.left_out_tokens:
                    left.append(f"the first {view.stats.left_out_tokens} tokens are out of its sight")
                left.append(f"{view.stats.tokens_per_s:.0f} tok/s")
        return Status(tuple(left), self._counts(), self.session.saving or "saved")

    def _counts(self) -> tuple[str, ...]:
        """Words, the person's share and bits; counted at most twice a second."""
        now = time.monotonic()
        if now - self._counted[0] < 0.5:
            self.set_timer(0.5, self.changed)
            return self._counted[1]
        session = self.session
        counts = [f"{session.words:,} words"]
        if session.person_share is not None:
            counts.append(f"you {session.person_share:.0%}")
        if session.bits:
            counts.append(f"{session.bits:.0f} bits")
        self._counted = (now, tuple(counts))
        return self._counted[1]

    def _look_around(self, now: float) -> None:
        """What stays on the screen for a second while the branches have focus has been looked at."""
        fan = self.session.fan
        if self.focused is not self._branches or fan is None:
            self._glance = (None, now)
        elif self._glance[0] != fan.id:
            self._glance = (fan.id, now)
        elif now - self._glance[1] > _GLANCE:
            self._glance = (fan.id, now)
            for index in range(len(self.session.branches)):
                if self._branches.painted(index):
                    self.session.look(index)

    # actions of the editor

    def action_fan(self) -> None:
        self._editor.clear_provisional()
        self.session.move_cursor(self._editor.cursor)
        self.session.ask()
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
        if self.session.cancel():
            self._show()

    # actions of the branches

    def action_down(self) -> None:
        self._highlight(1)

    def action_up(self) -> None:
        self._highlight(-1)

    def action_take(self) -> None:
        self._take(Extent.WHOLE, fan_again=self._flow)

    def action_take_word(self) -> None:
        self._take(Extent.WORD)

    def action_take_sentence(self) -> None:
        self._take(Extent.SENTENCE)

    def action_take_paragraph(self) -> None:
        self._take(Extent.PARAGRAPH)

    def action_take_number(self, number: int) -> None:
        index = number - 1
        if index < len(self.session.branches):
            shown = self._branches.painted(index)
            if index == self.session.highlighted:
                shown = max(shown, self._editor.painted)
            self._taken(self.session.take(index, shown), fan_again=self._flow)

    def action_take_and_fan(self) -> None:
        session = self.session
        taken = session.taken
        left = session.provisional[1]
        if session.fan is None or (taken is not None and not left):
            return self.action_fan()
        return self._take(Extent.WHOLE, fan_again=True)

    def action_parent(self) -> None:
        if not self.session.parent():
            self.notice("This is the beginning: nothing was taken above.")
        self._sync()

    def action_again(self) -> None:
        self.session.again()
        self._sync()

    def action_more(self) -> None:
        self.session.more()
        self._show()

    def action_flow(self) -> None:
        self._flow = not self._flow
        self._show()

    def action_hide(self) -> None:
        self.session.hide()
        self._show()

    def action_bookmark(self) -> None:
        self.session.bookmark()
        self._show()

    def action_edit_branch(self) -> None:
        self._take(Extent.WHOLE)
        self.set_focus(self._editor)

    def action_zoom(self) -> None:
        self.toggle_class("zoomed")
        self.set_focus(self._editor)

    def action_write(self) -> None:
        self.session.cancel()
        self.set_focus(self._editor)
        self._show()

    # actions anywhere

    def action_undo(self) -> None:
        if not self.session.undo():
            self.notice("There is nothing to undo.")
        self._sync()

    def action_redo(self) -> None:
        if not self.session.redo():
            self.notice("There is nothing to redo.")
        self._sync()

    async def action_save(self) -> None:
        self.notice(self.session.save_file())

    def _highlight(self, by: int) -> None:
        self.session.highlight(self.session.highlighted + by)
        if self.session.loom.text != self._editor.text:
            self._sync()
        self._show()

    def _take(self, extent: Extent, *, fan_again: bool = False) -> None:
        """Take of the highlighted branch what has been painted."""
        self._show()
        session = self.session
        index = session.highlighted
        already = session.taken_length(session.branches[index]) if session.branches and session.taken else 0
        shown = max(self._editor.painted, self._branches.painted(index) - already)
        self._taken(session.take(index, shown, extent), fan_again=fan_again)

    def _taken(self, done: bool, *, fan_again: bool) -> None:
        if done and fan_again:
            self.session.ask()
        self._sync()
