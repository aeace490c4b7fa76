"""A damaged library set aside, and a new one made from everything that can still be read of it and of its backup."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cyborg_tui.library import schema
from cyborg_tui.library.aside import new_file, put_in_place
from cyborg_tui.library.backups import Backup, Backups
from cyborg_tui.library.beginning import begin
from cyborg_tui.library.chunks import Chunks
from cyborg_tui.library.errors import UNREADABLE, InUseError, LibraryError, reason
from cyborg_tui.library.examination import examine
from cyborg_tui.library.index import queue
from cyborg_tui.library.leftovers import in_use
from cyborg_tui.library.pending import Pending
from cyborg_tui.library.reading import loom_row
from cyborg_tui.library.repairing import GAP, Remains, Repair
from cyborg_tui.library.rows import Row, to_bytes, to_text
from cyborg_tui.library.salvage import Salvaged, salvage
from cyborg_tui.loom.changes import Changes

__all__ = ["Mended", "mend"]

_BESIDE = {"alternatives": 3, "draws": 4, "showings": 3}
"""Tables whose rows belong to a branch, or a fan, with how many columns they have."""
_COLUMNS = schema.columns("looms")
_FACTS = tuple(map(_COLUMNS.index, ("id", "kind", "title", "made_at", "changed_at", "path", "digest")))
_PLACE = tuple(map(_COLUMNS.index, ("node", "cursor", "fan", "highlighted", "next_node")))
_UNIQUE = tuple(map(_COLUMNS.index, ("day", "path")))


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a library; looms by their titles."""

    aside: Path | None
    """Where the damaged file is now."""
    backup: Backup | None
    """The newest that is good."""
    whole: tuple[str, ...]
    """They came through, to the last word as far as can be known."""
    torn: tuple[str, ...]
    """Something is missing of them."""
    from_backup: tuple[str, ...]
    """The backup had more of them."""


@dataclass(slots=True)
class _Loom:
    """A loom that can be saved again."""

    row: Row
    changes: Changes
    whole: bool
    from_backup: bool = False

    @property
    def title(self) -> str:
        return loom_row(tuple(self.row[at] for at in _FACTS)).title

    @property
    def amount(self) -> int:
        """Characters, of the person's and the model's."""
        pieces = (piece for node in self.changes.nodes for piece in node.pieces)
        typed = sum(len(piece.text) for piece in pieces if piece.branch is None and piece.text != GAP)
        return typed + sum(len(branch.text) for branch in self.changes.branches)


def mend(file: Path, now: datetime) -> Mended:
    """Set the library aside and put a new one in its place. Raises LibraryError; then the old one is still there."""
    if in_use(file.parent):
        raise InUseError("Another window has the library open; close that first.")
    try:
        salvaged = salvage(file)
        looms, beside = _looms(salvaged), {table: salvaged.rows[table] for table in _BESIDE}
        backup = Backups(file).newest_good()
        if backup is not None:
            backed_up = salvage(backup.file)
            _add_what_there_is_more_of(looms, _looms(backed_up))
            from_there = {id for id, loom in looms.items() if loom.from_backup}
            for table in beside:  # what is whole here and is not in it was deleted
                torn = table in salvaged.torn
                beside[table] += (row for row in backed_up.rows[table] if torn or row[0] in from_there)
        with new_file(file) as part:
            _write(part, looms, salvaged.rows, beside)
            faults = examine(part).faults
    except (sqlite3.Error, OSError) as error:
        raise LibraryError(f"No new library could be made ({reason(error)}); the old one is as it was.") from None
    if faults:
        raise LibraryError(f"What can be read makes no library ({faults[0]}); the old one is as it was.")
    aside = put_in_place(part, file, now)
    found = looms.values()
    return Mended(
        aside,
        backup,
        tuple(loom.title for loom in found if loom.whole and not loom.from_backup),
        tuple(loom.title for loom in found if not loom.whole and not loom.from_backup),
        tuple(loom.title for loom in found if loom.from_backup),
    )


