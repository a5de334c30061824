"""What survives `kill -9`: one SQLite file in write-ahead mode.

Each unit of work is one transaction, committed before the answer leaves. `synchronous=OFF` is right
here: it gives up nothing when the process dies, only when the machine does.
Hot reads never come here, they are served from memory (see `state`).
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from sandbox.shopify.entities import KINDS

TABLES = """
CREATE TABLE IF NOT EXISTS record (
    key INTEGER PRIMARY KEY, shop TEXT NOT NULL, kind TEXT NOT NULL, doc BLOB NOT NULL
);
-- One row per unit of work; its effects are numbered `first` to `last`.
CREATE TABLE IF NOT EXISTS effect (
    first INTEGER PRIMARY KEY, last INTEGER NOT NULL, shop TEXT NOT NULL, source TEXT NOT NULL,
    operation TEXT NOT NULL, changed INTEGER NOT NULL, doc BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS effect_last ON effect (last);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, shop TEXT NOT NULL, topic TEXT NOT NULL,
    status TEXT NOT NULL, due REAL NOT NULL, doc BLOB NOT NULL, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS delivery_pending ON delivery (due) WHERE status = 'pending';
CREATE TABLE IF NOT EXISTS idempotency (
    shop TEXT NOT NULL, key TEXT NOT NULL, at REAL NOT NULL, doc BLOB NOT NULL,
    PRIMARY KEY (shop, key)
) WITHOUT ROWID;
"""

Row: TypeAlias = tuple[Any, ...]


class Store:
    """The file. All calls come from the one thread of the event loop."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-65536"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript(TABLES)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All statements inside are kept together or not at all. Does not nest."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def rows(self, statement: str, arguments: Iterable[Any] = ()) -> list[Row]:
        """All rows of a read."""
        return self.connection.execute(statement, tuple(arguments)).fetchall()

    def records(self) -> Iterator[tuple[str, msgspec.Struct]]:
        """Every record with its shop's domain, by key."""
        decoders = {kind: msgspec.json.Decoder(shape).decode for kind, shape in KINDS.items()}
        statement = "SELECT shop, kind, doc FROM record ORDER BY key"
        for shop, kind, doc in self.connection.execute(statement):
            yield shop, decoders[kind](doc)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
