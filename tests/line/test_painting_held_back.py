"""What is to be painted while something else holds painting back is painted afterwards."""

import sys

import pytest

from tests.terminal import Terminal

APP = """
from cyborg_tui.app import CyborgApp
from cyborg_tui.cli import main

mount = CyborgApp.on_mount


def hold(app):
    app._begin_batch()  # as Textual does while it takes a screen away
    app.screen.notice("Said meanwhile.")
    app.set_timer(0.3, lambda: paint(app))


def by_a_layout(screen):
    screen._dirty_widgets.clear()  # as a layout does, which draws everything
    screen._compositor_refresh()


def at_once(screen):
    screen._dirty_widgets.clear()
    screen.app._display(screen, screen._compositor.render_full_update())


def paint(app):
    PAINTING(app.screen)
    app.set_timer(0.2, app._end_batch)


async def on_mount(app):
    await mount(app)
    app.set_timer(2.5, lambda: hold(app))


CyborgApp.on_mount = on_mount
main()
"""


@pytest.mark.parametrize("painting", ["by_a_layout", "at_once"])
def test_what_was_missed_while_another_held_painting_back_is_painted(tmp_path, painting):
    command = (sys.executable, "-c", APP.replace("PAINTING", painting), "--data-dir", tmp_path / "library")
    with Terminal(command) as t:
        t.wait_for("Tab branches")
        t.wait_for("Said meanwhile.")
        t.send("Ctrl+Q")
        assert t.wait_for_end() == 0
