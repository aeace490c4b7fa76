"""Somebody who writes in a loom of a library, and looks for what was written."""

from datetime import date

from cyborg_tui.loom.fan import Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.terms import asked


class Desk:
    def __init__(self, library, day=24):
        self.library = library
        self.row = library.daily(date(2026, 11, day))
        self.loom = library.open(self.row.id)

    def save(self):
        self.library.save(self.row.id, self.loom.changes())
        assert self.library.flush(10)

    def write(self, text, start=None, end=None):
        start = len(self.loom.text) if start is None else start
        self.loom.write(start, start if end is None else end, text)
        self.save()

    def fan(self, *texts, model="commonplace"):
        fan = self.loom.fan(ModelIdentity(model, "abc"), FanSettings(width=len(texts)), seed=1)
        for branch, text in zip(fan.branches, texts, strict=True):
            self.loom.grow(branch, text, 0, [TokenRecord(1, len(text.encode()), -1.0)], 1)
            self.loom.finish(branch, Finish.TOKENS)
        self.save()
        return fan.branches

    def find(self, typed):
        """The text of each place, with the node it ends in."""
        found = self.library.find(asked(typed)).places
        for place in found:
            loom = self.library.open(place.loom)
            above = len(loom.tree.path_text(place.node)) - len(loom.tree.node(place.node))
            text = loom.tree.path_text(place.node)[above + place.start :][: place.length]
            assert text == place.excerpt[place.at : place.at + place.length], "it leads elsewhere"
        return [(place.excerpt[place.at : place.at + place.length], place.node) for place in found]

    def texts(self, typed):
        return [text for text, _ in self.find(typed)]
