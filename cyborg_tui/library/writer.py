"""The library's own thread: whatever is handed to it is committed within a second, and nobody waits."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable

from cyborg_tui.library.chunks import Chunks
from cyborg_tui.library.errors import reason
from cyborg_tui.library.holding import Holding
from cyborg_tui.library.index import index_nodes
from cyborg_tui.library.known import Known
from cyborg_tui.library.pending import Pending
from cyborg_tui.library.purging import leave_no_trace
from cyborg_tui.loom.changes import Changes
from cyborg_tui.loom.score import Score, Scorer

__all__ = ["Writer"]

_GATHER = 0.2
"""Seconds from the first change to the commit, in which more changes are gathered."""
_RETRY = 1.0
"""Seconds after a commit that failed."""


class Writer:
    """Saves changes, the last version of each thing. If a commit fails all is kept, and tried again every second."""

    def __init__(self, holding: Holding, on_state: Callable[[str], None]) -> None:
        """`holding`: the writer's own. `on_state` hears, on the writer's thread, "" when something was saved and else
        why it cannot be."""
        self._holding, self._on_state = holding, on_state
        self.problem = ""
        """Why nothing can be saved now; empty if the last time it could be."""
        self.index_is_behind = False
        """Whether something was saved that is not in the index."""
        self._pending = self._batch = Pending()
        self._chunks, self._known = Chunks(), Known()
        self._added = self._committed = 0
        self._pause = _GATHER
        self._hurry = self._closing = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="library", daemon=True)
        self._thread.start()

    def add(self, loom: int, changes: Changes) -> None:
        with self._changed:
            self._pending.add(loom, changes)
            self._count_one()

    def add_digest(self, loom: int, digest: str) -> None:
        with self._changed:
            self._pending.digests[loom] = digest
            self._count_one()

    def add_score(self, loom: int, key: bytes, score: Score, scorer: Scorer) -> None:
        with self._changed:
            self._pending.scores[loom, key] = score
            self._pending.scorers[loom] = scorer
            self._count_one()

    def score(self, loom: int, key: bytes) -> Score | None:
        """The score that is kept under this key, if it is not committed yet."""
        with self._changed:
            return self._pending.scores.get((loom, key)) or self._batch.scores.get((loom, key))

    def alternatives(self, loom: int, branch: int) -> bytes | None:
        """Those to the tokens of a branch, packed, if they are not committed yet."""
        with self._changed:
            key = (loom, branch)
            return self._pending.alternatives.get(key) or self._batch.alternatives.get(key)

    def _count_one(self) -> None:
        """The first change wakes the thread, which then gathers: being woken at every key would slow the key down."""
        if self.idle:
            self._changed.notify_all()
        self._added += 1

    @property
    def idle(self) -> bool:
        """Whether everything is committed."""
        return self._committed == self._added

    def flush(self, timeout: float | None) -> bool:
        """Wait until all that was added so far is committed. False if that was not possible within `timeout` seconds.

        None waits for ever.
        """
        with self._changed:
            upto = self._added
            self._hurry = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: self._committed >= upto, timeout)

    def forget(self, loom: int) -> None:
        """Another process writes in this loom from now on; everything of it must have been committed."""
        self._chunks.forget(loom)

    def close(self, timeout: float) -> bool:
        """Commit the rest and end. False if the rest could not be committed within `timeout` seconds."""
        saved = self.flush(timeout)
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join(1)
        return saved

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: not self.idle or self._closing)
                if not self._closing:
                    self._changed.wait_for(lambda: self._hurry or self._closing, self._pause)
                if self._closing:
                    break
                self._batch, upto = self._pending, self._added
                self._pending, self._hurry = Pending(), False
            batch = self._batch
            problem = self._commit(batch)
            with self._changed:
                if problem:
                    batch.add_newer(self._pending)
                    self._pending = batch
                else:
                    self._committed = upto
                    self._batch = Pending()
                self._pause = _RETRY if problem else _GATHER
                self.problem = problem
                self._changed.notify_all()
            self._say(problem)
        self._holding.let_go()

    def _commit(self, batch: Pending) -> str:
        """What is wrong; empty if all was committed."""
        try:
            connection = self._holding.to_write()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                batch.write(connection, self._chunks)
                self.index_is_behind = not index_nodes(
                    connection, batch.nodes, batch.facts, purged=batch.purges, known=self._known
                )
            if batch.purges:
                with contextlib.suppress(sqlite3.Error):  # all is saved, whether or not this can be
                    leave_no_trace(connection)
            self._chunks.committed()
            if not self._holding.stands:  # deleted a moment ago, and the commit with it
                batch.events.clear()  # the file that is written again has them: they are no twice in it
                return "its file was deleted"
        except Exception as error:  # whatever it is: this thread must live, and what is not saved be kept
            self._chunks.rolled_back()
            self._known.forget()
            self._holding.let_go_if_possible()
            return reason(error)
        return ""

    def _say(self, state: str) -> None:
        with contextlib.suppress(Exception):  # a listener's fault, such as a screen that is gone, must not end saving
            self._on_state(state)
