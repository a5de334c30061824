"""Reads of results: what became of the rows of a run, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.db.models.functions import Left

from pricing.enums import Outcome
from pricing.models import PricingJob, ProcessingResult

PROBLEMS = (Outcome.CONFLICT, Outcome.FAILED, Outcome.OVERWRITTEN)
# Rows with a reason worth grouping; what was applied has none.
REASONED = (Outcome.CONFLICT, Outcome.FAILED, Outcome.SKIPPED, Outcome.UNCHANGED)
REASON_CHARACTERS = 160
REASON_GROUPS = 12


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """How many rows ended this way for this reason."""

    outcome: Outcome
    reason: str
    count: int


def result_rows(job: PricingJob, outcome: str) -> QuerySet[ProcessingResult]:
    """Return a job's results with variant and product; all, or of one outcome."""
    rows = ProcessingResult.objects.filter(job=job).select_related("variant__product")
    return rows.filter(outcome=outcome) if outcome in Outcome.values else rows


def latest_problems(job: PricingJob, *, limit: int) -> Sequence[ProcessingResult]:
    """Return the conflicts, failures and overwrites that came last."""
    rows = ProcessingResult.objects.filter(job=job, outcome__in=PROBLEMS)
    return list(rows.select_related("variant__product").order_by("-pk")[:limit])


def reason_groups(job: PricingJob) -> list[ReasonGroup]:
    """Group what was not written by its reason, the most frequent first."""
    rows = (
        ProcessingResult.objects.filter(job=job, outcome__in=REASONED)
        .values("outcome", why=Left("reason", REASON_CHARACTERS))
        .annotate(count=Count("pk"))
        .order_by("-count", "why")[:REASON_GROUPS]
    )
    return [ReasonGroup(Outcome(row["outcome"]), row["why"], row["count"]) for row in rows]


def overwritten_edits(job: PricingJob, *, limit: int) -> Sequence[ProcessingResult]:
    """Return the edits of others that this job's writes replaced."""
    rows = ProcessingResult.objects.filter(job=job, outcome=Outcome.OVERWRITTEN)
    return list(rows.select_related("variant__product").order_by("pk")[:limit])
