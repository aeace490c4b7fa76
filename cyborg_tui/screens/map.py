"""The map: the tree gone about in, filtered, compared and tended, key by key."""

from collections.abc import Callable, Sequence
from typing import Any

from textual import events, on
from textual.screen import ModalScreen
from textual.widgets import Input

from cyborg_tui.actions import Action
from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.screens.chart import Chart
from cyborg_tui.screens.compare import CompareScreen, Version
from cyborg_tui.screens.map_rows import place_name
from cyborg_tui.screens.tending import Tending
from cyborg_tui.session import Session

__all__ = ["MapScreen"]


class MapScreen(Chart):
    """Dismisses when the person goes back to writing; the session is where they went."""

    def __init__(self, session: Session, actions: Sequence[Action]) -> None:
        super().__init__(session, actions)
        self._tending = Tending(session, lambda: self._outline.current, self._ask, self.notice, self._renew_at)

    # moving

    def action_map_down(self) -> None:
        self._outline.move_to(self._outline.cursor + 1)
        self._moved()

    def action_map_up(self) -> None:
        self._outline.move_to(self._outline.cursor - 1)
        self._moved()

    def action_map_page_down(self) -> None:
        self._outline.move_to(self._outline.cursor + self._page)
        self._moved()

    def action_map_page_up(self) -> None:
        self._outline.move_to(self._outline.cursor - self._page)
        self._moved()

    @property
    def _page(self) -> int:
        return max(1, self._pane.size.height - 2)

    def action_map_left(self) -> None:
        self._outline.turn_left()
        self._show()

    def action_map_right(self) -> None:
        self._outline.turn_right()
        self._show()

    def action_map_next_sibling(self) -> None:
        self._beside(1)

    def action_map_previous_sibling(self) -> None:
        self._beside(-1)

    def _beside(self, by: int) -> None:
        if not self._outline.beside(by):
            self.notice("There is no other branch on this side.")
        self._show()

    def action_map_root(self) -> None:
        self._outline.move_to(0)
        self._moved()

    def action_map_last(self) -> None:
        self._outline.move_to(len(self._outline) - 1)
        self._moved()

    def action_map_here(self) -> None:
        self._go_to(self.session.loom.manuscript.leaf)

    def action_map_last_child(self) -> None:
        child = self.session.garden.last_child(self._outline.place)
        if child is None:
            self.notice("Nothing follows here.")
        else:
            self._go_to(child)

    def action_map_next_bookmark(self) -> None:
        self._to_bookmark(1)

    def action_map_previous_bookmark(self) -> None:
        self._to_bookmark(-1)

    def action_map_back(self) -> None:
        self._stepped(self.session.garden.back(), "You were nowhere before.")

    def action_map_forward(self) -> None:
        self._stepped(self.session.garden.forward(), "You went nowhere from here yet.")

    def _stepped(self, done: bool, otherwise: str) -> None:
        """After going back or forward among the places where the person was."""
        if done:
            self._renew_at(self.session.loom.manuscript.leaf)
        else:
            self.notice(otherwise)

    def _go_to(self, node: NodeId) -> None:
        """Put the cursor on a node, whatever hides it."""
        filtered = self._atlas.hunt is not None
        if not self._atlas.reveal(node):
            self.notice("That place is hidden; X shows what is hidden.")
        if filtered and self._atlas.hunt is None:
            self._end_filter()
        self._show()

    def _to_bookmark(self, by: int) -> None:
        place = self.session.garden.overview.next_bookmark(self._outline.place, backwards=by < 0)
        if place is None:
            self.notice("There is no other bookmark; b makes one.")
        else:
            self._go_to(place)

    # opening and closing

    def action_map_open_all(self) -> None:
        self._outline.open_all()
        self._show()

    def action_map_close_all(self) -> None:
        self._outline.close_all()
        self._show()

    def action_map_page_on(self) -> None:
        self._preview.turn_page()

    def action_map_hoist(self) -> None:
        if not self._atlas.hoist():
            self.notice("This is where the outline begins already.")
            return
        self._end_filter()
        self._show()

    def action_map_lower(self) -> None:
        if not self._atlas.lower():
            self.notice("This is the whole tree.")
        self._show()

    def action_map_show_hidden(self) -> None:
        self._atlas.show_hidden()
        self._hunt_on()
        self._show()

    # filtering

    def action_map_filter(self) -> None:
        self.add_class("filtering")
        self.set_focus(self.query_one(Input))
        self._show_lines()

    @on(Input.Changed)
    def _filter_changed(self, event: Input.Changed) -> None:
        with self.told():
            self._atlas.filter(event.value)
            self._show() if self._atlas.hunt is None else self._hunt_on()

    @on(Input.Submitted)
    def _filter_done(self) -> None:
        if self._atlas.hunt is None:
            self._end_filter()
        self.set_focus(self._pane)
        self._show_lines()

    def _end_filter(self) -> None:
        self._atlas.end_filter()
        self.query_one(Input).value = ""
        self.remove_class("filtering")
        self.set_focus(self._pane)

    def on_key(self, event: events.Key) -> None:
        """Keys that are no letters mean the same while one types a filter."""
        if not isinstance(self.focused, Input):
            return
        moves: dict[str, Callable[[], None]] = {
            "down": self.action_map_down,
            "up": self.action_map_up,
            "pagedown": self.action_map_page_down,
            "pageup": self.action_map_page_up,
            "escape": self.action_map_leave,
        }
        if event.key in moves:
            event.stop()
            event.prevent_default()
            moves[event.key]()

    # doing something there

    def _ask(self, prompt: ModalScreen[Any], answered: Callable[[Any], None]) -> None:
        self.app.push_screen(prompt, answered)

    def _renew_at(self, place: NodeId | None) -> None:
        self._renew()
        if place is not None:
            self._go_to(place)

    def action_map_go(self) -> None:
        try:
            self.session.garden.go(self._outline.place)
        except NotPossible as error:
            self.notice(str(error))
        else:
            self.dismiss(None)

    def action_map_leave(self) -> None:
        """Back, one step at a time: to all rows, to the whole tree, to writing."""
        if self.has_class("filtering"):
            place = self._outline.place
            self._end_filter()
            self._go_to(place)
        elif self._atlas.is_part:
            self.action_map_lower()
        else:
            self.dismiss(None)

    def action_map_compare(self) -> None:
        place = self._outline.place
        if len(self._outline) == 1:
            self.notice("There is nothing yet to compare this with.")
            return
        if self._compared is None or self._compared == place:
            self._compared = place if self._compared is None else None
            if self._compared is not None:
                self.notice("Go to another row, and press c again to compare the two.")
            self._show()
            return
        some, self._compared = self._compared, None
        if some in self.session.loom.tree:
            self._open_comparison(self._version_of(some), self._version_of(place))
        self._show()

    def action_map_compare_now(self) -> None:
        now = Version("your text now", self.session.loom.text)
        self._open_comparison(now, self._version_of(self._outline.place))

    def _version_of(self, node: NodeId) -> Version:
        return Version(place_name(self.session.loom.tree, node), self.session.loom.tree.path_text(node))

    def _open_comparison(self, some: Version, other: Version) -> None:
        self.app.push_screen(CompareScreen(self.session, self._all_actions, some, other))

    def action_map_hide(self) -> None:
        self._tending.hide()

    def action_map_bookmark(self) -> None:
        self._tending.bookmark()

    def action_map_tag(self) -> None:
        self._tending.tag()

    def action_map_note(self) -> None:
        self._tending.note()

    def action_map_name(self) -> None:
        self._tending.name()

    def action_map_move_up(self) -> None:
        self._tending.move(-1)

    def action_map_move_down(self) -> None:
        self._tending.move(1)

    def action_map_split(self) -> None:
        self._tending.split()

    def action_map_join(self) -> None:
        self._tending.join()

    def action_map_rewrite(self) -> None:
        self._tending.rewrite()

    def action_map_purge(self) -> None:
        self._tending.purge()

    def action_undo(self) -> None:
        if not self.session.undo():
            self.notice("There is nothing to undo.")
        self._renew()

    def action_redo(self) -> None:
        if not self.session.redo():
            self.notice("There is nothing to redo.")
        self._renew()
