"""Read all levels of a large shop by one bulk export: some ten points, whatever its size.

A transfer between locations keeps the total, and looking at hundreds of items a run comes round a
large shop in days. So once a day Shopify writes them all into a file, which is read item by item
and merged as everything is. An export is as old as its beginning: what moved since then is newer
in the mirror and stays.

Not done here: deciding when (:func:`catalog_sync.services.export_levels_if_due`).
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from catalog_sync.enums import RunKind
from catalog_sync.merging import Source
from catalog_sync.reconciliations import begin_run, finish_run, keep_run
from catalog_sync.state import levels_read
from connectors.shopify.api import ExportLost, ItemStock, Priority, StockExport
from foundation.failures import Wait
from foundation.shops.api import connection_access
from foundation.work.api import Running

from .client import shopify_client
from .mending import settle_levels
from .round import Round

PIECE: Final = 250
POLL_SECONDS: Final = 10.0


def run_level_export(job: Running, *, connection_id: UUID) -> None:
    """Start, or go on with, an export of all levels, and merge it.

    Raises ``Wait`` while Shopify is writing it: the job comes back by itself.
    """
    LevelExport(job, connection_id).run()


class LevelExport:
    """One stretch of an export: begin it, look at it, or read it."""

    def __init__(self, job: Running, connection_id: UUID) -> None:
        """Nothing is asked yet."""
        self.job = job
        self.connection_id = connection_id
        self.shop_id = connection_access(connection_id).shop_id
        self.client = shopify_client(connection_id, job=job, priority=Priority.LOW)
        self.spent = 0

    def run(self) -> None:
        """Go as far as it goes."""
        kept = dict(self.job.checkpoint)
        now = Round.from_checkpoint(kept.pop("round", {})) or self._begin()
        try:
            export = self._export(kept.get("export"))
            if not export.ready:
                self._keep(now, export.id)
                raise Wait(
                    seconds=POLL_SECONDS,
                    why="Shopify is writing the stock of all items into a file; "
                    f"{export.objects:,} lines until now",
                )
            self._read(now, export)
        except ExportLost:
            # Tried again as any failure is, with another export.
            self._keep(now, None)
            raise

    def _begin(self) -> Round:
        with transaction.atomic():
            self.job.fence()
            source = Source(self.shop_id, self.connection_id)
            run_id, since = begin_run(source, job_id=self.job.id, kind=RunKind.LEVELS)
            now = Round(run_id=run_id, total=0, since=since.isoformat())
            self._keep(now, None)
        return now

    def _export(self, known: int | None) -> StockExport:
        exports = self.client.exports
        if known is not None:
            return exports.poll(known)
        # The answer to an earlier start may have been lost; that export is as good as another.
        return exports.find_running() or exports.start()

    def _keep(self, now: Round, export_id: int | None) -> None:
        spent = self.client.points_spent
        now.points += spent - self.spent
        self.spent = spent
        checkpoint: dict[str, Any] = {"round": now.as_checkpoint(), "export": export_id}
        self.job.save_checkpoint(checkpoint)

    def _read(self, now: Round, export: StockExport) -> None:
        source = Source(self.shop_id, self.connection_id, export.created_at)
        items = self.client.exports.read(export)
        # After a worker's death: the file is the same, and what was merged need not be again.
        next(islice(items, now.done, now.done), None)
        for piece in _pieces(items):
            with transaction.atomic():
                self.job.fence()
                settle_levels(source, now, {each.item_id: each for each in piece})
                now.count(items_exported=len(piece))
                now.done += len(piece)
                keep_run(now.run_id, now.told())
                self._keep(now, export.id)
                self.job.progress(now.done, max(export.items, now.done))
            self.job.heartbeat()
        with transaction.atomic():
            self.job.fence()
            finish_run(source, now.run_id, now.told(), kind=RunKind.LEVELS)
            levels_read(connection_id=self.connection_id, began_at=export.created_at)
            self._keep(now, export.id)


def _pieces(items: Iterator[ItemStock]) -> Iterator[list[ItemStock]]:
    while piece := list(islice(items, PIECE)):
        yield piece
