"""A session played back on the screen on which it was written."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer

from cyborg_tui.actions import Action
from cyborg_tui.config import Config
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import BranchId, FanId
from cyborg_tui.loom.piece import Pieces, cut, length, text_of
from cyborg_tui.loom.replaying import Moment, Replay
from cyborg_tui.loom.tree import Tree
from cyborg_tui.screens.colours import textual_theme, theme_for
from cyborg_tui.screens.panes import WritingPane
from cyborg_tui.terminal.app import LineApp
from cyborg_tui.terminal.kind import kind_of
from cyborg_tui.terminal.screen import LineScreen
from cyborg_tui.widgets.branches import Branches, BranchView, FanView
from cyborg_tui.widgets.lines import Footer, Status, StatusLine, Title
from cyborg_tui.widgets.marks import own

__all__ = ["ReplayApp", "ReplayScreen"]

_KEYS = (
    Action("play", "space", "Play or pause", "play"),
    Action("step", "right,l,n,enter", "One step on", "step"),
    Action("step_back", "left,h", "One step back", "back"),
    Action("faster", "plus,up,k", "Twice as fast", "faster"),
    Action("slower", "minus,down,j", "Half as fast", "slower"),
    Action("first", "home,0", "To the beginning", "begin"),
    Action("last", "end,G", "To the end", "end"),
    Action("leave", "q,escape,ctrl+q,ctrl+c", "Quit", "quit"),
)
_LONGEST_PAUSE = 2.0
"""Seconds that a pause of the person's is shown for, however long it was."""
_FASTEST, _SLOWEST = 256.0, 1 / 4
_FRAME = 1 / 30
_WIDE, _TALL = 100, 20
_WORDS = {
    EventKind.LOOKED: "looked at a branch",
    EventKind.GENERATED: "asked for branches",
    EventKind.TAKEN: "took a branch",
    EventKind.MOVED: "went elsewhere",
    EventKind.UNDONE: "undid",
    EventKind.REDONE: "did again",
    EventKind.EDITED: "wrote",
    EventKind.SAVED_FILE: "saved the file",
    EventKind.OPENED: "opened the loom",
    EventKind.CLOSED: "closed the loom",
    EventKind.HIDDEN: "hid a branch",
    EventKind.BOOKMARKED: "bookmarked something",
    EventKind.NAMED: "named a place",
    EventKind.TAGGED: "tagged a place",
    EventKind.NOTED: "noted something",
    EventKind.FRAMED: "set the levers",
    EventKind.BESIDE: "put side by side",
    EventKind.STEP: "a step of a process",
    EventKind.LEFT: "left a process",
    EventKind.PURGED: "deleted for good",
    EventKind.REWRITTEN: "rewrote everywhere",
    EventKind.CANCELLED: "stopped the model",
    EventKind.REASONED: "said why",
    EventKind.JUDGED: "looked back",
    EventKind.PRAISED: "called it good work",
}


class _Page:
    """What the editor shows: a text that nobody changes."""

    def __init__(self) -> None:
        self.pieces: Pieces = ()

    def edit(self, start: int, end: int, text: str) -> None:
        """Nothing is edited."""

    def keep_provisional(self, shown: int) -> int:
        """Nothing is provisional."""
        return 0

    def move_cursor(self, offset: int) -> None:
        """The cursor is the replay's."""

    def authors(self, start: int, end: int) -> Iterable[tuple[int, int, str]]:
        at = start
        for piece in cut(self.pieces, start, min(end, length(self.pieces))):
            yield at, at + len(piece.text), "person" if piece.branch is None else "model"
            at += len(piece.text)


