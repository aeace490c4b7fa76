"""An app that paints as fast as its terminal shows it, and not faster."""

import asyncio
import base64
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar, Protocol, cast, runtime_checkable

from rich.color import ColorSystem
from rich.console import RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual._context import active_message_pump
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.geometry import Size
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.widget import Widget

from cyborg_tui.terminal.closed import forget_closed_widgets
from cyborg_tui.terminal.driver import LineDriver
from cyborg_tui.terminal.glass import Difference, Glass
from cyborg_tui.terminal.kind import Kind
from cyborg_tui.terminal.order import InOrder
from cyborg_tui.terminal.outside import OutsideEditorError
from cyborg_tui.widgets.marks import use_ascii

__all__ = ["LineApp"]

_SOON, _LATER = 0.01, 0.05
"""Seconds until it is seen again whether there is room on the line: at first, and when there has been none for long."""
_LONG = 1.0
_PATIENCE = 1.0
"""Seconds that keys which were typed before may take to arrive."""
_RESIZED = 0.1
"""Seconds after which Textual has certainly seen to a resize, if it ever does."""
_LONGEST_COPY, _LONG_ON_A_SLOW_LINE = 74_994, 4096
"""Bytes that are sent for the terminal's clipboard: as many as all take that take any, and fewer on a slow line."""


@runtime_checkable
class LookedAt(Protocol):
    """A screen that knows in which row the person looks, and what has been seen."""

    @property
    def eye(self) -> int: ...

    def everything_shown(self) -> None: ...


