"""Make the plan of a job that is in ``planning``."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from foundation.work.api import Running, enqueue
from pricing.enums import JobKind, PricingJobState
from pricing.models import PlannedChange, PricingJob
from pricing.states import transition

from .drafts import Draft
from .manual import chosen_for, manual_drafts
from .undo import undo_drafts, written_for
from .writer import PlanWriter


def make_plan(job: Running, *, pricing_job_id: UUID) -> None:
    """Plan a job, unless it was planned or stopped meanwhile; see :func:`plan_now`."""
    with transaction.atomic():
        job.fence()
        target = PricingJob.objects.select_for_update().get(pk=pricing_job_id)
        if target.state == PricingJobState.PLANNING:
            plan_now(target, heartbeat=job.heartbeat)


def plan_now(target: PricingJob, *, heartbeat: Callable[[], None] = lambda: None) -> None:
    """Plan a job; afterwards it is ``planned``, has a hash and knows what it comes to.

    A plan that was made before is replaced. A job that runs by itself is started right after. The
    job is in ``planning`` and its row is held by the caller's transaction; ``target`` itself is
    left as it was read.
    """
    PlannedChange.objects.filter(job=target).delete()
    writer = PlanWriter(target)
    writer.write(_drafts(target, timezone.now()), heartbeat)
    now = timezone.now()
    PricingJob.objects.filter(pk=target.pk).update(
        plan_hash=writer.digest.hexdigest(),
        plan_facts=writer.sums.facts(),
        planned_changes=writer.sums.changes,
        planned_skips=writer.sums.skips.total(),
        stale_rows=0,
        planned_at=now,
        expires_at=now + dt.timedelta(minutes=settings.PRICING_PLAN_MINUTES),
    )
    transition(target.pk, PricingJobState.PLANNED, shop_id=target.shop_id)
    if target.runs_itself:
        enqueue(
            "pricing.run_by_itself",
            {"pricing_job_id": str(target.pk)},
            shop_id=target.shop_id,
            unique_key=str(target.pk),
        )


def is_small(target: PricingJob, most: int) -> bool:
    """Whether a plan would have at most so many rows; counts no further than that."""
    manual = target.kind == JobKind.MANUAL
    rows: QuerySet[Any] = chosen_for(target) if manual else written_for(target)
    return rows[: most + 1].count() <= most


def _drafts(target: PricingJob, now: dt.datetime) -> Iterator[Draft]:
    if target.kind == JobKind.MANUAL:
        return manual_drafts(target, now=now)
    return undo_drafts(target, now=now)
