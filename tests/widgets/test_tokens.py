"""The token pane: what fits is seen, also in a few rows."""

import pytest
from textual.app import App

from cyborg_tui.widgets.tokens import Choice, Tokens, TokenView

VIEW = TokenView(
    "token 3 of branch 1", tuple(Choice(f" {n}", 0.1) for n in range(10)), 2, ("surprise 3.2 bits", "clock or cloud")
)


class TokenApp(App[None]):
    CSS = "Tokens { width: 100%; height: 100%; }" + "".join(
        f".tokens--{name} {{ color: white; }}" for name in ("text", "highlighted", "muted", "accent")
    )

    def compose(self):
        yield Tokens()


def seen(app):
    pane = app.query_one(Tokens)
    return ["".join(part.text for part in pane.render_line(row)).rstrip() for row in range(pane.size.height)]


@pytest.mark.parametrize("rows", [6, 9, 20])
async def test_how_sure_the_model_was_is_seen_beside_what_it_nearly_said(rows):
    app = TokenApp()
    async with app.run_test(size=(70, rows)) as pilot:
        app.query_one(Tokens).show(VIEW)
        await pilot.pause()
        shown = "\n".join(seen(app))
        assert "token 3 of branch 1" in shown
        assert "surprise 3.2 bits" in shown
        assert "clock or cloud" in shown
        assert " 3 ▌ ␣2" in shown


async def test_the_choice_is_seen_however_far_down():
    app = TokenApp()
    async with app.run_test(size=(70, 6)) as pilot:
        app.query_one(Tokens).show(TokenView(VIEW.heading, VIEW.choices, 9, VIEW.facts))
        await pilot.pause()
        assert any("0 ▌ ␣9" in row for row in seen(app))
        app.query_one(Tokens).show(VIEW)
        await pilot.pause()
        assert "token 3" in seen(app)[0], "and back at the top all is as it was"
