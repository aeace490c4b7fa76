"""The tables of the library, as numbered migrations: a file of any earlier version is brought up to this one."""

import contextlib
import sqlite3
from contextlib import closing
from pathlib import Path

from cyborg_tui.library.errors import NewerLibraryError, NotALibraryError

__all__ = ["APPLICATION_ID", "FIRST", "INDEX", "RARE", "TABLES", "check", "columns", "connect", "make_index", "migrate"]

APPLICATION_ID = 0x6C6F6F6D
"""Marks the file as ours: "loom"."""

TABLES = (
    "looms",
    "nodes",
    "models",
    "fans",
    "branches",
    "alternatives",
    "draws",
    "showings",
    "events",
    "turns",
    "facts",
    "trails",
    "steps",
    "chunks",
    "tool_notes",
)
"""Those that refer to another come after it. Scores are none of them: they can be found out again."""

RARE = "kind IN ('judged', 'praised', 'reasoned')"
"""Of events that have an index of their own, which SQLite uses where it is asked in just these words."""

FIRST = 1
"""The first version of the tables."""

USED = """INSERT OR REPLACE INTO used SELECT id,
    1 + max(ifnull((SELECT max(id) FROM fans WHERE loom = looms.id), 0),
        ifnull((SELECT max(fan) FROM events WHERE loom = looms.id), 0)),
    1 + max(ifnull((SELECT max(id) FROM branches WHERE loom = looms.id), 0),
        ifnull((SELECT max(branch) FROM events WHERE loom = looms.id), 0))
    FROM looms"""
