"""The tables of this stand-in; the file itself is `sandbox.store`. Hot reads: see `state`."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from sandbox import deliveries, store
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
CREATE TABLE IF NOT EXISTS idempotency (
    shop TEXT NOT NULL, key TEXT NOT NULL, at REAL NOT NULL, doc BLOB NOT NULL,
    PRIMARY KEY (shop, key)
) WITHOUT ROWID;
"""


class Store(store.Store):
    """The file with the records of all shops."""

    def __init__(self, path: Path) -> None:
        """Open or create the file at `path`."""
        super().__init__(path, TABLES + deliveries.TABLE.format(account="shop"))

    def records(self) -> Iterator[tuple[str, msgspec.Struct]]:
        """Every record with its shop's domain, by key."""
        decoders = {kind: msgspec.json.Decoder(shape).decode for kind, shape in KINDS.items()}
        statement = "SELECT shop, kind, doc FROM record ORDER BY key"
        for shop, kind, doc in self.connection.execute(statement):
            yield shop, decoders[kind](doc)
