"""Reads of plans: their rows and what they come to."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet

from pricing.enums import SkipReason
from pricing.models import PlannedChange, PricingJob

# A plan is never changed after it was made, so what it comes to is worked out once per process.
REMEMBERED_SECONDS = 3_600
_SUMMARY = """
SELECT p.skip, count(*), count(DISTINCT p.product_vendor_id),
  avg(p.target_price - p.before_price),
  avg((p.target_price - p.before_price) * 100 / NULLIF(p.before_price, 0)),
  max((p.target_price - p.before_price) * 100 / NULLIF(p.before_price, 0))
    FILTER (WHERE p.target_price > p.before_price),
  min((p.target_price - p.before_price) * 100 / NULLIF(p.before_price, 0))
    FILTER (WHERE p.target_price < p.before_price),
  count(*) FILTER (WHERE p.target_price > p.before_price),
  count(*) FILTER (WHERE p.target_price < p.before_price),
  count(*) FILTER (WHERE p.target_price = 0)
FROM pricing_plannedchange p WHERE p.job_id = %s GROUP BY p.skip
"""


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """What a plan comes to. Changes are averages over changed rows; percent of the old price.

    ``steepest_rise`` and ``steepest_fall`` are percent, None when no price rises or falls.
    ``to_zero`` counts prices that would become 0.
    """

    changes: int
    products: int
    average: Decimal | None
    average_percent: Decimal | None
    steepest_rise: Decimal | None
    steepest_fall: Decimal | None
    rises: int
    falls: int
    to_zero: int
    skips: tuple[tuple[SkipReason, int], ...]

    @property
    def skipped(self) -> int:
        """Rows that the plan leaves alone."""
        return sum(count for _, count in self.skips)


def plan_summary(job: PricingJob) -> PlanSummary:
    """Add a plan up: one query the first time, none later."""
    key = f"pricing.plan.{job.pk}.{job.plan_hash}"
    found: PlanSummary | None = cache.get(key)
    if found is None:
        found = _summed(job)
        cache.set(key, found, REMEMBERED_SECONDS)
    return found


def _summed(job: PricingJob) -> PlanSummary:
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, [job.pk])
        rows = cursor.fetchall()
    nothing = (0, 0, None, None, None, None, 0, 0, 0)
    changed: tuple[Any, ...] = next((row[1:] for row in rows if row[0] == ""), nothing)
    skips = [(SkipReason(row[0]), row[1]) for row in rows if row[0]]
    skips.sort(key=lambda each: -each[1])
    summed: tuple[Any, ...] = (*changed, tuple(skips))
    return PlanSummary(*summed)


def plan_rows(job: PricingJob, shown: str) -> QuerySet[PlannedChange]:
    """Return a plan's rows with variant and product: all, ``changes``, or of one skip reason."""
    rows = PlannedChange.objects.filter(job=job).select_related("variant__product")
    if shown == "changes":
        return rows.filter(skip="")
    return rows.filter(skip=shown) if shown in SkipReason.values else rows
