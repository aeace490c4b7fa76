"""The mirror: the process of writing, in small pictures."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from textual import events
from textual.app import ComposeResult

from cyborg_tui.actions import Action
from cyborg_tui.library.library import LibraryError
from cyborg_tui.loom.mirror.days import Span
from cyborg_tui.loom.mirror.loops import Repetition, repetition
from cyborg_tui.loom.mirror.reflection import Reflection
from cyborg_tui.loom.mirror.warnings import WarningKind
from cyborg_tui.screens.mirror_pictures import pictures
from cyborg_tui.screens.panes import bound_keys, run_bound_key
from cyborg_tui.screens.working import WorkingScreen
from cyborg_tui.session import Session
from cyborg_tui.widgets.lines import Footer, Status, StatusLine, Title
from cyborg_tui.widgets.pictures import Picture, Pictures

__all__ = ["MirrorScreen"]

_WARNINGS = {
    "Which place was taken": WarningKind.POSITION,
    "Time to choose": WarningKind.PACE,
    "Spread of the branches": WarningKind.BEGINNINGS,
    "Repetition in the text": WarningKind.LOOP,
    "Sittings": WarningKind.SITTING,
}
"""Which picture belongs to which warning."""
_WIDE = 76
"""Columns from which all spans are named."""


class MirrorPane(Pictures):
    """Has the keys."""

    def __init__(self, actions: Sequence[Action], *, id: str) -> None:
        super().__init__(id=id)
        self._keys = bound_keys(actions, "mirror")

    async def _on_key(self, event: events.Key) -> None:
        await run_bound_key(self, self._keys, event)


class MirrorScreen(WorkingScreen[None]):
    """Dismissed when the person goes back to writing."""

    CSS_PATH = "mirror.tcss"
    PARTS = ("mirror",)

    def __init__(
        self,
        session: Session,
        actions: Sequence[Action],
        look_back: Callable[[], Awaitable[None]],
        turns_at: int = 4,
    ) -> None:
        """`look_back`: bring up something that was taken, over this, or say why not."""
        super().__init__(session, actions)
        self._look_back, self._turns_at = look_back, turns_at
        self._span = Span.SITTING
        self._found: Reflection | None = None
        self._text = Repetition(())
        self._asked, self._looking = 0, True

    def compose(self) -> ComposeResult:
        yield Title("The mirror", id="title")
        yield MirrorPane(self._actions, id="pictures")
        yield StatusLine(id="status")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self._pane = self.query_one(MirrorPane)
        self.set_focus(self._pane)
        self._lay_out()
        self._look()

    def on_screen_resume(self) -> None:
        if self._found is not None:
            self._look()

    def changed(self) -> None:
        if self.is_mounted:
            self._show_lines()

    # looking

    def _look(self) -> None:
        """Measure the span; what is shown until then is what was there."""
        self._asked += 1
        self._looking = True
        self._show_lines()
        self.run_worker(self._measure(self._asked, self._span))

    async def _measure(self, number: int, span: Span) -> None:
        session, text = self.session, self.session.loom.text

        def measured() -> tuple[Reflection, Repetition]:
            return session.mirror.held_up(span, self._turns_at), repetition(text)

        try:
            found, repeated = await asyncio.to_thread(measured)
        except LibraryError as error:
            self.notice(str(error))
            return
        if number == self._asked and self.is_whole:
            self._found, self._text, self._looking = found, repeated, False
            self._show()

    def _show(self) -> None:
        if self._found is not None:
            self._pane.show([self._with_warning(picture) for picture in pictures(self._found, self._text)])
        self._show_lines()

    def _with_warning(self, picture: Picture) -> Picture:
        kind = _WARNINGS.get(picture.title)
        if kind is None or self.session.mirror.settings.speaks(kind):
            return picture
        value = f"{picture.value} · its warning is silent"
        return Picture(picture.title, value, picture.draw, picture.says, picture.definition)

    def _spans(self) -> tuple[str, ...]:
        """All spans, the one in view in brackets; that one alone where there is no room for all."""
        spans = list(Span)
        if self.size.width < _WIDE:
            return f"[{self._span.value}]", f"{spans.index(self._span) + 1} of {len(spans)}"
        return tuple(f"[{span.value}]" if span is self._span else f" {span.value} " for span in spans)

    def _show_lines(self) -> None:
        if not self.is_whole:
            return
        self.query_one(Title).show(self._span.value)
        shown = Status(self._spans(), right="measuring" if self._looking else "")
        self.query_one(StatusLine).show(Status(alarm=self._notice) if self._notice else shown)
        self.query_one(Footer).show([action for action in self._actions if self.allows(action)])

    # keys

    def action_mirror_next(self) -> None:
        self._move(1)

    def action_mirror_previous(self) -> None:
        self._move(-1)

    def _move(self, by: int) -> None:
        self._notice = ""
        self._pane.move(by)
        self._show_lines()

    def action_mirror_span(self) -> None:
        self._turn(1)

    def action_mirror_span_back(self) -> None:
        self._turn(-1)

    def _turn(self, by: int) -> None:
        self._notice = ""
        spans = list(Span)
        self._span = spans[(spans.index(self._span) + by) % len(spans)]
        self._look()

    def action_mirror_define(self) -> None:
        self._pane.toggle()

    def action_mirror_silence(self) -> None:
        if self._found is None:
            return
        shown = pictures(self._found, self._text)[self._pane.at]
        kind = _WARNINGS.get(shown.title)
        if kind is None:
            self.notice("There is no warning that belongs to this.")
            return
        spoken = self.session.mirror.settings.silence(kind)
        self._show()
        self.notice("Its warning is shown while you write." if spoken else "Its warning is not shown any more.")

    def action_mirror_good(self) -> None:
        self.session.mirror.praise()
        self.notice("What you did here in this sitting counts as good work, for `cyborg-tui export --as supervised`.")

    def action_mirror_not_good(self) -> None:
        self.session.mirror.praise(good=False)
        self.notice("What you did here in this sitting does not count as good work.")

    async def action_mirror_look_back(self) -> None:
        await self._look_back()

    def action_mirror_leave(self) -> None:
        self.dismiss(None)
