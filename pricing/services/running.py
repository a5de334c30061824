"""Stop a job for a while or for good."""

from uuid import UUID

from django.db import transaction

from foundation.work.api import cancel as cancel_work
from foundation.work.api import enqueue, jobs_with_parent, release
from pricing.enums import UNDER_WAY, PricingJobState
from pricing.models import PricingJob
from pricing.states import locked, paused_key, transition


@transaction.atomic
def pause(*, job: PricingJob, actor_id: UUID | None) -> None:
    """Let a run rest after the product it is writing. Nothing is lost; :func:`resume` goes on."""
    transition(job.pk, PricingJobState.PAUSED, shop_id=job.shop_id, actor_id=actor_id)


@transaction.atomic
def resume(*, job: PricingJob, actor_id: UUID | None) -> None:
    """Let a paused run go on. What was changed meanwhile is treated by the job's policy."""
    transition(
        job.pk,
        PricingJobState.RUNNING,
        shop_id=job.shop_id,
        actor_id=actor_id,
        only_from=PricingJobState.PAUSED,
    )
    release(paused_key(job.pk))


@transaction.atomic
def cancel(*, job: PricingJob, actor_id: UUID | None, reason: str = "") -> None:
    """Stop a job: a plan is dropped, a run ends after the product it is writing.

    What was written stays written; roll it back if it should not.
    """
    row = locked(job)
    running = row.state in UNDER_WAY
    transition(
        row.pk,
        PricingJobState.CANCELLING if running else PricingJobState.CANCELLED,
        shop_id=row.shop_id,
        actor_id=actor_id,
        reason=reason,
    )
    if running:
        if row.work_job_id is not None:
            cancel_work(jobs_with_parent(row.work_job_id))
        enqueue(
            "pricing.finish_run",
            {"pricing_job_id": str(row.pk)},
            shop_id=row.shop_id,
            unique_key=str(row.pk),
            rerun_if_running=True,
        )
