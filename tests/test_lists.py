"""Lists to pick from: the row that Enter means is seen, whatever the terminal can show."""

import pytest
from textual.app import App
from textual.widgets.option_list import Option

from cyborg_tui.screens.colours import textual_theme
from cyborg_tui.screens.picking import PickScreen
from cyborg_tui.theme import colourless, load_theme

THEMES = {name: load_theme(name)[0] for name in ("ink", "paper", "high-contrast", "ansi")} | {"none": colourless()}


class Pick(PickScreen[str]):
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