def _looms(salvaged: Salvaged) -> dict[int, _Loom]:
    """Every loom of which anything is left, by its id."""
    rows = salvaged.rows
    known = {row[0]: row for row in map(_loom_row, rows["looms"]) if row is not None}
    remains = {id: Remains(place=tuple(row[at] for at in _PLACE)) for id, row in known.items()}
    for table in ("nodes", "fans", "branches", "facts", "trails"):
        for row in rows[table]:
            if isinstance(row[0], int) and 0 < row[0] < 2**62:
                getattr(remains.setdefault(row[0], Remains()), table).append(row)
    for id, loom, _, text in rows["chunks"]:
        if loom in remains and isinstance(text, bytes):
            with suppress(UnicodeDecodeError):
                remains[loom].chunks[id] = to_text(text)
    models = {row[0]: row[1:] for row in rows["models"]}
    torn = bool(salvaged.torn & {"nodes", "fans", "branches", "chunks"})
    looms = {}
    for id, left in remains.items():
        repair = Repair(left, models)
        changes = repair.changes
        looms[id] = _Loom(known.get(id) or _unknown(id), changes, not (torn or repair.lost or id not in known))
    return looms


def _loom_row(row: Row) -> Row | None:
    """The row, if it can be a loom's; what may be left out is left out where it makes no sense."""
    try:
        loom_row(tuple(row[at] for at in _FACTS))
    except (*UNREADABLE, AttributeError):
        return None
    facts = dict(zip(_COLUMNS, row, strict=True))
    kinds = {"id": int, "kind": str, "title": bytes, "digest": str, "made_at": float, "changed_at": float}
    if any(not isinstance(facts[name], kind) for name, kind in kinds.items()):
        return None
    facts["day"] = facts["day"] if isinstance(facts["day"], str) else None
    facts["path"] = facts["path"] if isinstance(facts["path"], bytes) else None
    return tuple(facts.values())


def _unknown(id: int) -> Row:
    facts = dict.fromkeys(_COLUMNS, 0) | {"id": id, "kind": "daily", "day": None, "path": None, "node": None}
    return tuple({**facts, "title": to_bytes(f"Loom {id}, without its name"), "digest": "", "fan": None}.values())


def _add_what_there_is_more_of(looms: dict[int, _Loom], backed_up: dict[int, _Loom]) -> None:
    """Looms of the backup that are missing, or of which it has more than can be read."""
    for id, loom in backed_up.items():
        loom.from_backup = True
        left = looms.get(id)
        if left is None or (not left.whole and left.amount < loom.amount):
            looms[id] = loom


def _write(part: Path, looms: dict[int, _Loom], rows: dict[str, list[Row]], beside: dict[str, list[Row]]) -> None:
    """`beside`: rows of the tables that belong to a branch or a fan."""
    begin(part)
    pending = Pending()
    for id, loom in looms.items():
        pending.add(id, loom.changes)
    pending.changed.clear()
    with closing(schema.connect(part)) as connection, connection:
        connection.execute("BEGIN")
        given: set[object] = {None}
        for loom in looms.values():
            row = [None if at in _UNIQUE and value in given else value for at, value in enumerate(loom.row)]
            given.update(row[at] for at in _UNIQUE)
            connection.execute(f"INSERT INTO looms VALUES ({', '.join('?' * len(row))})", row)
        pending.write(connection, Chunks())
        queue(connection, looms)
        connection.executemany(
            "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row for row in rows["events"] if row[1] in looms),
        )
        connection.execute(schema.USED)
        kept = {row[0] for row in rows["events"] if row[1] in looms}
        connection.executemany("INSERT OR IGNORE INTO tool_notes VALUES (?, ?, ?, ?, ?)", rows["tool_notes"])
        turns = (row for row in rows["turns"] if row[0] in kept)
        connection.executemany("INSERT OR IGNORE INTO turns VALUES (?, ?)", turns)
        drawn = ((id, branch) for id, loom in looms.items() for branch in loom.changes.branches)
        branches = {(id, branch.id) for id, branch in drawn if not branch.purged}
        fans = {(id, fan.id) for id, loom in looms.items() for fan in loom.changes.fans}
        for (table, columns), there in zip(_BESIDE.items(), (branches, fans, fans), strict=True):
            connection.executemany(
                f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * columns)})",
                (row for row in beside[table] if row[:2] in there),
            )
