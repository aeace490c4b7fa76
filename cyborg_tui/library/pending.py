"""What waits to be written: of everything that changed, the latest version."""

import sqlite3
import time
from dataclasses import dataclass, field, replace
from typing import TypeVar

from cyborg_tui.library.chunks import Chunks
from cyborg_tui.library.purging import forget_what_went
from cyborg_tui.library.rows import (
    alternatives_row,
    branch_row,
    draw_row,
    event_row,
    facts_row,
    fan_row,
    model_row,
    node_row,
    place_row,
    places_to,
    score_row,
    showing_row,
    turn_to,
)
from cyborg_tui.library.steps import write_history
from cyborg_tui.loom.changes import Changes, Place
from cyborg_tui.loom.draw import Draw
from cyborg_tui.loom.event import Event, EventKind
from cyborg_tui.loom.facts import Facts
from cyborg_tui.loom.fan import Branch, Fan, FanId, ModelIdentity
from cyborg_tui.loom.history import HistoryChange
from cyborg_tui.loom.node import Node
from cyborg_tui.loom.places import Places
from cyborg_tui.loom.score import Score, Scorer
from cyborg_tui.loom.showing import Showing

__all__ = ["Pending"]

_Thing = TypeVar("_Thing")
_ById = dict[tuple[int, int], _Thing]
"""By loom, and id in it."""

_DELETE_NODE = "DELETE FROM nodes WHERE loom = ? AND id = ?"
_NODE = "INSERT OR REPLACE INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_MODEL = "INSERT OR IGNORE INTO models (name, vocabulary, file, size, quantisation, build) VALUES (?, ?, ?, ?, ?, ?)"
_MODEL_ID = "SELECT id FROM models WHERE (name, vocabulary, file, size, quantisation, build) = (?, ?, ?, ?, ?, ?)"
_FAN = """INSERT INTO fans VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (loom, id) DO UPDATE SET
    (context, model, seed, made_at, mode, settings) =
    (excluded.context, excluded.model, excluded.seed, excluded.made_at, excluded.mode, excluded.settings)"""