class ReplayScreen(LineScreen[None]):
    CSS_PATH = "write.tcss"

    def __init__(
        self,
        title: str,
        replay: Replay,
        tree: Tree,
        at: int = 0,
        *,
        orders: Mapping[FanId, Sequence[BranchId]] | None = None,
    ) -> None:
        """`orders`: how the branches stood of fans that were shown in another order than they were drawn in."""
        super().__init__()
        self._orders = orders or {}
        self._title, self._replay, self._tree = title, replay, tree
        self._number = at
        self._speed = 1.0
        self._timer: Timer | None = None
        self._page = _Page()

    def compose(self) -> ComposeResult:
        with Container(id="panes"):
            with Container(id="page"):
                yield Title(self._title, id="title")
                yield WritingPane(self._page, id="editor")
            yield Branches(id="branches")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._editor = self.query_one(WritingPane)
        self._editor.read_only = True
        self._editor.actions = _bound()
        self._editor.on_any_key = lambda: None
        self._editor.load("")
        self.query_one(Branches).can_focus = False  # all keys are the replay's
        self.set_focus(self._editor)
        self.query_one(Footer).show([action for action in _KEYS if action.short])
        self._lay_out()
        self._show()
        self.action_play()

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        self.set_class(self.size.width < _WIDE, "narrow")
        self.set_class(self.size.height < _TALL, "low")
        self.set_class(own("│") != "│", "ascii")

    # playing

    def action_play(self) -> None:
        if self._timer is None:
            if self._number == len(self._replay):
                self._number = 0
            self._play_on()
        else:
            self._pause()
        self._show()

    def action_step(self) -> None:
        self._go(self._number + 1)

    def action_step_back(self) -> None:
        self._go(self._number - 1)

    def action_first(self) -> None:
        self._go(0)

    def action_last(self) -> None:
        self._go(len(self._replay))

    def action_faster(self) -> None:
        self._pace(2)

    def action_slower(self) -> None:
        self._pace(1 / 2)

    def action_leave(self) -> None:
        self.app.exit()

    def _go(self, number: int) -> None:
        self._pause()
        self._number = max(0, min(number, len(self._replay)))
        self._show()

    def _pace(self, times: float) -> None:
        self._speed = max(_SLOWEST, min(_FASTEST, self._speed * times))
        if self._timer is not None:
            self._pause()
            self._play_on()
        self._show()

    def _pause(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _play_on(self) -> None:
        """The next lines: as many as fall into one frame."""
        wait, number = 0.0, self._number
        while number < len(self._replay) and wait < _FRAME:
            wait += min(_LONGEST_PAUSE, self._replay.seconds_to_next(number)) / self._speed
            number += 1
        if number == self._number:
            self._timer = None
            return

        def on() -> None:
            self._number = number
            self._play_on()
            self._show()

        self._timer = self.set_timer(max(_FRAME, wait), on)

    # drawing

    @property
    def eye(self) -> int:
        """The row in which the person looks: of the cursor."""
        editor = self._editor
        return editor.region.y + editor.document.row_of(editor.cursor) - editor.scroll_offset.y

    def _show(self) -> None:
        moment = self._replay.at(self._number)
        self._page.pieces = moment.pieces
        self._editor.follow_manuscript(text_of(moment.pieces), moment.cursor)
        self.query_one(Branches).show(self._fan_view(moment))
        self.query_one(StatusLine).show(self._status(moment))

    def _fan_view(self, moment: Moment) -> FanView:
        tree = self._tree
        if moment.fan is None or not tree.has_fan(moment.fan):
            return FanView(note="")
        order = {branch: place for place, branch in enumerate(self._orders.get(moment.fan, ()))}
        branches = sorted(tree.branches(moment.fan), key=lambda branch: order.get(branch.id, branch.index))
        shown = tuple(
            BranchView(
                branch.text[branch.healed :],
                number=order.get(branch.id, branch.index) + 1,
                taken=branch.id == moment.taken,
            )
            for branch in branches
        )
        ids = [branch.id for branch in branches]
        at = ids.index(moment.highlighted) if moment.highlighted in ids else 0
        return FanView(moment.fan, f"{len(branches)} branches · fan {moment.fan}", shown, at)

    def _status(self, moment: Moment) -> Status:
        where = f"{moment.number:,} of {len(self._replay):,}"
        pace = (f"{self._speed:g}×", *(() if self._timer is not None else ("paused",)))
        right = "" if moment.exact else "not all on record"
        return Status(("replay", where, *pace, *_happened(moment.event)), right=right)


def _happened(event: Event | None) -> tuple[str, ...]:
    if event is None:
        return ("the beginning",)
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(event.at))
    return _WORDS.get(event.kind, event.kind.value), when


def _bound() -> Mapping[str, str]:
    return {key: action.id for action in _KEYS for key in action.names}


class ReplayApp(LineApp):
    """Shows a replay and nothing else."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, config: Config, make_screen: Callable[[], ReplayScreen]) -> None:
        kind = kind_of()
        theme, _ = theme_for(kind, config.theme)
        super().__init__(kind, ansi_color=theme.plain or None)
        self._make_screen = make_screen
        self.register_theme(textual_theme(theme))
        self.theme = theme.name

    def on_mount(self) -> None:
        self.push_screen(self._make_screen())