class _PlainScrollBar(ScrollBarRender):
    """Without the blocks at its ends, which only some terminals can draw."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


class LineApp(App[None]):
    """Holds painting back while too much is under way to the terminal; what changes meanwhile is painted at once."""

    def __init__(self, kind: Kind, **options: Any) -> None:
        if not kind.colours:
            os.environ["NO_COLOR"] = "1"  # Textual heeds it, and takes it away again
        super().__init__(driver_class=LineDriver, **options)
        if kind.in_tmux and self.console._color_system is ColorSystem.STANDARD:
            self.console._color_system = ColorSystem.EIGHT_BIT
        use_ascii(not kind.marks)
        ScrollBar.renderer = ScrollBarRender if kind.marks else _PlainScrollBar
        forget_closed_widgets()
        self.takes_clipboard = kind.takes_clipboard
        self._order = InOrder(self, self._hand_on)
        self._glass = Glass(ascii_only=not kind.unicode)
        self._drawn_size = Size(0, 0)
        self._held_since: float | None = None
        self.is_away = False
        """Whether another program has the terminal."""
        self._missed = False
        """Whether something was to be painted while painting was held back."""

    @property
    def takes_signals(self) -> bool:
        """Whether signals are meant for the app, and are not keys for another program that has the terminal."""
        return not (isinstance(self._driver, LineDriver) and self._driver.is_lent)

    @property
    def is_behind(self) -> bool:
        """Whether the terminal shows things so late that less should be painted."""
        return isinstance(self._driver, LineDriver) and self._driver.line.behind

    @property
    def all_is_shown(self) -> bool:
        """Whether all that was to be painted was sent to the terminal."""
        return not self._missed

    def repaint(self) -> None:
        """Paint everything, whatever the terminal shows."""
        self._glass.forget()
        self.screen.refresh(layout=True)

    def missed_painting(self) -> None:
        """Something was to be painted while painting is held back."""
        self._missed = True
        self._hold()

    async def let_keys_arrive(self) -> None:
        """What was typed before the key that is being heeded may still wait in the pane that has the keys."""
        if self.focused is not None:
            arrived = asyncio.Event()
            self.focused.call_later(arrived.set)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(arrived.wait(), _PATIENCE)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Another program has the terminal meanwhile, and this app has it again afterwards, however that ended. Raises
        OutsideEditorError."""
        if self.is_away:
            raise OutsideEditorError("Another program has the terminal already.")
        assert isinstance(self._driver, LineDriver)
        self.is_away = True
        try:
            with self._driver.lent():
                yield
        finally:
            self.is_away = False
            if not self._exit:
                self._driver.resume_application_mode()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            await self._order.take(event)
        else:
            await super().on_event(event)

    async def _hand_on(self, event: events.Key | events.Paste) -> None:
        """What came in one packet with the key that gave the terminal away was not meant for the app."""
        if self.is_away or self._exit:
            return
        try:
            await super().on_event(event)
        except Exception as error:
            self._handle_exception(error)

    async def _on_resize(self, event: events.Resize) -> None:
        """Beside what Textual does then: terminals move what they show about, even if they end in the size they had."""
        self._glass.forget()
        asyncio.get_running_loop().call_later(_RESIZED, self._see_to_resize)

    def _see_to_resize(self) -> None:
        """Textual waits a moment with it, on a timer that never fires if the app came to nothing for longer than that
        just when it was set; and no later resize is seen to then either."""
        if self._resize_timer is not None:
            self._check_resize()

    def _build_driver(self, *arguments: Any, **options: Any) -> Any:
        driver = super()._build_driver(*arguments, **options)
        if isinstance(driver, LineDriver):
            driver.on_progress = self._let_go_if_room
            driver.on_gone = self.terminal_gone
            driver.on_start = self._started_again
        return driver

    def put_in_clipboard(self, text: str) -> None:
        """Into the app's own, and the terminal's if it takes it."""
        self._clipboard = text
        if self._driver is not None and not self.why_not_in_clipboard(text):
            encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
            self._driver.write(f"\x1b]52;c;{encoded}\a")

    def why_not_in_clipboard(self, text: str) -> str:
        """Why the terminal is not given a text for its clipboard; empty if it is."""
        if not self.takes_clipboard:
            return "This terminal may not take what is copied"
        size = 4 * len(text.encode("utf-8", "replace")) // 3
        if size > (_LONG_ON_A_SLOW_LINE if self.is_behind else _LONGEST_COPY):
            return "This is too long for the terminal's clipboard"
        return ""

    def pop_screen(self) -> AwaitComplete:
        """What a screen hears after it was closed, such as a second key in the packet of the one that closed it, does
        not close the screen below."""
        asking = active_message_pump.get(None)
        if isinstance(asking, Widget) and self.screen not in asking.ancestors_with_self:
            return AwaitComplete()
        return super().pop_screen()

    def terminal_gone(self) -> None:
        """The terminal is not there any more."""
        self.exit()

    def _started_again(self) -> None:
        if self._screen_stack:
            self.repaint()

    def _display(self, screen: "Screen[Any]", renderable: RenderableType | None) -> None:
        if self._batch_count and renderable is not None:
            self._missed = True
        driver, update = self._driver, cast("Any", renderable)
        if not isinstance(driver, LineDriver):
            return super()._display(screen, renderable)
        if isinstance(update, CompositorUpdate):
            self._forget_another_size(screen)
            update = Difference(update, self._glass)
            self._glass.budget = driver.line.budget
            self._glass.eye = screen.eye if isinstance(screen, LookedAt) else 0
        super()._display(screen, update)
        self._missed = self._missed or not self._glass.is_whole
        if not self._missed and isinstance(screen, LookedAt):
            screen.everything_shown()
        if self._missed or not driver.has_room():
            self._hold()
        return None

    def _hold(self) -> None:
        """Hold painting back until there is room, and nobody else holds it back any more."""
        if self._held_since is None and isinstance(self._driver, LineDriver):
            self._held_since = asyncio.get_running_loop().time()
            self._begin_batch()
            self._look_again()

    def _forget_another_size(self, screen: "Screen[Any]") -> None:
        """What was still drawn in the size before, after the terminal had changed it, did not land where it was meant
        to."""
        size = screen._compositor.size  # of what is drawn; the screen's own may be the next one already
        if size != self._drawn_size:
            self._drawn_size = size
            self._glass.forget()
            self.call_later(screen.refresh)

    def _look_again(self) -> None:
        if self._held_since is not None:
            loop = asyncio.get_running_loop()
            pause = _SOON if loop.time() - self._held_since < _LONG else _LATER
            loop.call_later(pause, self._look)

    def _look(self) -> None:
        self._let_go_if_room()
        self._look_again()

    def _let_go_if_room(self) -> None:
        others = self._batch_count > 1
        if self._held_since is None or others or not isinstance(self._driver, LineDriver):
            return
        if not self._driver.has_room():
            return
        self._held_since = None
        self._end_batch()
        if not self._screen_stack:
            return
        if self._missed:
            self._missed = False
            self.screen.refresh()
        self.screen.check_idle()
