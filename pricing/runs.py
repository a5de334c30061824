"""Begin and end a run: hand the batches out, and close the books when the last has ended."""

from uuid import UUID

from django.db import transaction

from foundation.failures import Parked, Wait
from foundation.work.api import (
    UNFINISHED,
    NewJob,
    Running,
    enqueue_many,
    jobs_with_parent,
    set_continuation,
)

from . import engine, recording
from .enums import FINISHED, JobKind, Outcome, PricingJobState
from .models import PlannedChange, PricingJob
from .planning import plan_hash_of_rows
from .refused import tell_refused
from .staleness import count_job
from .states import locked, paused_key, transition

CHILDREN_CHUNK = 2_000


def start_run(job: Running, *, pricing_job_id: UUID) -> None:
    """Check that the stored plan is the confirmed one, then enqueue a job per batch.

    Runs in the job's own transaction: the batches exist when this is done, or not at all.
    """
    target = PricingJob.objects.select_for_update().get(pk=pricing_job_id, shop_id=job.shop_id)
    if target.state == PricingJobState.PAUSED:
        raise Parked(key=paused_key(target.pk), why="The price job is paused.")
    if target.state != PricingJobState.RUNNING:
        return
    if plan_hash_of_rows(target) != target.plan_hash:
        transition(
            target.pk,
            PricingJobState.FAILED,
            shop_id=target.shop_id,
            reason="The stored plan is not the one that was confirmed. Nothing was written. "
            "Plan the change again, and ask who altered the database.",
        )
        return
    recording.skip_planned(target)
    batches = list(
        PlannedChange.objects.filter(job=target, batch__isnull=False)
        .values_list("batch", flat=True)
        .distinct()
        .order_by("batch")
    )
    for start in range(0, len(batches), CHILDREN_CHUNK):
        enqueue_many(
            "pricing.apply_batch",
            [
                NewJob(
                    {"pricing_job_id": str(target.pk), "batch": batch},
                    unique_key=f"{target.pk}:{batch}",
                )
                for batch in batches[start : start + CHILDREN_CHUNK]
            ],
            shop_id=target.shop_id,
            parent_id=job.id,
        )
    set_continuation(job.id, "pricing.finish_run", {"pricing_job_id": str(target.pk)})
    PricingJob.objects.filter(pk=target.pk).update(work_job_id=job.id)


def finish_run(job: Running, *, pricing_job_id: UUID) -> None:
    """Settle what was under way, give the rest its outcome, and close the job."""
    target = PricingJob.objects.get(pk=pricing_job_id, shop_id=job.shop_id)
    if target.state in FINISHED:
        return
    if target.work_job_id is not None and (
        jobs_with_parent(target.work_job_id).filter(state__in=UNFINISHED).exists()
    ):
        raise Wait(seconds=1, why="A part of the run is still stopping.")
    engine.settle_intents(job, target)
    with transaction.atomic():
        job.fence()
        target = locked(target)
        if target.state in FINISHED:
            return
        if target.state == PricingJobState.CANCELLING:
            recording.give_up_rest(target, Outcome.SKIPPED, "The run was stopped before its turn.")
            end = PricingJobState.CANCELLED
        else:
            recording.give_up_rest(
                target, Outcome.FAILED, "Its part of the run was discarded by a person."
            )
            end = PricingJobState.COMPLETED
        transition(target.pk, end, shop_id=target.shop_id)
        count_job(target)
        if target.kind == JobKind.CAMPAIGN:
            tell_refused(target)
