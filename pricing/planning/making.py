"""Make the plan of a job that is in ``planning``."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.work.api import Running, enqueue
from pricing.enums import JobKind, PricingJobState
from pricing.models import PlannedChange, PricingJob
from pricing.states import transition

from .drafts import Draft
from .manual import manual_drafts
from .undo import undo_drafts
from .writer import PlanWriter


def make_plan(job: Running, *, pricing_job_id: UUID) -> None:
    """Plan a job; afterwards it is ``planned``, has a hash and knows what it comes to.

    A plan that was made before is replaced. A job that runs by itself is started right after.
    """
    with transaction.atomic():
        job.fence()
        target = PricingJob.objects.select_for_update().get(pk=pricing_job_id)
        if target.state != PricingJobState.PLANNING:
            return
        PlannedChange.objects.filter(job=target).delete()
        now = timezone.now()
        writer = PlanWriter(target)
        writer.write(_drafts(target, now), job)
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


def _drafts(target: PricingJob, now: dt.datetime) -> Iterator[Draft]:
    if target.kind == JobKind.MANUAL:
        return manual_drafts(target, now=now)
    return undo_drafts(target, now=now)
