"""Reads of results: what became of the rows of a run, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Left

from catalog_sync.api import variants_found
from pricing.enums import WRITTEN, Outcome
from pricing.models import PricingJob, ProcessingResult

PROBLEMS = (Outcome.CONFLICT, Outcome.FAILED, Outcome.OVERWRITTEN)
# Rows with a reason worth grouping; what was applied has none.
REASONED = (Outcome.CONFLICT, Outcome.FAILED, Outcome.SKIPPED, Outcome.UNCHANGED)
REASON_CHARACTERS = 160
REASON_GROUPS = 12
GROUPED_ROWS = 5_000
_GROUPS = f"""
SELECT outcome, why, count(*) FROM ({{rows}}) looked_at GROUP BY outcome, why
ORDER BY count(*) DESC, why LIMIT {REASON_GROUPS}
"""  # noqa: S608 -- constants only


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """How many rows ended this way for this reason; ``more``: only the first rows were counted."""

    outcome: Outcome
    reason: str
    count: int
    more: bool = False


def result_rows(
    job: PricingJob, outcome: str = "", reason: str = "", text: str = ""
) -> QuerySet[ProcessingResult]:
    """Return a job's results with variant and product.

    ``outcome``: all, or of one. ``reason``: of one group of :func:`reason_groups`, by how it
    begins. ``text``: a SKU, or words of a title.
    """
    rows = ProcessingResult.objects.filter(job=job).select_related("variant__product")
    if outcome in Outcome.values:
        rows = rows.filter(outcome=outcome)
    if reason:
        rows = rows.alias(why=Left("reason", REASON_CHARACTERS)).filter(why=reason)
    if text:
        rows = rows.filter(variant_id__in=variants_found(job.shop_id, text).values("pk"))
    return rows


def written_ids(rows: QuerySet[ProcessingResult], *, limit: int) -> list[int]:
    """Return the ids of those of these results that can be taken back, in the run's order."""
    written = rows.filter(outcome__in=WRITTEN).order_by("pk")
    return list(written.values_list("pk", flat=True)[:limit])


def latest_problems(job: PricingJob, *, limit: int) -> Sequence[ProcessingResult]:
    """Return the conflicts, failures and overwrites that came last."""
    rows = ProcessingResult.objects.filter(job=job, outcome__in=PROBLEMS)
    return list(rows.select_related("variant__product").order_by("-pk")[:limit])


def reason_groups(job: PricingJob) -> list[ReasonGroup]:
    """Group what was not written by its reason, the most frequent first.

    Of each outcome the first ``GROUPED_ROWS`` rows are looked at, so that the page of a job of a
    million rows costs no more than that; what lies behind them is said by ``more``.
    """
    looked_at = [
        f"(SELECT outcome, left(reason, {REASON_CHARACTERS}) AS why"  # noqa: S608 -- constants only
        " FROM pricing_processingresult WHERE job_id = %s AND outcome = %s"
        f" ORDER BY id LIMIT {GROUPED_ROWS})"
        for _ in REASONED
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _GROUPS.format(rows=" UNION ALL ".join(looked_at)),
            [each for outcome in REASONED for each in (job.pk, str(outcome))],
        )
        found = cursor.fetchall()
    return [
        ReasonGroup(
            outcome := Outcome(name), reason, count, more=getattr(job, outcome) > GROUPED_ROWS
        )
        for name, reason, count in found
    ]


def overwritten_edits(job: PricingJob, *, limit: int) -> Sequence[ProcessingResult]:
    """Return the edits of others that this job's writes replaced."""
    rows = ProcessingResult.objects.filter(job=job, outcome=Outcome.OVERWRITTEN)
    return list(rows.select_related("variant__product").order_by("pk")[:limit])
