"""What survives `kill -9`: one SQLite file in write-ahead mode.

Each unit of work is one transaction, committed before the answer leaves. `synchronous=OFF` is right
here: it gives up nothing when the process dies, only when the machine does.
Hot reads never come here, a stand-in serves them from memory.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

Row: TypeAlias = tuple[Any, ...]


class Store:
    """The file. All calls come from the one thread of the event loop."""

    def __init__(self, path: Path, tables: str) -> None:
        """Open or create the file at `path`; `tables` is SQL that creates what is missing."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-65536"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript(tables)

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

    def close(self) -> None:
        """Close the file."""
        self.connection.close()
