"""Widgets that were closed take no memory."""

import gc
import weakref

from textual.app import App
from textual.screen import Screen
from textual.widgets import Static

from cyborg_tui.terminal.closed import forget_closed_widgets


async def test_what_a_closed_widget_drew_is_forgotten():
    forget_closed_widgets()
    app = App()
    async with app.run_test() as pilot:
        screen = Screen()
        await app.push_screen(screen)
        widget = Static("words")
        await screen.mount(widget)
        await pilot.pause()
        drawn = weakref.ref(widget._styles_cache)
        app.pop_screen()
        await pilot.pause()
        del screen, widget
        gc.collect()
        assert drawn() is None
