"""The library's own thread: whatever is handed to it is committed within a second, and nobody waits."""

import sqlite3
import threading
import time
from collections.abc import Callable

from cyborg_tui.library.rows import branch_row, fan_row, node_row, place_bytes
from cyborg_tui.loom.changes import Changes, Place
from cyborg_tui.loom.fan import Branch, Fan
from cyborg_tui.loom.node import Node

__all__ = ["Writer"]

_GATHER = 0.2
"""Seconds in which changes are gathered into one commit."""
_RETRY = 1.0

_NODE = "INSERT OR REPLACE INTO nodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_FAN = "INSERT INTO fans VALUES (?, ?, ?, ?, ?) ON CONFLICT (loom, id) DO UPDATE SET fan = excluded.fan"
_BRANCH = "INSERT OR REPLACE INTO branches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_EVENT = "INSERT INTO events (loom, at, kind, node, fan, branch, amount, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class Writer:
    """Saves changes in the order they come. If a commit fails they are kept, and tried again every second."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], on_state: Callable[[str], None]) -> None:
        """`on_state` hears, on the writer's thread, "" when all is saved and else what is wrong."""
        self._connect, self._on_state = connect, on_state
        self._waiting: list[tuple[int, Changes]] = []
        self._writing: list[tuple[int, Changes]] = []
        self._changed = threading.Condition()
        self._hurry = self._closing = False
        self._thread = threading.Thread(target=self._run, name="library", daemon=True)
        self._thread.start()

    def add(self, loom: int, changes: Changes) -> None:
        with self._changed:
            self._waiting.append((loom, changes))
            self._changed.notify_all()

    @property
    def idle(self) -> bool:
        """Whether everything is committed."""
        return not self._waiting and not self._writing

    def flush(self, timeout: float | None) -> bool:
        """Wait until everything is committed. False if that was not possible in time."""
        with self._changed:
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self.idle, timeout)

    def close(self) -> None:
        with self._changed:
            self._closing = self._hurry = True
            self._changed.notify_all()
        self._thread.join(5)

    def _run(self) -> None:
        connection = self._connect()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                if not self._hurry:
                    self._changed.wait_for(lambda: self._hurry or self._closing, _GATHER)
                self._writing, self._waiting = self._waiting, []
                self._hurry = False
            if not self._writing and self._closing:
                break
            if not self._commit(connection):
                continue
            with self._changed:
                self._writing = []
                self._changed.notify_all()
            self._on_state("")
        connection.close()

    def _commit(self, connection: sqlite3.Connection) -> bool:
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                _write(connection, self._writing)
            return True
        except sqlite3.Error as error:
            self._on_state(f"Not saved yet ({error}); it is tried again every second.")
            with self._changed:
                self._waiting = self._writing + self._waiting
                self._writing = []
                if self._closing:
                    self._waiting = []
            time.sleep(_RETRY)
            return False


def _write(connection: sqlite3.Connection, batch: list[tuple[int, Changes]]) -> None:
    """All changes of a batch; of several versions of one thing only the last is written."""
    nodes: dict[tuple[int, int], tuple[int, Node]] = {}
    fans: dict[tuple[int, int], tuple[int, Fan]] = {}
    branches: dict[tuple[int, int], tuple[int, Branch]] = {}
    removed: dict[tuple[int, int], tuple[int, int]] = {}
    places: dict[int, Place] = {}
    for loom, changes in batch:
        for gone in changes.removed:
            nodes.pop((loom, gone), None)
            removed[loom, gone] = (loom, gone)
        for node in changes.nodes:
            nodes[loom, node.id] = (loom, node)
            removed.pop((loom, node.id), None)
        fans |= {(loom, fan.id): (loom, fan) for fan in changes.fans}
        branches |= {(loom, branch.id): (loom, branch) for branch in changes.branches}
        if changes.place is not None:
            places[loom] = changes.place
    connection.executemany("DELETE FROM nodes WHERE loom = ? AND id = ?", removed.values())
    connection.executemany(_FAN, (fan_row(*pair) for pair in fans.values()))
    connection.executemany(_BRANCH, (branch_row(*pair) for pair in branches.values()))
    connection.executemany(_NODE, (node_row(*pair) for pair in nodes.values()))
    connection.executemany(
        _EVENT,
        (
            (loom, event.at, event.kind.value, event.node, event.fan, event.branch, event.amount, event.note)
            for loom, changes in batch
            for event in changes.events
        ),
    )
    now = time.time()
    connection.executemany(
        "UPDATE looms SET place = ?, changed_at = ? WHERE id = ?",
        ((place_bytes(place), now, loom) for loom, place in places.items()),
    )
