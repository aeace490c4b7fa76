"""What may come next, as bars: what stands above them is read in a narrow pane too."""

from textual.app import App

from cyborg_tui.widgets.dials import ChanceRow, ChanceRows


class ChancesApp(App[None]):
    CSS = "ChanceRows { width: 100%; height: 100%; }" + "".join(
        f".dials--{name} {{ color: white; }}" for name in ("text", "highlighted", "muted", "accent")
    )

    def compose(self):
        yield ChanceRows()


async def test_no_word_of_the_heading_is_cut_off():
    app = ChancesApp()
    async with app.run_test(size=(30, 8)) as pilot:
        pane = app.query_one(ChanceRows)
        pane.show(("next: as drawn; │ as the model has it",), [ChanceRow(" sea", 0.5, 0.7)])
        await pilot.pause()
        shown = " ".join("".join(part.text for part in pane.render_line(row)).strip() for row in range(3))
        assert shown.startswith("next: as drawn; │ as the model has it")
