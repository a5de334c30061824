"""Compare a shop with its mirror and mend what differs: stock, prices, arrivals and departures.

Webhooks are late or lost, and stock leaves no trace in any list of changes. So the totals of all
variants are looked over in flat pages (13 points for 250; 50,000 variants are 2,600 points), and
what differs is read by id: variants in hundreds (3 points for 250), the levels of an item by
location (9 points for 250 at three locations). A transfer keeps the total, so the levels of some
items are read in rotation besides. Products come from a window of changes that overlaps the last
run; what the mirror has and no page named is looked up by id before it is believed gone.

Each step is one call and one transaction with the job's checkpoint; everything goes through the
merges that webhooks and syncs go through, so that it may meet them, or itself, at any moment.

Not done here: judging what a discrepancy means. It is told with its cause, as everything is.
"""

import datetime as dt
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog_sync.comparing import compare_glances, next_items
from catalog_sync.enums import RunKind
from catalog_sync.locations import merge_locations
from catalog_sync.merging import Source, merge_products
from catalog_sync.models import MirrorState, Variant
from catalog_sync.reconciliations import begin_run, finish_run, keep_run
from catalog_sync.services import export_levels_if_due
from catalog_sync.staging import stage_glances, stage_products
from catalog_sync.telling import reread_products, tell_variants
from connectors.shopify.api import Priority
from foundation.failures import Permanent
from foundation.live.api import touch
from foundation.shops.api import connection_access
from foundation.work.api import Running

from .client import shopify_client
from .mending import CAUSE, settle_levels, settle_missing, settle_products, settle_variants
from .round import Phase, Round
from .slices import in_slices
from .subscriptions import check_subscriptions

PAGE: Final = 250
WINDOW_ROWS: Final = 24_000
"""Shopify pages a sorted list for 25,000 rows at most (contract §3.1); the window goes on anew."""


def run_reconciliation(job: Running, *, connection_id: UUID, dry_run: bool) -> None:
    """Run, or go on with, a reconciliation. ``dry_run`` compares and changes nothing.

    Raises ``Wait`` when the points are used up or its slice is over: the job comes back by itself.
    """
    Reconciliation(job, connection_id, dry_run=dry_run).run()


