"""A desk to test the editor at: a real app with one editor, over a manuscript that is a string."""

from contextlib import asynccontextmanager
from itertools import groupby

from textual import events
from textual.app import App
from textual.widgets import Button

from cyborg_tui.widgets.editor import Editor

KEYS = {" ": "space", "\n": "enter", ".": "full_stop"}


class StringManuscript:
    """A manuscript whose characters each know who wrote them."""

    def __init__(self, text=""):
        self.characters = [(char, "person") for char in text]
        self.cursor = 0
        self.offered = ""
        self.edits = 0

    @property
    def text(self):
        return "".join(char for char, _ in self.characters)

    def edit(self, start, end, text):
        self.edits += 1
        self.characters[start:end] = [(char, "person") for char in text]

    def keep_provisional(self, shown):
        self.characters[self.cursor : self.cursor] = [(char, "model") for char in self.offered[:shown]]
        return len(self.offered[:shown])

    def move_cursor(self, offset):
        self.cursor = offset

    def authors(self, start, end):
        for author, run in groupby(self.characters[start:end], key=lambda character: character[1]):
            length = len(list(run))
            yield start, start + length, author
            start += length


class WatchedEditor(Editor):
    """Remembers which rows it drew."""

    drawn = ()

    def render_line(self, y):
        self.drawn = (*self.drawn, y)
        return super().render_line(y)


class DeskApp(App):
    CSS = """
    Editor { height: 1fr; }
    Button { height: 1; border: none; }
    .editor--model { text-style: underline; }
    .editor--provisional { text-style: italic; }
    .editor--selection { text-style: strike; }
    .editor--cursor { text-style: reverse; }
    """

    def __init__(self, manuscript):
        super().__init__()
        self.manuscript = manuscript

    def compose(self):
        yield WatchedEditor(self.manuscript)
        yield Button("elsewhere")

    def on_mount(self):
        editor = self.query_one(Editor)
        editor.load(self.manuscript.text, self.manuscript.cursor)
        editor.focus()


class Desk:
    def __init__(self, app, pilot):
        self.app, self.pilot = app, pilot
        self.editor = app.query_one(Editor)

    @property
    def text(self):
        assert self.editor.text == self.app.manuscript.text, "the editor and the manuscript differ"
        return self.editor.text

    @property
    def cursor(self):
        return self.editor.cursor

    def begin(self, text, cursor=0):
        """Another text, and nothing else as it was."""
        manuscript = self.app.manuscript
        manuscript.characters, manuscript.cursor = [(char, "person") for char in text], cursor
        self.editor.load(text, cursor)

    def key(self, key, character=None):
        """A key, whose effects are not waited for."""
        self.app.post_message(events.Key(key, character))

    def paste(self, text):
        self.app.post_message(events.Paste(text))

    def show(self, text, at=None):
        self.app.manuscript.offered = text
        self.editor.show_provisional(self.cursor if at is None else at, text)

    async def painted(self):
        """Wait until everything is on the screen: as `pilot.pause`, without its sleep of 20 ms."""
        for _ in range(3):  # from the app to the focused widget, from there to the screen
            await self.pilot._wait_for_screen()
        self.app.screen._on_timer_update()

    async def press(self, *keys):
        for key in keys:
            self.key(key)
        await self.painted()

    async def type(self, text):
        for char in text:
            self.key(KEYS.get(char, char), char)
        await self.painted()

    async def put(self, text, cursor=0):
        self.begin(text, cursor)
        await self.painted()

    # what is on the screen

    def strips(self):
        """The rows of the editor as they were painted."""
        region = self.editor.region
        strips = self.app.screen._compositor.render_strips()[region.y : region.bottom]
        return [strip.crop(region.x, region.right).simplify() for strip in strips]

    def rows(self):
        return [strip.text.rstrip() for strip in self.strips()]

    def marked(self, mark):
        """The text drawn in a style: "reverse" for the cursor, "strike" for a selection, "italic" for provisional."""
        return "".join(s.text for strip in self.strips() for s in strip if s.style and getattr(s.style, mark))

    def row_of(self, text):
        return next(y for y, row in enumerate(self.rows()) if text in row)


@asynccontextmanager
async def desk(text="", cursor=0, size=(40, 13)):
    manuscript = StringManuscript(text)
    manuscript.cursor = cursor
    app = DeskApp(manuscript)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Desk(app, pilot)
