"""Lists to pick from: the row that Enter means is seen, whatever the terminal can show."""

import pytest
from textual.app import App
from textual.widgets import Input
from textual.widgets.option_list import Option

from cyborg_tui.screens.colours import textual_theme
from cyborg_tui.screens.picking import PickScreen
from cyborg_tui.theme import colourless, load_theme
from tests.colours import contrast

THEMES = {name: load_theme(name)[0] for name in ("ink", "paper", "high-contrast", "ansi")} | {"none": colourless()}


class Pick(PickScreen[str]):
    PROMPT = "filter by name"

    def on_mount(self):
        self.fill([Option("the first"), Option("the second")], "")


class Picking(App[None]):
    def __init__(self, theme):
        super().__init__(ansi_color=theme.plain or None)
        self.register_theme(textual_theme(theme))
        self.theme = theme.name

    def on_mount(self):
        self.push_screen(Pick())


@pytest.mark.parametrize("name", THEMES)
async def test_the_row_that_enter_means_is_seen_while_one_types_above_it(name):
    theme = THEMES[name]
    async with Picking(theme).run_test(size=(40, 12)) as pilot:
        await pilot.press("down")
        rows = [pilot.app.screen.options.render_line(row) for row in range(2)]
        first, second = (next(part.style for part in row if "the" in part.text) for row in rows)
        assert second.bold
        assert not first.bold
        assert second.underline or second.bgcolor != first.bgcolor
        if not theme.plain:
            assert second.bgcolor.get_truecolor().hex == theme.accent
            assert second.color.get_truecolor().hex == theme.paper


@pytest.mark.parametrize("name", ["ink", "paper", "high-contrast"])
async def test_what_may_be_typed_and_that_nothing_was_found_can_be_read(name):
    async with Picking(THEMES[name]).run_test(size=(40, 12)) as pilot:
        screen = pilot.app.screen
        screen.fill([], "Nothing like that.")
        await pilot.pause()
        for widget, words in ((screen.query_one(Input), "ilter by name"), (screen.options, "Nothing like that.")):
            style = next(part.style for part in widget.render_line(0) if words in part.text)
            assert contrast(style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex) >= 4.5
