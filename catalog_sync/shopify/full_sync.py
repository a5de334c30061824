"""Read a whole shop again, page by page, and merge each page.

Locations, products, variants and stock are each one flat list of 250 rows a page, which is the
fewest points Shopify asks for (46 for products, 35 for variants, 68 for stock at two locations).
Each page is one transaction together with the job's checkpoint, so a worker killed at any moment
costs one page; memory holds one page whatever the size of the shop. What a complete pass did not
meet is looked up by id and deleted only if it is not there.

Not done here: bulk operations (no points, but minutes of delay and a file to download).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from catalog_sync.enums import StockCause
from catalog_sync.gone import bury_products, bury_variants
from catalog_sync.locations import merge_locations
from catalog_sync.merging import Source, merge_products, merge_variants
from catalog_sync.models import Product, Variant
from catalog_sync.reading import levels_of
from catalog_sync.staging import stage_levels, stage_products, stage_variants
from catalog_sync.state import sync_finished
from catalog_sync.stock import merge_levels
from catalog_sync.telling import (
    reread_items,
    reread_products,
    tell_prices,
    tell_stock,
    tell_variants,
)
from connectors.shopify import api as shopify
from foundation.failures import Permanent
from foundation.live.api import touch
from foundation.shops.api import connection_access
from foundation.work.api import Running

from .client import shopify_client
from .slices import in_slices
from .sweep import Phase, Sweep

PAGE: Final = 250


def run_full_sync(job: Running, *, connection_id: UUID, dry_run: bool) -> None:
    """Run, or go on with, a full sync. ``dry_run`` judges every row and changes none.

    Raises ``Wait`` when the points are used up or its slice is over: the job comes back by itself.
    """
    FullSync(job, connection_id, dry_run=dry_run).run()


class FullSync:
    """One stretch of a full sync, from its checkpoint until it is done or has to wait."""

    def __init__(self, job: Running, connection_id: UUID, *, dry_run: bool) -> None:
        """Nothing is read yet."""
        self.job = job
        self.dry_run = dry_run
        self.shop_id = connection_access(connection_id).shop_id
        self.connection_id = connection_id
        # What nobody waits for stands back behind price runs when the points are short.
        self.client = shopify_client(connection_id, job=job, priority=shopify.Priority.LOW)

    def run(self) -> None:
        """Take step after step."""
        sweep = Sweep.from_checkpoint(self.job.checkpoint) or self._begin()

        def step() -> bool:
            if sweep.phase is not Phase.DONE:
                self._step(sweep)
                touch("catalog", shop_id=self.shop_id)
            return sweep.phase is Phase.DONE

        in_slices(step)

    def _begin(self) -> Sweep:
        counts = self.client.counts()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            began = cursor.fetchone()[0].isoformat()
        sweep = Sweep(began=began, total=counts.products + 2 * counts.variants)
        self.job.save_checkpoint(sweep.as_checkpoint())
        return sweep

    def _step(self, sweep: Sweep) -> None:
        steps: dict[Phase, Callable[[Sweep], None]] = {
            Phase.LOCATIONS: self._locations,
            Phase.PRODUCTS: self._products,
            Phase.VARIANTS: self._variants,
            Phase.STOCK: self._stock,
            Phase.MISSING: self._missing,
        }
        try:
            steps[sweep.phase](sweep)
        except Permanent:
            # Cursors belong to the list they were made for and are not kept for ever. A first
            # page that is refused, or a second refusal, is another fault.
            if sweep.cursor is None or sweep.phase in sweep.restarted:
                raise
            sweep.restart_phase()
            self.job.save_checkpoint(sweep.as_checkpoint())

    def _source(self) -> Source:
        return Source(self.shop_id, self.connection_id, timezone.now())

    def _record(self, sweep: Sweep, rows: int, cursor: str | None) -> None:
        """Move the checkpoint in the page's own transaction."""
        sweep.move(rows, cursor)
        if sweep.phase is Phase.DONE:
            self._finish(sweep)
        self.job.save_checkpoint(sweep.as_checkpoint())
        # Rows made or deleted meanwhile move the total with them.
        self.job.progress(sweep.done, max(sweep.total, sweep.done))

    # --- the lists ----------------------------------------------------------------------------

    def _locations(self, sweep: Sweep) -> None:
        source = self._source()
        found = self.client.locations()
        sweep.locations = max(1, len(found))
        with transaction.atomic():
            self.job.fence()
            if not self.dry_run:
                merge_locations(source, found)
            self._record(sweep, 0, None)

    def _products(self, sweep: Sweep) -> None:
        source = self._source()
        page = self.client.products(sweep.cursor)
        with transaction.atomic():
            self.job.fence()
            stage_products(page.rows)
            merged = merge_products(source, dry_run=self.dry_run)
            sweep.count("products", merged.counts)
            tell_variants(source, merged.changed, StockCause.SYNC)
            self._reread(source, merged.reread)
            self._record(sweep, len(page.rows), page.next)

    def _variants(self, sweep: Sweep) -> None:
        source = self._source()
        page = self.client.variants(sweep.cursor)
        with transaction.atomic():
            self.job.fence()
            stage_variants(page.rows)
            merged = merge_variants(source, dry_run=self.dry_run)
            sweep.count("variants", merged.counts)
            tell_prices(source, merged.repriced)
            tell_variants(source, merged.changed, StockCause.SYNC)
            tell_stock(source, merged.restocked, StockCause.SYNC)
            self._reread(source, merged.reread)
            self._record(sweep, len(page.rows), page.next)

    def _stock(self, sweep: Sweep) -> None:
        source = self._source()
        page = self.client.stock(sweep.cursor, levels=sweep.locations)
        with transaction.atomic():
            self.job.fence()
            stage_levels(
                [level for item in page.rows for level in levels_of(item)],
                [(item.item_id, item.tracked) for item in page.rows],
            )
            merged = merge_levels(source, cause=StockCause.SYNC, dry_run=self.dry_run)
            sweep.count("levels", merged.counts)
            tell_stock(source, merged.restocked, StockCause.SYNC)
            if not self.dry_run:
                reread_items(source, merged.contested, StockCause.SYNC)
            self._record(sweep, len(page.rows), page.next)

    def _reread(self, source: Source, product_ids: set[int]) -> None:
        if not self.dry_run:
            reread_products(source, product_ids, StockCause.SYNC)

    # --- what was not met ---------------------------------------------------------------------

    def _missing(self, sweep: Sweep) -> None:
        """Look the unmet up by id, variants first; a page of either costs one point."""
        source = self._source()
        variants = [] if self.dry_run else self._unmet(Variant.objects, sweep)
        if variants:
            found = self.client.live_prices(variants)
            gone = [each for each, price in found.items() if price is None]
            self._settle(source, sweep, Variant.objects, variants, gone)
            return
        products = [] if self.dry_run else self._unmet(Product.objects, sweep)
        if products:
            there = self.client.products_there(products)
            gone = [each for each in products if each not in there]
            self._settle(source, sweep, Product.objects, products, gone)
            return
        with transaction.atomic():
            self.job.fence()
            self._record(sweep, 0, None)

    def _unmet(self, objects: Any, sweep: Sweep) -> list[int]:
        rows = objects.filter(
            connection_id=self.connection_id, deleted_at=None, seen_at__lt=sweep.began_at
        )
        return list(rows.order_by("vendor_id").values_list("vendor_id", flat=True)[:PAGE])

    def _settle(
        self, source: Source, sweep: Sweep, objects: Any, looked_up: Sequence[int], gone: list[int]
    ) -> None:
        with transaction.atomic():
            self.job.fence()
            if objects.model is Product:
                _, buried = bury_products(source, gone)
                sweep.count("products", {"deleted": len(gone)})
            else:
                buried = bury_variants(source, gone)
                sweep.count("variants", {"deleted": len(gone)})
            tell_variants(source, buried, StockCause.SYNC)
            objects.filter(connection_id=self.connection_id, vendor_id__in=looked_up).update(
                seen_at=timezone.now()
            )
            self.job.save_checkpoint(sweep.as_checkpoint())

    def _finish(self, sweep: Sweep) -> None:
        sweep.total = sweep.done
        sync_finished(
            source=self._source(),
            job_id=self.job.id,
            began_at=sweep.began_at,
            counts=sweep.counts,
            dry_run=self.dry_run,
        )
