"""The chart: the outline of the tree, and beside it what is known of the place under the cursor."""

import time
from collections.abc import Sequence
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input

from cyborg_tui.actions import Action
from cyborg_tui.loom.errors import DAMAGED
from cyborg_tui.loom.fan import NodeId
from cyborg_tui.loom.tree import BrokenTree
from cyborg_tui.outline.atlas import Atlas
from cyborg_tui.outline.filters import HOW, Hunt
from cyborg_tui.outline.outline import Outline
from cyborg_tui.outline.standing import branch_of
from cyborg_tui.screens.map_preview import preview
from cyborg_tui.screens.map_rows import outline_row
from cyborg_tui.screens.panes import MapPane, bound_keys
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session import Session
from cyborg_tui.widgets.lines import Footer, Status, StatusLine, Title
from cyborg_tui.widgets.marks import own
from cyborg_tui.widgets.outline import OutlineRow
from cyborg_tui.widgets.preview import Paragraph, Preview

__all__ = ["Chart"]

_FRAME = 1 / 20
_NOTHING = (Paragraph((("Nothing here has all of that. Esc: all rows again.", "muted"),)),)
_DAMAGED = "(damaged)"
_LONG_ENOUGH = 1.0
"""Seconds after which what is shown has been looked at."""
_SLICE = 0.02
"""Seconds of a frame in which a filter looks for nodes."""


class Chart(WorkingScreen[None]):
    """What the map shows. Whoever moves the cursor, opens something or changes the tree asks it to show that."""

    CSS_PATH = "map.tcss"
    PARTS = ("map",)

    def __init__(self, session: Session, actions: Sequence[Action]) -> None:
        super().__init__(session, actions)
        self._all_actions = actions
        self._compared: NodeId | None = None
        """The place that is to be compared with another."""
        self._atlas = Atlas(session.loom)
        self._stale = False
        self._rests: tuple[tuple[NodeId, ...], float] = (), 0.0
        """The place on which the cursor rests, and since when."""

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
        return self._atlas.open

    def _renew(self) -> None:
        """The tree is another one now."""
        self._atlas.renew()
        self._hunt_on()
        self._show()

    def _frame(self) -> None:
        with self.told():
            self._hunt_on()
            self._look_at_place()
        if self._stale:
            self._stale = False
            with self.told():
                if self._atlas.is_stale:
                    self._renew()
            self._show()

    def _look_at_place(self) -> None:
        """A branch on which the cursor rests for a while has been looked at."""
        place, now = self._outline.current.nodes[:1], time.monotonic()
        if place != self._rests[0]:
            self._rests = place, now
        elif place and now - self._rests[1] > _LONG_ENOUGH:
            self._rests = place, float("inf")
            branch = branch_of(self.session.loom.tree, place[0])
            if branch is not None and not branch.looked and not self.session.read_only:
                self.session.look_at(branch.id)

    def _show(self) -> None:
        outline, compared = self._outline, self._compared
        words = self._atlas.hunt.wanted.words if self._atlas.hunt is not None else ()

        def row(number: int) -> OutlineRow:
            try:
                return outline_row(outline, number, compared, words)
            except BrokenTree:
                return OutlineRow(text=((_DAMAGED, "aside"),))

        self._pane.show(row, len(outline), outline.cursor)
        self._show_place()

    def _moved(self) -> None:
        self._pane.move(self._outline.cursor)
        self._show_place()

    def _show_place(self) -> None:
        hunt = self._atlas.hunt
        nothing = hunt is not None and hunt.done and not hunt.found
        try:
            low, narrow = self.has_class("low"), self.has_class("narrow")
            said = _NOTHING if nothing else preview(self._outline, little_room=low or narrow, text_first=low)
        except BrokenTree:
            said = (Paragraph(((DAMAGED, "muted"),)),)
        self._preview.show(said)
        self._show_lines()

    def _show_lines(self) -> None:
        for status in self.query(StatusLine):
            status.show(self._status())
        for footer in self.query(Footer):
            footer.show(self._typing() if isinstance(self.focused, Input) else [*filter(self._works, self._actions)])

    def _status(self) -> Status:
        if self._notice:
            return Status(alarm=self._notice)
        left = ["the map"]
        if self._atlas.is_part:
            left.append("a part of it; Z: what is around it")
        if self._atlas.hunt is not None:
            left.append(_found(self._atlas.hunt))
        if self._atlas.hidden:
            left.append("with what is hidden")
        rows = len(self._outline)
        return Status(tuple(left), right=f"row {self._outline.cursor + 1:,} of {rows:,}")

    def _typing(self) -> list[Action]:
        """The keys that are no letters, while a filter is typed."""
        shorts = {"map_go": "to the rows", "map_down": "move", "map_leave": "all rows"}
        keys = {"map_go": "enter", "map_down": "down", "map_leave": "escape"}
        return [
            replace(action, keys=keys[action.id], short=shorts[action.id], rank=0)
            for action in self._actions
            if action.id in keys
        ]

    def _works(self, action: Action) -> bool:
        """Whether a key of this action would do something now."""
        return self.allows(action) or action.id in ("help", "palette", "quit")

    def _hunt_on(self) -> None:
        """Look on for a while; when all is found, show it."""
        if self._atlas.hunt_on(_SLICE):
            self._show()


def _found(hunt: Hunt) -> str:
    """How far a filter is, for the status line."""
    if not hunt.done:
        return "looking …"
    count = len(hunt.found)
    return f"the newest {count:,} of many" if hunt.more else f"{count:,} found"
