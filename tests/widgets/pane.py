"""A pane to test the branches in: a real app with one of them."""

from contextlib import asynccontextmanager
from dataclasses import replace

from textual.app import App

from cyborg_tui.widgets.branches import Branches, BranchView, FanView


class WatchedBranches(Branches):
    """Remembers which rows it drew."""

    drawn = ()

    def render_line(self, y):
        self.drawn = (*self.drawn, y)
        return super().render_line(y)


class PaneApp(App):
    CSS = """
    Branches { height: 1fr; border-left: solid white; padding-left: 1; }
    .ruled Branches { border-left: none; border-top: solid white; padding-left: 2; }
    .branches--highlighted { text-style: bold; }
    .branches--muted { text-style: underline; }
    """

    def __init__(self, *, ruled):
        super().__init__()
        self._ruled = ruled

    def compose(self):
        self.screen.set_class(self._ruled, "ruled")
        yield WatchedBranches()


class Pane:
    def __init__(self, app, pilot):
        self.app, self.pilot = app, pilot
        self.widget = app.query_one(Branches)

    async def painted(self):
        for _ in range(2):
            await self.pilot._wait_for_screen()
        self.app.screen._on_timer_update()

    async def show(self, view):
        self.widget.drawn = ()
        self.widget.show(view)
        await self.painted()

    def strips(self):
        strips = self.app.screen._compositor.render_strips()
        return [strip.crop(2, self.app.size.width).simplify() for strip in strips]

    def rows(self):
        return [strip.text.rstrip() for strip in self.strips()]

    def styled(self, style):
        return "".join(s.text for strip in self.strips() for s in strip if s.style and getattr(s.style, style))

    def seen(self, index):
        return self.widget.painted(index)


@asynccontextmanager
async def pane(size=(40, 16), *, ruled=False):
    """`ruled`: with a rule above it, as in a narrow window, in place of the one on its left."""
    app = PaneApp(ruled=ruled)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Pane(app, pilot)


def fan(*texts, id=1, **how):
    views = [text if isinstance(text, BranchView) else BranchView(text) for text in texts]
    branches = tuple(replace(view, number=view.number or number) for number, view in enumerate(views, 1))
    return FanView(id, how.pop("header", "a fan"), branches, **how)
