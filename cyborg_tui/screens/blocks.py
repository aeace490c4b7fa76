"""The block screen: the next steps as nested blocks, walked with the arrows."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult

from cyborg_tui.actions import Action
from cyborg_tui.loom.blocks import Path
from cyborg_tui.screens.panes import bound_keys, run_bound_key
from cyborg_tui.screens.views import looking_ahead
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session.looking import Looking
from cyborg_tui.widgets.bars import reach, visible
from cyborg_tui.widgets.blocks import Blocks
from cyborg_tui.widgets.cells import drawable
from cyborg_tui.widgets.lines import Footer, Status, StatusLine, Title
from cyborg_tui.widgets.marks import own

__all__ = ["PART_OF_A_CHARACTER", "BlocksScreen"]

PART_OF_A_CHARACTER = "That is only a part of a character; v, then l go on from it until it is whole."

_FRAME = 1 / 20
_BEFORE = 60
"""Characters before the place that stand above the blocks."""


class BlockPane(Blocks):
    """Has the keys."""

    def __init__(self, actions: Sequence[Action], *, id: str) -> None:
        super().__init__(id=id)
        self._keys = bound_keys(actions, "blocks")

    async def _on_key(self, event: events.Key) -> None:
        await run_bound_key(self, self._keys, event)


class BlocksScreen(WorkingScreen[bool]):
    """Dismissed with whether a run of blocks was taken."""

    PARTS = ("blocks",)

    def __init__(self, looking: Looking, actions: Sequence[Action], offset: int) -> None:
        """What may come next at an offset of the text that is looked into."""
        super().__init__(looking.session, actions)
        self._looking, self._offset = looking, offset
        self._foresight = looking.foresee(offset)
        self._root: Path = ()
        self._place: Path = ()
        self._shown = -1

    def compose(self) -> ComposeResult:
        yield Title(self._before(), id="title")
        yield BlockPane(self._actions, id="blocks")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def _before(self) -> str:
        """The last words before the place."""
        before = self._looking.inside.text[max(0, self._offset - _BEFORE) : self._offset]
        return own("…") + before[before.find(" ") + 1 :].replace("\n", " ") if len(before) == _BEFORE else before

    def on_mount(self) -> None:
        self._pane = self.query_one(BlockPane)
        self.set_focus(self._pane)
        self.query_one(Footer).show([a for a in self._actions if self.allows(a) or a.id in ("help", "palette", "quit")])
        self._show()
        self.set_interval(_FRAME, self._look_further)

    def _look_further(self) -> None:
        """Ask for what there is room to show, and show what has come."""
        known = self._foresight.known
        if self._place and self._place[:-1] not in known:
            self._root, self._place = (), ()  # the model went, or another came
        self._foresight.want(self._pane.lacking)
        if len(known) != self._shown:
            self._show()

    def _show(self) -> None:
        if not self.is_whole:
            return
        known = self._foresight.known
        self._shown = len(known)
        if not self._place and () in known and known[()].likeliest:
            self._place = (known[()].likeliest[0].id,)
        self._pane.show(known, self._root, self._place)
        self.query_one(StatusLine).show(self._status())

    def changed(self) -> None:
        if self.is_mounted:
            self._show()

    def _status(self) -> Status:
        if self._notice:
            return Status(alarm=self._notice)
        place = self._place[:-1]
        outlook = self._foresight.known.get(place)
        if outlook is None:
            return Status((looking_ahead(self.session),))
        path = "".join(self._text_of(self._place[: i + 1]) for i in range(len(self._place)))
        return Status((f"{outlook.bits:.1f} bits", reach(outlook.ninety)), middle=(drawable(visible(path)),))

    def _text_of(self, path: Path) -> str:
        likeliest = self._foresight.known[path[:-1]].likeliest
        return next((token.text for token in likeliest if token.id == path[-1]), "")

    # walking

    def action_block_below(self) -> None:
        self._sibling(1)

    def action_block_above(self) -> None:
        self._sibling(-1)

    def _sibling(self, by: int) -> None:
        self._notice = ""
        beside = self._pane.beside(self._place)
        if self._place in beside:
            self._place = beside[max(0, min(len(beside) - 1, beside.index(self._place) + by))]
        self._show()

    def action_block_in(self) -> None:
        """Into the block: to the likeliest step after it. One too small to show any becomes as tall as the view."""
        outlook = self._foresight.known.get(self._place)
        if not self._pane.shows_inside(self._place):
            self._root = self._place
            self._show()
        if outlook is not None and outlook.likeliest:
            self._place = (*self._place, outlook.likeliest[0].id)
        self._show()

    def action_block_out(self) -> None:
        if len(self._place) > 1:
            self._place = self._place[:-1]
            if len(self._place) <= len(self._root):
                self._root = self._place[:-1]
        self._show()

    def action_zoom_in(self) -> None:
        self._root = self._place
        self.action_block_in()

    def action_zoom_out(self) -> None:
        self._root = self._root[:-1]
        self._show()

    # acting

    def action_take_blocks(self) -> None:
        if self._place and self._place[:-1] in self._foresight.known:
            if self._looking.take_ahead(self._offset, self._foresight, self._place):
                self.dismiss(True)
            else:
                self.notice(PART_OF_A_CHARACTER)

    def action_leave_blocks(self) -> None:
        self.dismiss(False)
