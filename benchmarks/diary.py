"""A library to measure with that has a long process log: made of the same seed, it is the same log."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from benchmarks.prose import prose
from cyborg_tui.library import schema
from cyborg_tui.library.library import Library
from cyborg_tui.library.rows import (
    branch_row,
    event_row,
    fan_row,
    model_row,
    node_row,
    showing_row,
    turn_to,
)
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.fan import Branch, Fan, Finish, ModelIdentity, TokenRecord
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.piece import Piece, typed
from cyborg_tui.loom.settings import FanSettings
from cyborg_tui.loom.showing import Showing
from cyborg_tui.loom.tree import ROOT
from cyborg_tui.loom.turn import Turn

__all__ = ["keep"]

_MODEL = ModelIdentity("diary", "vocabulary")
_FIRST_DAY = date(2026, 1, 1)
_MORNING = 1_767_258_000.0
"""9 o'clock UTC on that day."""
_TYPED = 9
"""Keys typed after each take."""
_A_DAY = 500
"""Events of a day, each in a loom of its own."""


def keep(folder: Path, events: int = 50_000, width: int = 8, tokens: int = 24, a_day: int = _A_DAY) -> None:
    """Make a library whose log has so many events: fans of which some branches are looked at and one is taken, whole or
    in part, some letters typed after it and one of them taken back, now and then a fan of which nothing is taken."""
    library = Library(folder)
    days = -(-events // a_day)
    looms = [library.daily(_FIRST_DAY + timedelta(days=number)).id for number in range(days)]
    library.close()
    words = prose(200_000)
    with closing(schema.connect(folder / "library.db")) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(
            "INSERT INTO models (name, vocabulary, file, size, quantisation, build) VALUES (?, ?, ?, ?, ?, ?)",
            model_row(_MODEL),
        )
        left = events
        for number, loom in enumerate(looms):
            day = _Day(loom, number, words, width, tokens)
            with connection:
                connection.execute("BEGIN")
                day.write(connection, min(left, a_day))
            left -= a_day


class _Day:
    def __init__(self, loom: int, number: int, words: str, width: int, tokens: int) -> None:
        self._loom, self._words, self._width, self._tokens = loom, words, width, tokens
        self._chance = random.Random(number)
        self._now = _MORNING + number * 86_400
        self._nodes = [Node(ROOT, None)]
        self._fans: list[Fan] = []
        self._branches: list[Branch] = []
        self._showings: list[Showing] = []
        self._at, self._length, self._next_node, self._next_branch = ROOT, 0, ROOT + 1, 1

    def write(self, connection: sqlite3.Connection, count: int) -> None:
        many = connection.executemany
        (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM events").fetchone()
        events = [event for event, _ in zip(self._events(), range(count), strict=False)]
        rows = ((last + n, *event_row(self._loom, event)) for n, event in enumerate(events, 1))
        many("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        turns = ((last + n, turn_to(event.turn)) for n, event in enumerate(events, 1) if event.turn is not None)
        many("INSERT INTO turns VALUES (?, ?)", turns)
        loom = self._loom
        many("INSERT INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (node_row(loom, n) for n in self._nodes))
        many("INSERT INTO fans VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (fan_row(loom, fan, 1) for fan in self._fans))
        many(
            "INSERT INTO branches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (branch_row(loom, branch) for branch in self._branches),
        )
        many("INSERT INTO showings VALUES (?, ?, ?)", (showing_row(loom, one) for one in self._showings))
        connection.execute(
            "UPDATE looms SET node = ?, cursor = 0, fan = NULL, highlighted = 0, next_node = ? WHERE id = ?",
            (self._at, self._next_node, loom),
        )

    def _events(self) -> Iterator[Event]:
        yield self._event(EventKind.OPENED)
        while True:
            yield from self._choice()

    def _choice(self) -> Iterator[Event]:
        chance, fan = self._chance, self._fan()
        yield self._event(EventKind.GENERATED, node=self._at, fan=fan.id)
        looked = chance.randint(1, self._width)
        for branch in fan.branches[:looked]:
            yield self._event(EventKind.LOOKED, fan=fan.id, branch=branch)
        if chance.random() < 0.15:
            return
        yield self._take(fan, self._branches[fan.branches[0] - 1 + min(looked - 1, int(chance.expovariate(0.8)))])
        node, text = self._new_node(), self._some(_TYPED)
        for number, letter in enumerate(text):
            yield self._edit(self._length, self._length, letter)
            if number == _TYPED // 2:
                yield self._edit(self._length - 3, self._length, "")
        stays = text[: _TYPED // 2 - 2] + text[_TYPED // 2 + 1 :]
        self._nodes.append(Node(node, self._at, typed(stays)))
        self._at = node

    def _fan(self) -> Fan:
        settings = FanSettings(width=self._width, max_tokens=self._tokens)
        first = self._next_branch
        self._next_branch += self._width
        ids = tuple(range(first, self._next_branch))
        fan = Fan(len(self._fans) + 1, self._at, _MODEL, settings, 7, self._now, branches=ids)
        self._fans.append(fan)
        for index, id in enumerate(ids):
            texts = [self._some(self._chance.randint(2, 7)) for _ in range(self._tokens)]
            tokens = [
                TokenRecord(self._chance.randrange(150_000), len(text.encode()), -self._chance.random() * 4, 1.5)
                for text in texts
            ]
            node, text = self._new_node(), "".join(texts)
            self._branches.append(Branch(id, fan.id, index, 7, node, text, 0, tokens, Finish.TOKENS, looked=index < 4))
            self._nodes.append(Node(node, self._at, (Piece(text, id),), branch=id))
        return fan

    def _take(self, fan: Fan, branch: Branch) -> Event:
        seconds = self._chance.uniform(0.5, 30)
        self._now += seconds
        looks = ((branch.id, seconds),)
        showing = Showing(fan.id, arrived=0.2, whole=2.0, painted=0.25, looks=looks, chosen=((branch.id, seconds),))
        self._showings.append(showing)
        pieces = (Piece(branch.text, branch.id),)
        turn = Turn(self._length, self._length, self._length, pieces)
        self._length += len(branch.text)
        self._at = branch.node
        return self._event(
            EventKind.TAKEN, node=branch.node, fan=fan.id, branch=branch.id, amount=len(branch.text), turn=turn
        )

    def _edit(self, start: int, end: int, text: str) -> Event:
        turn = Turn(self._length, start, end, typed(text))
        amount = len(text) - (end - start)
        self._length += amount
        return self._event(EventKind.EDITED, amount=amount, turn=turn)

    def _event(self, kind: EventKind, **facts: object) -> Event:
        self._now += self._chance.uniform(0.1, 4)
        return Event(self._now, kind, **facts)  # type: ignore[arg-type]

    def _new_node(self) -> int:
        self._next_node += 1
        return self._next_node - 1

    def _some(self, size: int) -> str:
        start = self._chance.randrange(len(self._words) - size)
        return self._words[start : start + size]