"""Finds out again which ids were given to fans and branches, as far as the log tells of those that are gone."""
_MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE looms (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            title BLOB NOT NULL,
            day TEXT UNIQUE,
            path BLOB UNIQUE,
            digest TEXT NOT NULL DEFAULT '',
            made_at REAL NOT NULL,
            changed_at REAL NOT NULL,
            node INTEGER,
            cursor INTEGER NOT NULL DEFAULT 0,
            fan INTEGER,
            highlighted INTEGER NOT NULL DEFAULT 0,
            next_node INTEGER NOT NULL DEFAULT 0
        )""",
        """CREATE TABLE nodes (
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            id INTEGER NOT NULL,
            parent INTEGER,
            branch INTEGER,
            carries INTEGER,
            cut INTEGER NOT NULL,
            hidden INTEGER NOT NULL,
            bookmarked INTEGER NOT NULL,
            made_at REAL NOT NULL,
            pieces BLOB NOT NULL,
            PRIMARY KEY (loom, id)
        )""",
        """CREATE TABLE models (
            id INTEGER PRIMARY KEY,
            name BLOB NOT NULL,
            vocabulary BLOB NOT NULL,
            file BLOB NOT NULL,
            size INTEGER NOT NULL,
            quantisation BLOB NOT NULL,
            build BLOB NOT NULL,
            UNIQUE (name, vocabulary, file, size, quantisation, build)
        )""",
        """CREATE TABLE fans (
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            id INTEGER NOT NULL,
            context INTEGER NOT NULL,
            model INTEGER NOT NULL REFERENCES models,
            seed INTEGER NOT NULL,
            made_at REAL NOT NULL,
            mode TEXT NOT NULL,
            settings BLOB NOT NULL,
            PRIMARY KEY (loom, id)
        )""",
        """CREATE TABLE branches (
            loom INTEGER NOT NULL,
            id INTEGER NOT NULL,
            fan INTEGER NOT NULL,
            place INTEGER NOT NULL,
            seed INTEGER NOT NULL,
            node INTEGER NOT NULL,
            text BLOB NOT NULL,
            healed INTEGER NOT NULL,
            tokens BLOB NOT NULL,
            finish TEXT,
            looked INTEGER NOT NULL,
            PRIMARY KEY (loom, id),
            FOREIGN KEY (loom, fan) REFERENCES fans ON DELETE CASCADE
        )""",
        "CREATE INDEX branches_of_fan ON branches (loom, fan)",
        """CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            at REAL NOT NULL,
            kind TEXT NOT NULL,
            node INTEGER,
            fan INTEGER,
            branch INTEGER,
            amount INTEGER,
            note BLOB NOT NULL
        )""",
        "CREATE INDEX events_of_loom ON events (loom, at)",
    ),
    (
        """CREATE TABLE alternatives (
            loom INTEGER NOT NULL,
            branch INTEGER NOT NULL,
            packed BLOB NOT NULL,
            PRIMARY KEY (loom, branch),
            FOREIGN KEY (loom, branch) REFERENCES branches ON DELETE CASCADE
        )""",
    ),
    (
        """CREATE TABLE passages (
            id INTEGER PRIMARY KEY,
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            node INTEGER NOT NULL,
            place REAL NOT NULL,
            before INTEGER NOT NULL,
            text BLOB NOT NULL,
            marks TEXT NOT NULL,
            origin INTEGER NOT NULL,
            made_at REAL NOT NULL
        )""",
        "CREATE INDEX passages_of_node ON passages (loom, node)",
        """CREATE TABLE unindexed (
            loom INTEGER PRIMARY KEY REFERENCES looms ON DELETE CASCADE,
            after INTEGER NOT NULL
        )""",
        "INSERT INTO unindexed SELECT id, 0 FROM looms",
        "CREATE INDEX nodes_of_parent ON nodes (loom, parent)",
    ),
    (
        """CREATE TABLE facts (
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            node INTEGER NOT NULL,
            name BLOB NOT NULL,
            note BLOB NOT NULL,
            tags BLOB NOT NULL,
            arranged BLOB NOT NULL,
            settled INTEGER NOT NULL,
            rewritten_at REAL,
            PRIMARY KEY (loom, node)
        )""",
        """CREATE TABLE trails (
            loom INTEGER PRIMARY KEY REFERENCES looms ON DELETE CASCADE,
            places BLOB,
            history BLOB
        )""",
        """CREATE TABLE steps (
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            number INTEGER NOT NULL,
            step BLOB NOT NULL,
            PRIMARY KEY (loom, number)
        )""",
        """CREATE TABLE chunks (
            id INTEGER PRIMARY KEY,
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            node INTEGER NOT NULL,
            text BLOB NOT NULL
        )""",
        "CREATE INDEX chunks_of_node ON chunks (loom, node)",
    ),
    (
        """CREATE TABLE scores (
            loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
            key BLOB NOT NULL,
            lead INTEGER NOT NULL,
            tokens BLOB NOT NULL,
            packed BLOB NOT NULL,
            PRIMARY KEY (loom, key)
        )""",
    ),
    (
        "DROP INDEX nodes_of_parent",
        "CREATE INDEX nodes_as_they_hang ON nodes (loom, parent, id)",
        "CREATE INDEX nodes_that_carry ON nodes (loom, id, carries) WHERE carries IS NOT NULL",
        "CREATE INDEX nodes_bookmarked ON nodes (loom, id) WHERE bookmarked",
    ),
    (
        """CREATE TABLE draws (
            loom INTEGER NOT NULL,
            fan INTEGER NOT NULL,
            first INTEGER NOT NULL,
            packed BLOB NOT NULL,
            PRIMARY KEY (loom, fan, first),
            FOREIGN KEY (loom, fan) REFERENCES fans ON DELETE CASCADE
        )""",
    ),
    (
        """CREATE TABLE turns (
            event INTEGER PRIMARY KEY REFERENCES events ON DELETE CASCADE,
            turn BLOB NOT NULL
        )""",
    ),
    ("ALTER TABLE facts ADD COLUMN frame BLOB",),
    (
        """CREATE TABLE showings (
            loom INTEGER NOT NULL,
            fan INTEGER NOT NULL,
            packed BLOB NOT NULL,
            PRIMARY KEY (loom, fan),
            FOREIGN KEY (loom, fan) REFERENCES fans ON DELETE CASCADE
        )""",
        f"CREATE INDEX events_rare ON events (kind, loom) WHERE {RARE}",
    ),
    (
        """CREATE TABLE tool_notes (
            id INTEGER PRIMARY KEY,
            at REAL NOT NULL,
            version TEXT NOT NULL,
            note BLOB NOT NULL,
            screen BLOB NOT NULL
        )""",
        "CREATE INDEX events_beside ON events (loom) WHERE kind = 'beside'",
    ),
    (
        """CREATE TABLE scorers (
            loom INTEGER PRIMARY KEY REFERENCES looms ON DELETE CASCADE,
            model INTEGER NOT NULL REFERENCES models,
            window INTEGER NOT NULL
        )""",
    ),
    (
        """CREATE TABLE used (
            loom INTEGER PRIMARY KEY REFERENCES looms ON DELETE CASCADE,
            next_fan INTEGER NOT NULL,
            next_branch INTEGER NOT NULL
        )""",
        USED,
    ),
)

INDEX = (
    "CREATE VIRTUAL TABLE found USING fts5 (words, content = '', columnsize = 0, tokenize = 'ascii')",
    "DELETE FROM passages",
    "INSERT OR REPLACE INTO unindexed SELECT id, 0 FROM looms",
)
"""The index of words, and everything to be put into it. It is no step, for a SQLite may be without such indexes."""


def connect(file: Path, patience: float = 5.0, *, only_read: bool = False) -> sqlite3.Connection:
    """A connection to a library that is there. Waits `patience` seconds for other writers. Raises sqlite3.Error.

    One that may only read leaves the file as it is, to the byte, even where something waits in the log beside it.
    """
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={'ro' if only_read else 'rw'}",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is purged is not left in pages that are free
    except UnicodeDecodeError:  # SQLite names the damaged table, and the name is damaged too
        connection.close()
        raise sqlite3.DatabaseError("malformed database schema") from None
    return connection


def check(connection: sqlite3.Connection, file: Path) -> None:
    """Only read, so that a file of something else stays as it is. Raises NotALibraryError, NewerLibraryError."""
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if mark != APPLICATION_ID and (mark or tables):
        raise NotALibraryError(f"{file} is the database of another program; `cyborg-tui doctor --mend` sets it aside.")
    version = _version(connection)
    if version > len(_MIGRATIONS):
        raise NewerLibraryError(f"{file} was written by a newer version of cyborg-tui; install that one to open it.")
    if version < 0 or (version and not _complete(connection, version)) or (tables and not version):
        raise NotALibraryError(f"{file} is damaged; `cyborg-tui doctor` says more and mends it.")


def columns(table: str, version: int | None = None) -> tuple[str, ...]:
    """The names of a table's columns, in the order in which rows are written; in an earlier version of the tables, of
    those that it had. None if it had no such table."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        _create(connection, version)
        return tuple(name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})"))


def _create(connection: sqlite3.Connection, version: int | None) -> None:
    """The tables of a version, without the marks of the file."""
    for statements in _MIGRATIONS[:version]:
        for statement in statements:
            connection.execute(statement)


def _complete(connection: sqlite3.Connection, version: int) -> bool:
    """Whether every table of a version is there."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as whole:
        _create(whole, version)
        return set(connection.execute(tables)) >= set(whole.execute(tables))


def migrate(connection: sqlite3.Connection, upto: int | None = None) -> None:
    """Bring the file to this version's tables, or to those of version `upto`, each step whole or not at all. Raises
    sqlite3.Error."""
    connection.execute("PRAGMA journal_mode = WAL")
    while _version(connection) < len(_MIGRATIONS[:upto]):
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            done = _version(connection)  # read again: another process may have been first
            if done < len(_MIGRATIONS[:upto]):
                for statement in _MIGRATIONS[done]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {done + 1}")
    make_index(connection)


def make_index(connection: sqlite3.Connection) -> None:
    """Begin the index of words if there is none; nothing is lost if this SQLite has no such indexes."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'found'").fetchone() is not None:
        return
    with contextlib.suppress(sqlite3.OperationalError), connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in INDEX:
            connection.execute(statement)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
