"""Write the rows of one snapshot into a file, piece by piece.

The rows are read over a connection of their own: the job's connection keeps its lease and shows
progress meanwhile, which a connection in the midst of ``COPY`` cannot.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.db import connection

from .statements import Statement

PIECE_BYTES = 256 * 1024


class Snapshot:
    """A read-only view of the database as it was when it was opened, in a time zone."""

    def __init__(self, reading: Any, cursor: Any) -> None:
        """Made by :func:`snapshot`."""
        self._reading = reading
        self._cursor = cursor

    def count(self, statement: Statement) -> int:
        """Return what a counting statement says."""
        self._cursor.execute(*statement)
        return int(self._cursor.fetchone()[0])

    def copy(self, statement: Statement, out: "HashingFile") -> Iterator[int]:
        """Write what ``COPY`` says into ``out``; yields the rows so far after each piece."""
        rows, piece, size = -1, [], 0  # the header is no row
        # Below Django's wrapper: the one it has for DEBUG takes no parameters.
        inner = self._cursor.cursor
        with self._reading.wrap_database_errors, inner.copy(*statement) as copy:
            # PostgreSQL sends one row a message (documented in its protocol).
            for row in copy:
                piece.append(row)
                rows += 1
                size += len(row)
                if size >= PIECE_BYTES:
                    out.write(b"".join(piece))
                    piece, size = [], 0
                    yield rows
            out.write(b"".join(piece))
        yield rows


@contextmanager
def snapshot(zone: str) -> Iterator[Snapshot]:
    """Open one; times are written in ``zone``, in UTC when PostgreSQL does not know it."""
    reading = connection.copy()
    try:
        reading.set_autocommit(False)
        with reading.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute(
                "SELECT set_config('TimeZone', name, true) FROM pg_timezone_names WHERE name = %s",
                (zone,),
            )
            yield Snapshot(reading, cursor)
    finally:
        reading.close()


class HashingFile:
    """A file that knows the size and the SHA-256 of what was written to it."""

    def __init__(self, out: IO[bytes]) -> None:
        """``out`` is where the bytes go."""
        self._out = out
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add bytes."""
        self._out.write(data)
        self._hash.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        """Return the hash of all bytes so far."""
        return self._hash.hexdigest()
