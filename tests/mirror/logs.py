"""Small logs, written by hand."""

from cyborg_tui.loom.mirror.line import Line
from cyborg_tui.loom.mirror.shown import Drawn, Shown
from cyborg_tui.loom.showing import Showing

NOON = 1_795_780_800.0
"""27 November 2026, 12:00 UTC."""


class Log:
    """Lines a second apart, of one loom, unless another time is named."""

    def __init__(self, loom=1, at=NOON):
        self.loom, self.at, self.lines = loom, at, []

    def line(self, kind, after=1.0, **facts):
        self.at += after
        self.lines.append(Line(self.loom, self.at, kind, **facts))
        return self

    def opened(self, **more):
        return self.line("opened", **more)

    def closed(self, **more):
        return self.line("closed", **more)

    def typed(self, start, text, removed=0, **more):
        amount = len(text) - removed
        return self.line("edited", start=start, end=start + removed, amount=amount, text=text, **more)

    def asked(self, fan, node=2, **more):
        return self.line("generated", fan=fan, node=node, **more)

    def looked(self, fan, *branches):
        for branch in branches:
            self.line("looked", fan=fan, branch=branch)
        return self

    def took(self, fan, branch, amount, start=0, **more):
        return self.line("taken", fan=fan, branch=branch, amount=amount, start=start, end=start, **more)

    def undid(self, kind="take"):
        return self.line("undone", note=kind)

    def redid(self, kind="take"):
        return self.line("redone", note=kind)

    def said(self, fan, branch, reason):
        return self.line("reasoned", fan=fan, branch=branch, note=reason)

    def went(self, node=2):
        return self.line("moved", node=node)


def shown(*texts, bits=(), looked=(), order=(), seconds=None, taken=None, blind=False):
    """A fan of branches 1, 2, …; `order`: of their ids, as they stood; `seconds`: until `taken` was."""
    branches = [
        Drawn(id, text, 4, bits[id - 1] if bits else None, (), id in looked) for id, text in enumerate(texts, 1)
    ]
    chosen = ((taken, seconds),) if seconds is not None else ()
    showing = Showing(1, order, blind, chosen=chosen) if chosen or blind or order else None
    return Shown(tuple(branches[id - 1] for id in order) if order else tuple(branches), showing)
