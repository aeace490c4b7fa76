"""Widgets that were closed take no memory."""

import gc
import weakref

from textual.app import App
from textual.screen import Screen
from textual.widgets import Static

from cyborg_tui.terminal.closed import forget_closed_widgets, work_in_a_thread


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


class ScreenThatLooksSomethingUp(Screen):
    found = False

    def on_mount(self):
        work_in_a_thread(self, self._look, "words")

    def _look(self, what):
        self.app.call_later(setattr, self, "found", bool(what))


async def test_what_was_done_in_a_thread_for_a_closed_screen_does_not_keep_it():
    app = App()
    async with app.run_test() as pilot:
        screen = ScreenThatLooksSomethingUp()
        await app.push_screen(screen)
        while not screen.found:
            await pilot.pause()
        closed = weakref.ref(screen)
        app.pop_screen()
        del screen
        await pilot.pause()
        gc.collect()
        assert closed() is None
