"""Move a pricing job from state to state: compare-and-set, history, audit, event, push."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from foundation.audit.api import record
from foundation.live.api import touch
from foundation.work.api import publish

from .enums import FINISHED, MOVES, PricingJobState
from .models import PricingJob, PricingJobStateChange


class IllegalMove(Exception):
    """The job is not in a state from which it could move there; nothing was changed."""


def paused_key(job_id: UUID) -> str:
    """Name a paused job as something its parts are parked on."""
    return f"pricing:{job_id}"


def locked(job: PricingJob) -> PricingJob:
    """Return a job's row as it is now, locked until the caller's transaction ends."""
    row: PricingJob = PricingJob.objects.select_for_update().get(pk=job.pk, shop_id=job.shop_id)
    return row


@transaction.atomic
def transition(  # noqa: PLR0913 -- a move has a who and a why, by keyword
    job_id: UUID,
    to: PricingJobState,
    *,
    shop_id: UUID,
    actor_id: UUID | None = None,
    reason: str = "",
    only_from: PricingJobState | None = None,
) -> None:
    """Move a job to ``to``, once. Raises :class:`IllegalMove` when it is not there to be moved.

    ``only_from`` narrows the table: RUNNING is reached from several states, resumed from one.
    """
    allowed = [
        state for state, moves in MOVES.items() if to in moves and only_from in (None, state)
    ]
    row = PricingJob.objects.select_for_update().filter(pk=job_id, shop_id=shop_id).first()
    if row is None or row.state not in allowed:
        now = "gone" if row is None else PricingJobState(row.state).label.lower()
        message = f"The price job is {now}; it cannot become {to.label.lower()}."
        raise IllegalMove(message)
    stamps: dict[str, Any] = {}
    if to is PricingJobState.RUNNING and row.started_at is None:
        stamps["started_at"] = timezone.now()
    if to in FINISHED:
        stamps["finished_at"] = timezone.now()
    if to is PricingJobState.PLANNING:
        stamps["finished_at"] = None
    PricingJob.objects.filter(pk=job_id).update(state=to, state_reason=reason, **stamps)
    PricingJobStateChange.objects.create(
        job_id=job_id, before=row.state, after=to, actor_id=actor_id, reason=reason
    )
    record(
        f"pricing.job.{to}",
        shop_id=shop_id,
        actor_id=actor_id,
        object_type="pricing_job",
        object_id=job_id,
        reason=reason,
    )
    publish(f"pricing.job_{to}", shop_id=shop_id, pricing_job_id=job_id)
    touch(f"pricing.{job_id}", shop_id=shop_id)
    touch("pricing", shop_id=shop_id)
