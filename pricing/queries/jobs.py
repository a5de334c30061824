"""Reads of price jobs for the list, the job page and the index."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from foundation.work.api import JobState
from pricing.enums import FINISHED, UNDER_WAY, JobKind, Outcome, PricingJobState
from pricing.models import PricingJob, PricingJobStateChange

# Tasks of a job that are not parts of its run (pricing/tasks.py).
FRAMING_TASKS = (
    "pricing.make_plan",
    "pricing.start_run",
    "pricing.follow",
    "pricing.finish_run",
)
# The rows that ended last have the highest ids of their outcome, give or take the parallel workers.
LATEST_ROWS = 20
_MOVED_AT = """
SELECT max(latest.settled_at) FROM unnest(%s::text[]) AS o(outcome), LATERAL (
  SELECT r.settled_at FROM pricing_processingresult r
  WHERE r.job_id = %s AND r.outcome = o.outcome ORDER BY r.id DESC LIMIT %s) latest
"""


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What the list of price jobs is narrowed to; all of it comes from the URL."""

    state: str = ""
    kind: str = ""
    text: str = ""
    who: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def jobs_matching(shop_id: UUID, chosen: JobFilter) -> QuerySet[PricingJob]:
    """Return a shop's price jobs; a plan nobody confirmed in time counts as expired."""
    rows: QuerySet[PricingJob] = PricingJob.objects.for_shop(shop_id)
    late = Q(state=PricingJobState.PLANNED, expires_at__lte=dt.datetime.now(dt.UTC))
    if chosen.state == PricingJobState.PLANNED:
        rows = rows.filter(state=PricingJobState.PLANNED).exclude(late)
    elif chosen.state == PricingJobState.EXPIRED:
        rows = rows.filter(Q(state=PricingJobState.EXPIRED) | late)
    elif chosen.state:
        rows = rows.filter(state=chosen.state)
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.text:
        rows = rows.filter(name__icontains=chosen.text)
    if chosen.who:
        rows = rows.filter(requested_by=UUID(chosen.who))
    if chosen.since is not None:
        rows = rows.filter(created_at__gte=chosen.since)
    if chosen.until is not None:
        rows = rows.filter(created_at__lt=chosen.until)
    return rows.select_related("requested_by")


def plans_to_drop(shop_id: UUID, chosen: JobFilter, *, limit: int) -> Sequence[PricingJob]:
    """Return the plans among these jobs that nobody has confirmed, expired ones too."""
    states = (PricingJobState.PLANNED, PricingJobState.EXPIRED)
    if chosen.state and chosen.state not in states:
        return []
    plans = jobs_matching(shop_id, chosen).filter(state=PricingJobState.PLANNED)
    return list(plans.order_by("-created_at", "-id")[:limit])


def history_of(job: PricingJob) -> Sequence[PricingJobStateChange]:
    """Return what states a job went through, the oldest first, with who moved it."""
    return list(job.history.select_related("actor"))


def last_change(job: PricingJob) -> PricingJobStateChange | None:
    """Return how a job came into the state it is in: who moved it, when and why."""
    return job.history.select_related("actor").order_by("-id").first()


def undone_by(job: PricingJob) -> Sequence[PricingJob]:
    """Return the rollbacks and restores made of a job, the latest first."""
    return list(job.rollbacks.select_related("requested_by").order_by("-created_at", "-id"))


def moved_at(job: PricingJob) -> dt.datetime | None:
    """Return when a row of a run last ended; None before the first. A few index probes."""
    ends = [str(outcome) for outcome in Outcome if outcome is not Outcome.INTENDED]
    with connection.cursor() as cursor:
        cursor.execute(_MOVED_AT, [ends, job.pk, LATEST_ROWS])
        moment: dt.datetime | None = cursor.fetchone()[0]
    return moment


@dataclass(frozen=True, slots=True)
class Hold:
    """Parts of a job that do not get on, with one cause.

    ``next_at`` None: nothing happens by itself. ``work_job_id`` is the first of ``count``.
    """

    state: JobState
    cause: str
    count: int
    next_at: dt.datetime | None
    work_job_id: int


def holds(job: PricingJob) -> list[Hold]:
    """Return what keeps a price job: parts that retry, wait, are parked or died, by cause.

    One query. By name, as foreign keys are: the door of work lists no jobs.
    """
    rows = apps.get_model("work", "Job").objects.for_shop(job.shop_id)
    own = Q(name__in=FRAMING_TASKS, payload__pricing_job_id=str(job.pk))
    if job.work_job_id is not None:
        own |= Q(parent_id=job.work_job_id)
    stuck = Q(state__in=(JobState.PARKED, JobState.DEAD)) | Q(
        state__in=(JobState.QUEUED, JobState.RUNNING)
    ) & (~Q(waiting_for="") | ~Q(error=""))
    grouped = (
        rows.filter(own)
        .filter(stuck)
        .values("state", "waiting_for", "error")
        .annotate(
            count=Count("pk"), run=Min("run_after"), recover=Min("recover_at"), first=Min("pk")
        )
        .order_by("state", "-count")[:10]
    )
    found = []
    for row in grouped:
        state = JobState(row["state"])
        next_at = row["recover"] if state is JobState.DEAD else None
        if state is JobState.QUEUED:
            next_at = row["run"]
        cause = row["waiting_for"] or row["error"]
        found.append(Hold(state, cause, row["count"], next_at, row["first"]))
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """How many price jobs of a shop stand where."""

    total: int
    failed: int
    overwritten: int
    """Edits of others that writes of the last days overwrote and nobody has restored."""


def counted(shop_id: UUID, now: dt.datetime, *, recent: dt.timedelta) -> Counted:
    """Count a shop's price jobs in one query; failures and overwrites of ``recent`` only."""
    lately = Q(finished_at__gte=now - recent)
    restored = Q(rollbacks__kind=JobKind.RESTORE, rollbacks__applied__gt=0)
    found = PricingJob.objects.for_shop(shop_id).aggregate(
        total=Count("pk", distinct=True),
        failed=Count(
            "pk", lately & (Q(state=PricingJobState.FAILED) | Q(failed__gt=0)), distinct=True
        ),
        overwritten=Count("pk", lately & Q(overwritten__gt=0), distinct=True)
        - Count("pk", lately & Q(overwritten__gt=0) & restored, distinct=True),
    )
    return Counted(**found)


def underway(shop_id: UUID, *, limit: int) -> Sequence[PricingJob]:
    """Return the price jobs that are planned, wait, or run, the latest first."""
    rows = PricingJob.objects.for_shop(shop_id).exclude(state__in=FINISHED)
    return list(rows.order_by("-created_at", "-id")[:limit])


def coming(shop_id: UUID, *, before: dt.datetime, limit: int) -> Sequence[PricingJob]:
    """Return the jobs that begin or end by themselves before a moment, with their shop."""
    begins = Q(state=PricingJobState.SCHEDULED, run_at__lt=before)
    wrote = (PricingJobState.COMPLETED, PricingJobState.CANCELLED, *UNDER_WAY)
    ends = Q(ends_at__lt=before, state__in=wrote)
    rows = PricingJob.objects.for_shop(shop_id).filter(begins | ends)
    return list(rows.select_related("shop").order_by("run_at", "ends_at", "pk")[:limit])


def again_by(job: PricingJob) -> Sequence[PricingJob]:
    """Return the jobs that were made of a job's failed rows, the latest first."""
    return list(job.again.order_by("-created_at", "-id"))
