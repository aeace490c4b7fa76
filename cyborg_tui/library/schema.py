"""The tables, as numbered migrations."""

import sqlite3

__all__ = ["APPLICATION_ID", "NewerLibraryError", "NotALibraryError", "migrate"]

APPLICATION_ID = 0x63796267

_MIGRATIONS = (
    """
    CREATE TABLE looms (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        day TEXT UNIQUE,
        path BLOB UNIQUE,
        made_at REAL NOT NULL,
        changed_at REAL NOT NULL,
        place BLOB
    );
    CREATE TABLE nodes (
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
    );
    CREATE TABLE fans (
        loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
        id INTEGER NOT NULL,
        context INTEGER NOT NULL,
        made_at REAL NOT NULL,
        fan BLOB NOT NULL,
        PRIMARY KEY (loom, id)
    );
    CREATE TABLE branches (
        loom INTEGER NOT NULL,
        id INTEGER NOT NULL,
        fan INTEGER NOT NULL,
        place INTEGER NOT NULL,
        seed INTEGER NOT NULL,
        node INTEGER NOT NULL,
        text BLOB NOT NULL,
        healed INTEGER NOT NULL,
        finish TEXT,
        looked INTEGER NOT NULL,
        tokens BLOB NOT NULL,
        PRIMARY KEY (loom, id),
        FOREIGN KEY (loom, fan) REFERENCES fans ON DELETE CASCADE
    );
    CREATE TABLE events (
        id INTEGER PRIMARY KEY,
        loom INTEGER NOT NULL REFERENCES looms ON DELETE CASCADE,
        at REAL NOT NULL,
        kind TEXT NOT NULL,
        node INTEGER,
        fan INTEGER,
        branch INTEGER,
        amount INTEGER,
        note TEXT NOT NULL
    );
    CREATE INDEX events_of_loom ON events (loom, at);
    """,
)


class NotALibraryError(Exception):
    """The file is a database of something else."""


class NewerLibraryError(Exception):
    """The file was written by a later version of the app."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to this version's tables. Raises NotALibraryError, NewerLibraryError."""
    found = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if found != APPLICATION_ID and tables:
        raise NotALibraryError
    if version > len(_MIGRATIONS):
        raise NewerLibraryError
    for number in range(version, len(_MIGRATIONS)):
        connection.executescript(
            f"BEGIN; {_MIGRATIONS[number]} PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {number + 1}; COMMIT;"
        )
