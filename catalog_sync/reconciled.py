"""Reads of what the reconciliation did: the last run that ended well, and the list of runs."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from foundation.paging import Page, page_of

from .enums import RunKind
from .models import ReconciliationRun
from .progress import SyncProgress, progress_of

_SIZE: Final = 40

# Each count in words, one and many.
LOOKED_AT: Final[Mapping[str, tuple[str, str]]] = {
    "variants_compared": ("variant compared", "variants compared"),
    "totals_differed": ("total differed", "totals differed"),
    "variants_differed": ("variant differed", "variants differed"),
    "levels_differed": ("level differed", "levels differed"),
    "items_rotated": ("item in rotation", "items in rotation"),
    "items_exported": ("item exported", "items exported"),
}
MENDED: Final[Mapping[str, tuple[str, str]]] = {
    "levels_mended": ("stock level", "stock levels"),
    "prices_mended": ("price", "prices"),
    "variants_found": ("new variant", "new variants"),
    "variants_buried": ("deleted variant", "deleted variants"),
    "products_changed": ("changed product", "changed products"),
    "products_buried": ("deleted product", "deleted products"),
    "subscriptions_restored": ("webhook subscription", "webhook subscriptions"),
}


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A reconciliation that ended well; ``lag`` None: nothing had to be mended."""

    connection_id: UUID
    started_at: dt.datetime
    finished_at: dt.datetime
    counts: dict[str, int]
    points: int
    lag: dt.timedelta | None

    @property
    def mended(self) -> int:
        """How many things the mirror had wrong."""
        return sum(self.counts.get(name, 0) for name in MENDED)


def last_reconciliations(shop_id: UUID) -> dict[UUID, Reconciled]:
    """Return the last reconciliation of each connection of a shop that ended well. One query."""
    rows = (
        ReconciliationRun.objects.for_shop(shop_id)
        .filter(kind=RunKind.COMPARISON, finished_at__isnull=False)
        .order_by("connection_id", "-pk")
        .distinct("connection_id")
        .values_list("connection_id", "started_at", "finished_at", "counts", "points", "lag")
    )
    return {
        connection_id: Reconciled(connection_id, started_at, finished_at, *told)
        for connection_id, started_at, finished_at, *told in rows
        if finished_at is not None
    }


def in_words(counts: Mapping[str, int], names: Mapping[str, tuple[str, str]]) -> str:
    """Write these counts down, in their order; empty when there are none."""
    return ", ".join(
        f"{number:,} {words[number != 1]}"
        for name, words in names.items()
        if (number := counts.get(name, 0))
    )


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run on the list. ``progress`` is how its job stands; None when it has ended well."""

    run: ReconciliationRun
    progress: SyncProgress | None

    @property
    def state(self) -> str:
        """How it ended, or stands, in a word."""
        if self.run.finished_at is not None:
            return "done"
        # Its job was given up, or went on as another one after a person discarded it.
        if self.progress is None or self.progress.ended:
            return "not finished"
        return "waiting" if self.progress.waiting_for else "running"

    @property
    def compared(self) -> int:
        """How many variants, or of an export items, were looked at."""
        counts = self.run.counts
        return int(counts.get("variants_compared", 0) or counts.get("items_exported", 0))

    @property
    def mended(self) -> str:
        """What the mirror had wrong, in words; empty when nothing."""
        return in_words(self.run.counts, MENDED)


def run_page(
    shop_id: UUID, params: Mapping[str, str]
) -> tuple[Page[ReconciliationRun], list[RunRow]]:
    """Return one page of a shop's runs, the latest first. Two queries."""
    rows = ReconciliationRun.objects.for_shop(shop_id).select_related("connection")
    page = page_of(rows, params, size=_SIZE)
    open_ = [each.job_id for each in page.items if each.finished_at is None]
    jobs = progress_of(open_)
    return page, [RunRow(each, jobs.get(each.job_id)) for each in page.items]


def run_of_job(job_id: int) -> ReconciliationRun | None:
    """Return the run of a job, for whoever waits for it; None before it began."""
    return ReconciliationRun.objects.filter(job_id=job_id).first()
