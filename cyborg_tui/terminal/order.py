"""Keys in the order in which they were pressed, also those that come in one packet."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from textual.app import App
from textual.events import Key, Paste
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import Input

__all__ = ["InOrder"]

_ROUNDS = 3
"""How often what a key set off may set off something else: Enter in a list sends what was picked to its screen, which
closes, and has another one opened."""
_PATIENCE = 1.0
"""Seconds for which one that is busy is waited for."""
_GLANCE = 0.02
"""Seconds after which it is seen whether that one is still there."""


class InOrder:
    """Hands keys on to the app. Textual hands on the next one before anybody has seen the one before, and runs what a
    key is bound to when all widgets around the one that has the keys have passed it on: letters that follow overtake
    it, and are themselves overtaken by keys of the app.

    A widget that runs what its keys mean by itself, one after the other, has `takes_keys_in_order`."""

    def __init__(self, app: App[Any], hand_on: Callable[[Key | Paste], Awaitable[None]]) -> None:
        self._app, self._hand_on = app, hand_on
        self._waiting: deque[Key | Paste] = deque()
        self._settling: asyncio.Task[None] | None = None
        self._typed_into: Widget | None = None
        """That which takes in order what is handed on to it, if nothing else is under way."""
        self._typed_more = False

    async def take(self, event: Key | Paste) -> None:
        """Hand it on at once if nothing else is under way, else when its turn comes."""
        if self._settling is None or self._settling.done():
            await self._hand_on_and_note(event)
            self._settling = asyncio.create_task(self._settle())
        elif not self._waiting and self._typed_into is not None and self._goes_to(event) is self._typed_into:
            self._typed_more = True
            await self._hand_on(event)
        else:
            self._waiting.append(event)

    async def _hand_on_and_note(self, event: Key | Paste) -> None:
        self._typed_into = self._goes_to(event)
        await self._hand_on(event)

    def _goes_to(self, event: Key | Paste) -> Widget | None:
        """The widget that takes this in order with what was typed into it before; None if it may do anything else."""
        focused = self._app.focused
        if isinstance(event, Key) and self._app._bindings.key_to_bindings.get(event.key):
            return None
        typed = isinstance(focused, Input) and (isinstance(event, Paste) or event.is_printable)
        return focused if typed or getattr(focused, "takes_keys_in_order", False) else None

    async def _settle(self) -> None:
        """Wait until what was handed on has done all that it does, and hand on the next."""
        while True:
            if self._typed_into is not None:
                self._typed_more = False
                await _reach([self._typed_into])
                if self._typed_more:
                    continue
            else:
                for _ in range(_ROUNDS):
                    await _reach(self._around())
            if not self._waiting:
                return
            await self._hand_on_and_note(self._waiting.popleft())

    def _around(self) -> Sequence[MessagePump]:
        """All through which a key passes, from the widget that has the keys to the app."""
        stack = self._app._screen_stack
        return list((self._app.focused or stack[-1]).ancestors_with_self) if stack else [self._app]


async def _reach(pumps: Sequence[MessagePump]) -> None:
    """Wait until each has seen to all that it was sent, one after the other."""
    for pump in pumps:
        seen = asyncio.Event()
        if not pump.call_later(seen.set):
            continue
        for _ in range(round(_PATIENCE / _GLANCE)):
            try:
                await asyncio.wait_for(seen.wait(), _GLANCE)
                break
            except asyncio.TimeoutError:
                if pump._closed or pump._closing:
                    break
