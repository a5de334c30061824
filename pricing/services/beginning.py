"""Let a confirmed job begin."""

import datetime as dt
from uuid import UUID

from django.utils import timezone

from foundation.work.api import enqueue
from pricing.enums import PricingJobState
from pricing.models import PricingJob
from pricing.states import transition


def begin(row: PricingJob, *, actor_id: UUID | None) -> PricingJobState:
    """Have a confirmed (and approved) job run now or at its time; in the caller's transaction."""
    if row.run_at is not None and row.run_at > timezone.now():
        transition(row.pk, PricingJobState.SCHEDULED, shop_id=row.shop_id, actor_id=actor_id)
        look_at(row.run_at, shop_id=row.shop_id)
        return PricingJobState.SCHEDULED
    if row.ends_at is not None:
        look_at(row.ends_at, shop_id=row.shop_id)
    transition(row.pk, PricingJobState.RUNNING, shop_id=row.shop_id, actor_id=actor_id)
    enqueue(
        "pricing.start_run",
        {"pricing_job_id": str(row.pk)},
        shop_id=row.shop_id,
        unique_key=str(row.pk),
    )
    return PricingJobState.RUNNING


def look_at(moment: dt.datetime, *, shop_id: UUID) -> None:
    """Have what is due looked at in that very moment; the schedule's tick is the net below it."""
    enqueue("pricing.run_due", run_after=moment, shop_id=shop_id)