class Reconciliation:
    """One stretch of a reconciliation, from its checkpoint until it is done or has to wait."""

    def __init__(self, job: Running, connection_id: UUID, *, dry_run: bool) -> None:
        """Nothing is read yet."""
        self.job = job
        self.dry_run = dry_run
        self.kind = RunKind.DRY_RUN if dry_run else RunKind.COMPARISON
        self.shop_id = connection_access(connection_id).shop_id
        self.connection_id = connection_id
        # What nobody waits for stands back behind price runs when the points are short.
        self.client = shopify_client(connection_id, job=job, priority=Priority.LOW)
        self.spent = 0

    def run(self) -> None:
        """Take step after step."""
        round_ = Round.from_checkpoint(self.job.checkpoint) or self._begin()

        def step() -> bool:
            if round_.phase is not Phase.DONE:
                self._step(round_)
                touch("catalog", shop_id=self.shop_id)
            return round_.phase is Phase.DONE

        in_slices(step)

    def _begin(self) -> Round:
        known = Variant.objects.filter(connection_id=self.connection_id, deleted_at=None).count()
        after = MirrorState.objects.filter(pk=self.connection_id).values_list("levels_after")
        with transaction.atomic():
            self.job.fence()
            run_id, since = begin_run(self._source(), job_id=self.job.id, kind=self.kind)
            begun = Round(
                run_id=run_id,
                total=known,
                since=since.isoformat(),
                levels_after=after[0][0] if after else 0,
                levels_left=min(known, settings.CATALOG_LEVELS_PER_RECONCILIATION),
            )
            self.job.save_checkpoint(begun.as_checkpoint())
        return begun

    def _step(self, now: Round) -> None:
        try:
            self._next(now)(now)
        except Permanent:
            # Cursors belong to the list they were made for and are not kept for ever. A first
            # page that is refused, or a second refusal, is another fault.
            if now.cursor is None or now.phase in now.restarted:
                raise
            now.restart_phase()
            self.job.save_checkpoint(now.as_checkpoint())

    def _next(self, now: Round) -> Callable[[Round], None]:
        pending: tuple[tuple[list[int], Callable[[Round], None]], ...] = (
            (now.variants, self._variants),
            (now.items, self._items),
            (now.missing, self._missing),
            (now.products, self._products_gone),
        )
        for ids, step in pending:
            if ids:
                return step
        return {
            Phase.SUBSCRIPTIONS: self._subscriptions,
            Phase.LOCATIONS: self._locations,
            Phase.PRODUCTS: self._products,
            Phase.TOTALS: self._totals,
            Phase.LEVELS: self._levels,
        }[now.phase]

    def _source(self) -> Source:
        return Source(self.shop_id, self.connection_id, timezone.now())

    def _record(self, now: Round) -> None:
        """Move the checkpoint, and the run's row, in the step's own transaction."""
        spent = self.client.points_spent
        now.points += spent - self.spent
        self.spent = spent
        if now.phase is Phase.DONE:
            finish_run(self._source(), now.run_id, now.told(), kind=self.kind)
            if not self.dry_run:
                export_levels_if_due(self._source(), items=now.total)
        else:
            keep_run(now.run_id, now.told())
        self.job.save_checkpoint(now.as_checkpoint())
        self.job.progress(now.done, max(now.total, now.done))

    # --- what is small ------------------------------------------------------------------------

    def _subscriptions(self, now: Round) -> None:
        checked = None
        # The panic switch stops what mends them, but not the comparison, which changes nothing.
        if not self.dry_run and not connection_access(self.connection_id).frozen:
            checked = check_subscriptions(self.connection_id, job=self.job)
        with transaction.atomic():
            self.job.fence()
            if checked is not None:
                now.count(subscriptions_restored=len(checked.restored))
                now.points += checked.points
            now.end_phase()
            self._record(now)

    def _locations(self, now: Round) -> None:
        source = self._source()
        found = self.client.locations()
        with transaction.atomic():
            self.job.fence()
            if not self.dry_run:
                merge_locations(source, found)
            now.locations = max(1, len(found))
            now.end_phase()
            self._record(now)

    def _products(self, now: Round) -> None:
        source = self._source()
        page = self.client.products_changed(now.since_at, now.cursor)
        with transaction.atomic():
            self.job.fence()
            stage_products(page.rows)
            merged = merge_products(source, dry_run=self.dry_run)
            now.count(products_changed=merged.counts.get("new", 0) + merged.counts.get("newer", 0))
            tell_variants(source, merged.changed, CAUSE)
            if not self.dry_run:
                reread_products(source, merged.reread, CAUSE)
            now.cursor = page.next
            now.window += len(page.rows)
            if page.next is None:
                now.end_phase()
            elif now.window >= WINDOW_ROWS:
                self._move_window(now, page.rows[-1].updated_at)
            self._record(now)

    @staticmethod
    def _move_window(now: Round, reached: dt.datetime) -> None:
        """Go on where a page ended; by time, because the list is."""
        since = reached - dt.timedelta(seconds=1)
        if since > now.since_at:
            now.since, now.cursor, now.window = since.isoformat(), None, 0
        else:
            # More in one second than may be paged: what matters most of it is in the totals.
            now.end_phase()

    # --- all variants -------------------------------------------------------------------------

    def _totals(self, now: Round) -> None:
        source = self._source()
        page = self.client.glances(now.cursor)
        upto = max((each.id for each in page.rows), default=now.above) if page.next else None
        with transaction.atomic():
            self.job.fence()
            stage_glances(page.rows)
            found = compare_glances(source, above=now.above, upto=upto)
            now.count(
                variants_compared=len(page.rows),
                variants_differed=len(found.variants),
                totals_differed=len(found.items),
            )
            if not self.dry_run:
                now.variants, now.items, now.missing = found.variants, found.items, found.missing
            now.above = upto or now.above
            now.done += len(page.rows)
            now.cursor = page.next
            if page.next is None:
                now.end_phase()
                self._skip_levels(now)
            self._record(now)

    def _variants(self, now: Round) -> None:
        """Read what is unknown here or told differently."""
        source = self._source()
        found = self.client.variants_by_ids(now.variants[:PAGE])
        with transaction.atomic():
            self.job.fence()
            now.variants = now.variants[PAGE:]
            settle_variants(source, now, found)
            self._record(now)

    def _items(self, now: Round) -> None:
        """Read the levels of items whose total differs."""
        source = self._source()
        found = self.client.stock_of_items(now.items[:PAGE], levels=now.locations)
        with transaction.atomic():
            self.job.fence()
            now.items = now.items[PAGE:]
            settle_levels(source, now, found)
            self._record(now)

    def _missing(self, now: Round) -> None:
        """Look up what no page named; a page of them costs one point."""
        source = self._source()
        found = self.client.live_prices(now.missing[:PAGE])
        with transaction.atomic():
            self.job.fence()
            now.missing = now.missing[PAGE:]
            settle_missing(source, now, [each for each, row in found.items() if row is None])
            self._record(now)

    def _products_gone(self, now: Round) -> None:
        """Look up products that lost their last variant."""
        source = self._source()
        asked = now.products[:PAGE]
        there = self.client.products_there(asked)
        with transaction.atomic():
            self.job.fence()
            now.products = now.products[PAGE:]
            settle_products(source, now, asked, there)
            self._record(now)

    # --- levels in rotation -------------------------------------------------------------------

    def _skip_levels(self, now: Round) -> None:
        if not now.levels_left:
            now.end_phase()

    def _levels(self, now: Round) -> None:
        """Read the levels of the items whose turn it is, whatever their total."""
        most = min(PAGE, now.levels_left)
        asked = next_items(self.connection_id, after=now.levels_after, most=most)
        source = self._source()
        found = self.client.stock_of_items(asked, levels=now.locations) if asked else {}
        with transaction.atomic():
            self.job.fence()
            settle_levels(source, now, found, dry_run=self.dry_run)
            now.count(items_rotated=len(asked))
            now.levels_left -= len(asked)
            nothing_at_all = not asked and not now.levels_after
            # A short piece is the last one: the round begins anew.
            now.levels_after = 0 if len(asked) < most else asked[-1]
            if not now.levels_left or nothing_at_all:
                now.end_phase()
            if not self.dry_run:
                MirrorState.objects.filter(pk=self.connection_id).update(
                    levels_after=now.levels_after
                )
            self._record(now)
