"""What begins and ends by itself: scheduled runs, scheduled ends."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from foundation.audit.api import record
from foundation.live.api import touch
from foundation.work.api import release
from pricing.enums import FINISHED, JobKind, PricingJobState
from pricing.models import PricingJob
from pricing.states import locked, paused_key

from .beginning import begin, look_at
from .refusing import Refused
from .undoing import undo

SWEEP = 200


def run_due() -> int:
    """Begin runs and ends whose time has come; returns how many. Safe to run twice at once.

    Also lets parts go on that parked themselves in the very moment their job was resumed.
    """
    now = timezone.now()
    done = 0
    due = PricingJob.objects.filter(state=PricingJobState.SCHEDULED, run_at__lte=now)
    for row in due.order_by("run_at")[:SWEEP]:
        done += _begin_due(row.pk, now)
    ending = PricingJob.objects.filter(ends_at__lte=now, state__in=FINISHED)
    for row in ending.order_by("ends_at")[:SWEEP]:
        done += _end_due(row.pk, now)
    running = PricingJob.objects.filter(state=PricingJobState.RUNNING)
    for job_id in running.values_list("pk", flat=True)[:SWEEP]:
        release(paused_key(job_id))
    return done


@transaction.atomic
def _begin_due(job_id: UUID, now: dt.datetime) -> bool:
    rows = PricingJob.objects.select_for_update(skip_locked=True)
    row = rows.filter(pk=job_id, state=PricingJobState.SCHEDULED, run_at__lte=now).first()
    if row is None:
        return False
    begin(row, actor_id=None)
    return True


@transaction.atomic
def _end_due(job_id: UUID, now: dt.datetime) -> bool:
    rows = PricingJob.objects.select_for_update(skip_locked=True)
    row = rows.filter(pk=job_id, ends_at__lte=now, state__in=FINISHED).first()
    if row is None:
        return False
    PricingJob.objects.filter(pk=row.pk).update(ends_at=None)
    try:
        undo(
            row,
            JobKind.ROLLBACK,
            f"End of: {row.name}",
            row.confirmed_by_id,
            None,
            runs_itself=True,
        )
    except Refused as refused:
        # Nothing was written, or a person is taking it back already: the end is theirs.
        record(
            "pricing.job.end_dropped",
            shop_id=row.shop_id,
            object_type="pricing_job",
            object_id=row.pk,
            reason=refused.message,
        )
        return False
    return True


@transaction.atomic
def run_by_itself(*, pricing_job_id: UUID, shop_id: UUID) -> None:
    """Run the plan of a scheduled end; one that changes nothing has done its work."""
    row = PricingJob.objects.select_for_update().get(pk=pricing_job_id, shop_id=shop_id)
    if row.state != PricingJobState.PLANNED or not row.runs_itself:
        return
    PricingJob.objects.filter(pk=row.pk).update(confirmed_by_id=row.requested_by_id)
    begin(row, actor_id=row.requested_by_id)


@transaction.atomic
def change_end(*, job: PricingJob, ends_at: dt.datetime | None, actor_id: UUID | None) -> None:
    """Move or drop the time at which a job is taken back by itself.

    Raises :class:`Refused` for a time that is over, or when the end has begun already.
    """
    row = locked(job)
    if row.ends_at is None:
        raise Refused("no_end", "This job has no scheduled end (any more).")
    if ends_at is not None and ends_at <= timezone.now():
        raise Refused("ends_at_wrong", "The end must lie in the future. To end it now, roll back.")
    PricingJob.objects.filter(pk=row.pk).update(ends_at=ends_at)
    if ends_at is not None:
        look_at(ends_at, shop_id=row.shop_id)
    record(
        "pricing.job.end_changed",
        shop_id=row.shop_id,
        actor_id=actor_id,
        object_type="pricing_job",
        object_id=row.pk,
        details={"from": row.ends_at.isoformat(), "to": ends_at and ends_at.isoformat()},
    )
    touch(f"pricing.{row.pk}", shop_id=row.shop_id)