_DELETE_ALTERNATIVES = "DELETE FROM alternatives WHERE loom = ? AND branch = ?"
_DELETE_FAN = "DELETE FROM fans WHERE loom = ? AND id = ?"
_DELETE_FACTS = "DELETE FROM facts WHERE loom = ? AND node = ?"
_FACTS = "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PLACES = """INSERT INTO trails (loom, places) VALUES (?, ?)
    ON CONFLICT (loom) DO UPDATE SET places = excluded.places"""
_BRANCH = """INSERT INTO branches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (loom, id) DO UPDATE SET
    (fan, place, seed, node, text, healed, tokens, finish, looked) = (excluded.fan, excluded.place, excluded.seed,
    excluded.node, excluded.text, excluded.healed, excluded.tokens, excluded.finish, excluded.looked)"""
_ALTERNATIVES = "INSERT OR REPLACE INTO alternatives VALUES (?, ?, ?)"
_DRAW = """INSERT OR REPLACE INTO draws SELECT ?, ?, ?, ?
    WHERE EXISTS (SELECT 1 FROM fans WHERE loom = ? AND id = ?)"""
_SHOWING = """INSERT OR REPLACE INTO showings SELECT ?, ?, ?
    WHERE EXISTS (SELECT 1 FROM fans WHERE loom = ? AND id = ?)"""
_SCORE = "INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?, ?)"
_SCORER = "INSERT OR REPLACE INTO scorers VALUES (?, ?, ?)"
_EVENT = "INSERT INTO events (loom, at, kind, node, fan, branch, amount, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_TURN = "INSERT INTO turns VALUES (?, ?)"
_PLACE = "UPDATE looms SET node = ?, cursor = ?, fan = ?, highlighted = ?, next_node = ? WHERE id = ?"
_USED = "INSERT OR REPLACE INTO used VALUES (?, ?, ?)"
_DIGEST = "UPDATE looms SET digest = ? WHERE id = ?"
_CHANGED = "UPDATE looms SET changed_at = ? WHERE id = ?"


@dataclass(slots=True)
class Pending:
    """Changes of any number of looms, each thing once."""

    nodes: _ById[Node | None] = field(default_factory=dict)
    """None: removed."""
    fans: _ById[Fan | None] = field(default_factory=dict)
    """None: removed, with its branches."""
    branches: _ById[Branch] = field(default_factory=dict)
    facts: _ById[Facts] = field(default_factory=dict)
    places_been: dict[int, Places] = field(default_factory=dict)
    alternatives: _ById[bytes] = field(default_factory=dict)
    """Packed, by branch."""
    draws: dict[tuple[int, FanId, int], Draw] = field(default_factory=dict)
    """By loom, fan and first branch."""
    showings: _ById[Showing] = field(default_factory=dict)
    """By fan."""
    scores: dict[tuple[int, bytes], Score] = field(default_factory=dict)
    """By loom and key."""
    scorers: dict[int, Scorer] = field(default_factory=dict)
    """By which the looms were scored last."""
    histories: dict[int, HistoryChange] = field(default_factory=dict)
    events: list[tuple[int, Event]] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)
    digests: dict[int, str] = field(default_factory=dict)
    changed: dict[int, float] = field(default_factory=dict)
    """When the looms changed, in seconds since 1970, UTC."""

    def add(self, loom: int, changes: Changes) -> None:
        self.nodes.update({(loom, gone): None for gone in changes.removed})
        self.nodes.update({(loom, node.id): node for node in changes.nodes})
        self.fans.update({(loom, gone): None for gone in changes.removed_fans})
        self.fans.update({(loom, fan.id): fan for fan in changes.fans})
        self.branches.update({(loom, branch.id): branch for branch in changes.branches})
        self.facts.update({(loom, facts.node): facts for facts in changes.facts})
        self.alternatives.update({(loom, branch): packed for branch, packed in changes.alternatives})
        self.draws.update({(loom, draw.fan, draw.first): draw for draw in changes.draws})
        self.showings.update({(loom, showing.fan): showing for showing in changes.showings})
        self.events.extend((loom, event) for event in changes.events)
        if changes.place is not None:
            self.places[loom] = changes.place
        if changes.places is not None:
            self.places_been[loom] = changes.places
        if changes.history is not None:
            self._add_history(loom, changes.history)
        if changes.changes_text:
            self.changed[loom] = time.time()

    def add_newer(self, newer: "Pending") -> None:
        """Take in what came later."""
        self.nodes.update(newer.nodes)
        self.fans.update(newer.fans)
        self.branches.update(newer.branches)
        self.facts.update(newer.facts)
        self.places_been.update(newer.places_been)
        self.alternatives.update(newer.alternatives)
        self.draws.update(newer.draws)
        self.showings.update(newer.showings)
        self.scores.update(newer.scores)
        self.scorers.update(newer.scorers)
        for loom, history in newer.histories.items():
            self._add_history(loom, history)
        self.events.extend(newer.events)
        self.places.update(newer.places)
        self.digests.update(newer.digests)
        self.changed.update(newer.changed)

    def _add_history(self, loom: int, newer: HistoryChange) -> None:
        before = self.histories.get(loom)
        steps = {step.number: step for step in (*(before.steps if before else ()), *newer.steps)}
        self.histories[loom] = replace(newer, steps=tuple(steps.values()))

    @property
    def purges(self) -> bool:
        """Whether something is deleted for good."""
        return any(event.kind is EventKind.PURGED for _, event in self.events)

    def write(self, connection: sqlite3.Connection, chunks: Chunks) -> None:
        """Write everything within the transaction under way. Raises sqlite3.Error."""
        many = connection.executemany
        many(_DELETE_NODE, (key for key, node in self.nodes.items() if node is None))
        for key, node in self.nodes.items():
            if node is None:
                chunks.drop(connection, key)
            else:
                connection.execute(_NODE, node_row(key[0], node, chunks.write(connection, key[0], node)))
        fans = [(loom, fan) for (loom, _), fan in self.fans.items() if fan is not None]
        many(_FAN, [fan_row(loom, fan, _model_id(connection, fan.model)) for loom, fan in fans])
        gone = {key for key, fan in self.fans.items() if fan is None}
        lost = {key for key, branch in self.branches.items() if branch.purged or (key[0], branch.fan) in gone}
        drawn = [(loom, branch) for (loom, _), branch in self.branches.items() if (loom, branch.fan) not in gone]
        many(_BRANCH, (branch_row(loom, branch) for loom, branch in drawn))
        said = {key: packed for key, packed in self.alternatives.items() if key not in lost}
        many(_ALTERNATIVES, (alternatives_row(*key, packed) for key, packed in said.items()))
        many(_DELETE_ALTERNATIVES, lost)
        many(_DRAW, ((*draw_row(loom, draw), loom, draw.fan) for (loom, *_), draw in self.draws.items()))
        many(_SHOWING, ((*showing_row(loom, one), loom, one.fan) for (loom, _), one in self.showings.items()))
        many(_DELETE_FAN, gone)
        many(_DELETE_FACTS, (key for key, facts in self.facts.items() if not facts))
        many(_FACTS, (facts_row(loom, facts) for (loom, _), facts in self.facts.items() if facts))
        many(_PLACES, ((loom, places_to(places)) for loom, places in self.places_been.items()))
        many(_SCORE, (score_row(*key, score) for key, score in self.scores.items()))
        scorers = ((loom, _model_id(connection, scorer.model), scorer.window) for loom, scorer in self.scorers.items())
        many(_SCORER, [*scorers])
        for loom, history in self.histories.items():
            write_history(connection, loom, history)
        self._write_events(connection)
        many(_PLACE, ((*place_row(place), loom) for loom, place in self.places.items()))
        many(_USED, ((loom, place.next_fan, place.next_branch) for loom, place in self.places.items()))
        many(_DIGEST, ((digest, loom) for loom, digest in self.digests.items()))
        many(_CHANGED, ((at, loom) for loom, at in self.changed.items()))

    def _write_events(self, connection: sqlite3.Connection) -> None:
        """What was deleted for good is in no line of the log any more."""
        for loom, event in self.events:
            if event.kind is EventKind.PURGED:
                forget_what_went(connection, loom)
            id = connection.execute(_EVENT, event_row(loom, event)).lastrowid
            if event.turn is not None:
                connection.execute(_TURN, (id, turn_to(event.turn)))


def _model_id(connection: sqlite3.Connection, model: ModelIdentity) -> int:
    row = model_row(model)
    connection.execute(_MODEL, row)
    return int(connection.execute(_MODEL_ID, row).fetchone()[0])
