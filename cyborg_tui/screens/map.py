"""The map: the tree as an outline, with what is known of the place under the cursor beside it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Input

from cyborg_tui.actions import Action
from cyborg_tui.loom.errors import NotPossible
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.outline.filters import HOW, Hunt, read_filter
from cyborg_tui.outline.outline import Outline
from cyborg_tui.outline.shape import Sight
from cyborg_tui.outline.standing import branch_of
from cyborg_tui.screens.compare import CompareScreen, Version
from cyborg_tui.screens.map_preview import preview
from cyborg_tui.screens.map_rows import outline_row, place_name
from cyborg_tui.screens.panes import MapPane, bound_keys
from cyborg_tui.screens.tending import Tending
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session import Session
from cyborg_tui.widgets.lines import Footer, Status, StatusLine, Title
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.preview import Paragraph, Preview

__all__ = ["MapScreen"]

_FRAME = 1 / 20
_NOTHING = (Paragraph((("Nothing here has all of that. Esc: all rows again.", "muted"),)),)
_LONG_ENOUGH = 1.0
"""Seconds after which what is shown has been looked at."""
_SLICE = 0.02
"""Seconds of a frame in which a filter looks for nodes."""


@dataclass(slots=True)
class _Filtered:
    """The outline of what a filter found, and what is still looked for."""

    words: str
    hunt: Hunt
    outline: Outline | None = None


class MapScreen(WorkingScreen[None]):
    """Dismisses when the person goes back to writing; the session is where they went."""

    CSS_PATH = "map.tcss"
    PARTS = ("map",)

    def __init__(self, session: Session, actions: Sequence[Action]) -> None:
        super().__init__(session, actions)
        self._all_actions = actions
        self._hidden = False
        self._compared: NodeId | None = None
        """The place that is to be compared with another."""
        self._sight = self._look()
        self._outlines = [Outline(self._sight)]
        """The whole, and parts of it, each shown as if it were all."""
        self._filtered: _Filtered | None = None
        self._known = self._version()
        self._stale = False
        self._rests: tuple[tuple[NodeId, ...], float] = (), 0.0
        """The place on which the cursor rests, and since when."""
        self._tending = Tending(session, lambda: self._outline.current, self._ask, self.notice, self._renew_at)
        self._begin()

    def _begin(self) -> None:
        """The cursor where the person is, with the branches around it open."""
        here = self._sight.path[-1]
        if self.session.loom.spot is not None:
            self._outline.open_fork(self.session.loom.spot.node)
        self._outline.open_fork(here)
        self._outline.reveal(here)

    def compose(self) -> ComposeResult:
        with Container(id="map-panes"):
            with Container(id="map-left"):
                yield Title(self.session.row.title, id="title")
                yield MapPane(id="outline")
            yield Preview(id="preview")
        yield Input(placeholder=own(HOW), id="filter")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._pane = self.query_one(MapPane)
        self._preview = self.query_one(Preview)
        self._pane.actions = bound_keys(self._actions, "map")
        self._pane.on_any_key = self._key_pressed
        self.set_focus(self._pane)
        self._lay_out()
        self._show()
        self.set_interval(_FRAME, self._frame)

    def changed(self) -> None:
        self._stale = True

    def _key_pressed(self) -> None:
        self._notice = ""

    # what is seen

    @property
    def _outline(self) -> Outline:
        if self._filtered is not None and self._filtered.outline is not None:
            return self._filtered.outline
        return self._outlines[-1]

    def _look(self) -> Sight:
        loom = self.session.loom
        return Sight(loom.tree, [node.id for node in loom.manuscript.path], hidden=self._hidden)

    def _version(self) -> object:
        """Another value whenever there are other rows."""
        loom = self.session.loom
        return loom.tree.shape, loom.manuscript.leaf

    def _renew(self) -> None:
        """The tree is another one now."""
        self._known = self._version()
        self._sight = self._look()
        for outline in self._outlines:
            outline.renew(self._sight)
        if self._filtered is not None:
            if self._filtered.outline is not None:
                self._filtered.outline.renew(self._filtered_sight(self._filtered.hunt))
            self._filter(self._filtered.words)
        self._show()

    def _frame(self) -> None:
        if self._filtered is not None and not self._filtered.hunt.done:
            self._hunt_on(self._filtered)
        self._look_at_place()
        if self._stale:
            self._stale = False
            if self._version() != self._known:
                self._renew()
            else:
                self._show()

    def _look_at_place(self) -> None:
        """A branch on which the cursor rests for a while has been looked at."""
        place, now = self._outline.current.nodes[:1], time.monotonic()
        if place != self._rests[0]:
            self._rests = place, now
        elif place and now - self._rests[1] > _LONG_ENOUGH:
            self._rests = place, float("inf")
            branch = branch_of(self._sight.tree, place[0])
            if branch is not None and not branch.looked and not self.session.read_only:
                self.session.look_at(branch.id)

    def _show(self) -> None:
        outline, compared = self._outline, self._compared
        words = self._filtered.hunt.wanted.words if self._filtered is not None else ()
        self._pane.show(lambda number: outline_row(outline, number, compared, words), len(outline), outline.cursor)
        self._show_place()

    def _moved(self) -> None:
        self._pane.move(self._outline.cursor)
        self._show_place()

    def _show_place(self) -> None:
        nothing = self._filtered is not None and self._filtered.hunt.done and not self._filtered.hunt.found
        self._preview.show(_NOTHING if nothing else preview(self._outline, text_first=self.has_class("low")))
        self._show_lines()

    def _show_lines(self) -> None:
        for status in self.query(StatusLine):
            status.show(self._status())
        for footer in self.query(Footer):
            footer.show([action for action in self._actions if self._works(action)])

    def _status(self) -> Status:
        if self._notice:
            return Status(alarm=self._notice)
        left = ["the map"]
        if len(self._outlines) > 1:
            left.append("a part of it; Z: what is around it")
        if self._filtered is not None:
            left.append(self._said_of_filter(self._filtered))
        if self._hidden:
            left.append("with what is hidden")
        rows = len(self._outline)
        return Status(tuple(left), right=f"row {self._outline.cursor + 1:,} of {rows:,}")

    def _works(self, action: Action) -> bool:
        """Whether a key of this action would do something now."""
        return self.allows(action) or action.id in ("help", "palette", "quit")

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
        self._go_to(self._sight.path[-1])

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
        while not self._outline.reveal(node):
            if self._filtered is not None:
                self._end_filter()
            elif len(self._outlines) > 1:
                self._outlines.pop()
            else:
                self.notice("That place is hidden; X shows what is hidden.")
                break
        self._show()

    def _to_bookmark(self, by: int) -> None:
        place = self.session.garden.overview.next_bookmark(self._outline.place, backwards=by < 0)
        if place is None:
            self.notice("There is no other bookmark; b marks a place.")
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
        row = self._outline.current
        if not row.nodes or row.nodes[0] == self._outline.top:
            self.notice("This is where the outline begins already.")
            return
        self._end_filter()
        self._outlines.append(Outline(self._sight, row.nodes[0]))
        self._show()

    def action_map_lower(self) -> None:
        if len(self._outlines) == 1:
            self.notice("This is the whole tree.")
            return
        gone = self._outlines.pop()
        self._go_to(gone.place)

    def action_map_show_hidden(self) -> None:
        self._hidden = not self._hidden
        self._renew()

    # filtering

    def action_map_filter(self) -> None:
        self.add_class("filtering")
        self.set_focus(self.query_one(Input))
        self._show_lines()

    @on(Input.Changed)
    def _filter_changed(self, event: Input.Changed) -> None:
        self._filter(event.value)

    @on(Input.Submitted)
    def _filter_done(self) -> None:
        if self._filtered is None:
            self._end_filter()
        self.set_focus(self._pane)
        self._show_lines()

    def _filter(self, words: str) -> None:
        """Look for what these words mean; the rows are shown when all of them are found."""
        wanted = read_filter(words)
        if not wanted:
            self._filtered = None
            self._show()
            return
        before = self._filtered.outline if self._filtered is not None else None
        self._filtered = _Filtered(words, Hunt(self._sight.tree, wanted, hidden=self._hidden), before)
        self._hunt_on(self._filtered)

    def _hunt_on(self, filtered: _Filtered) -> None:
        """Look on for a while; when all is found, show it."""
        filtered.hunt.go_on(_SLICE)
        if not filtered.hunt.done:
            return
        place = self._outline.place
        filtered.outline = Outline(self._filtered_sight(filtered.hunt), self._outlines[-1].top, opened=True)
        if place in filtered.hunt.found:
            filtered.outline.reveal(place)
        self._show()

    def _filtered_sight(self, hunt: Hunt) -> Sight:
        only = hunt.with_what_is_above()
        return Sight(self._sight.tree, self._sight.path, hidden=self._hidden, only=only, alone=hunt.found)

    def _said_of_filter(self, filtered: _Filtered) -> str:
        if not filtered.hunt.done:
            return "looking …"
        count = len(filtered.hunt.found)
        return f"the newest {count:,} of many" if filtered.hunt.more else f"{count:,} found"

    def _end_filter(self) -> None:
        self._filtered = None
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
        elif len(self._outlines) > 1:
            self.action_map_lower()
        else:
            self.dismiss(None)

    def action_map_compare(self) -> None:
        place = self._outline.place
        if self._compared is None or self._compared == place:
            self._compared = place if self._compared is None else None
            if self._compared is not None:
                self.notice("Go to another row, and press c again to compare the two.")
            self._show()
            return
        some, self._compared = self._compared, None
        if some in self._sight.tree:
            self._open_comparison(self._version_of(some), self._version_of(place))
        self._show()

    def action_map_compare_now(self) -> None:
        now = Version("your text now", self.session.loom.text)
        self._open_comparison(now, self._version_of(self._outline.place))

    def _version_of(self, node: NodeId) -> Version:
        return Version(place_name(self._sight.tree, node), self._sight.tree.path_text(node))

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
