"""What survives `kill -9`: one SQLite file in write-ahead mode.

Each unit of work is one transaction, committed before the answer leaves. `synchronous=OFF` is right
here: it gives up nothing when the process dies, only when the machine does.
Hot reads never come here, they are served from memory (see `state`).
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec

TABLES = """
CREATE TABLE IF NOT EXISTS record (
    shop TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, doc BLOB NOT NULL,
    PRIMARY KEY (shop, kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS effect (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, shop TEXT NOT NULL, source TEXT NOT NULL,
    operation TEXT NOT NULL, variant_id INTEGER, changed INTEGER NOT NULL, doc BLOB NOT NULL
);
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
Record = TypeVar("Record", bound=msgspec.Struct)


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

    def shops(self) -> list[str]:
        """Domains of the shops in the file."""
        return [row[0] for row in self.rows("SELECT shop FROM record WHERE kind = 'facts'")]

    def load(self, shop: str, kind: str, shape: type[Record]) -> list[Record]:
        """All records of one kind of one shop, in no promised order."""
        decoder = msgspec.json.Decoder(shape)
        rows = self.rows("SELECT doc FROM record WHERE shop = ? AND kind = ?", (shop, kind))
        return [decoder.decode(row[0]) for row in rows]

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
