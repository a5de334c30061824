"""The verbs of a price job: plan, confirm, cancel, roll back, restore."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog_sync.api import Selection
from foundation.audit.api import record
from foundation.work.api import cancel as cancel_work
from foundation.work.api import enqueue, jobs_with_parent

from .contracts import Rule
from .enums import FINISHED, JobKind, Outcome, PricingJobState
from .models import PricingJob, PricingJobStateChange, PricingRule
from .states import IllegalMove, transition

__all__ = ["IllegalMove", "Refused", "cancel", "confirm", "plan_job", "restore", "roll_back"]


@dataclass
class Refused(Exception):
    """A verb that was refused; nothing was changed. ``message`` says why and what now."""

    code: str
    message: str

    def __str__(self) -> str:
        return self.message


@transaction.atomic
def plan_job(  # noqa: PLR0913 -- one use case, all by keyword
    *,
    shop_id: UUID,
    connection_id: UUID,
    name: str,
    selection: Selection,
    rule: Rule,
    actor_id: UUID | None,
) -> PricingJob:
    """Create a job and have its plan made. Nothing is written abroad before it is confirmed."""
    job = _new_job(
        shop_id=shop_id,
        connection_id=connection_id,
        name=name,
        selection=selection.to_query(),
        requested_by_id=actor_id,
    )
    PricingRule.objects.create(
        job=job, action=rule.action, value=rule.value, step=rule.step, floor=rule.floor
    )
    _have_planned(job)
    return job


def _new_job(**columns: Any) -> PricingJob:
    job = PricingJob.objects.create(variants_per_call=settings.PRICING_VARIANTS_PER_CALL, **columns)
    actor_id = columns["requested_by_id"]
    PricingJobStateChange.objects.create(job=job, after=job.state, actor_id=actor_id)
    record(
        "pricing.job.created",
        shop_id=job.shop_id,
        actor_id=actor_id,
        object_type="pricing_job",
        object_id=job.pk,
        details={"name": job.name, "kind": job.kind},
    )
    return job


def _have_planned(job: PricingJob) -> None:
    enqueue(
        "pricing.make_plan",
        {"pricing_job_id": str(job.pk)},
        shop_id=job.shop_id,
        unique_key=str(job.pk),
    )


def confirm(*, job: PricingJob, plan_hash: str, actor_id: UUID | None) -> None:
    """Start writing the plan that the person saw.

    Raises :class:`Refused` when the plan expired, is not the one that was seen, or changes
    nothing; :class:`IllegalMove` when the job is not planned (any more).
    """
    expired = False
    with transaction.atomic():
        row = PricingJob.objects.select_for_update().get(pk=job.pk, shop_id=job.shop_id)
        if row.state == PricingJobState.PLANNED and timezone.now() >= _expiry(row):
            # Committed on its own: the refusal below must not undo it.
            transition(row.pk, PricingJobState.EXPIRED, shop_id=row.shop_id, actor_id=actor_id)
            expired = True
        elif row.state == PricingJobState.PLANNED and plan_hash != row.plan_hash:
            raise Refused(
                "plan_changed",
                "This is not the plan as it stands now. Look at it again, then confirm.",
            )
        elif row.state == PricingJobState.PLANNED and not row.planned_changes:
            raise Refused("nothing_to_do", "The plan changes no price, so there is nothing to do.")
        else:
            transition(row.pk, PricingJobState.RUNNING, shop_id=row.shop_id, actor_id=actor_id)
            PricingJob.objects.filter(pk=row.pk).update(confirmed_by_id=actor_id)
            enqueue(
                "pricing.start_run",
                {"pricing_job_id": str(row.pk)},
                shop_id=row.shop_id,
                unique_key=str(row.pk),
            )
    if expired:
        raise Refused(
            "plan_expired",
            "The plan is older than "
            f"{settings.PRICING_PLAN_MINUTES} minutes; prices may have moved. Plan it again.",
        )


def expire_plans(*, limit: int = 200) -> int:
    """Move plans whose time is over to ``expired``; returns how many. Safe to run twice."""
    old = PricingJob.objects.filter(
        state=PricingJobState.PLANNED, expires_at__lte=timezone.now()
    ).order_by("expires_at")[:limit]
    expired = 0
    for row in old:
        # Somebody may confirm or cancel it in this moment: then theirs counts.
        with suppress(IllegalMove):
            transition(row.pk, PricingJobState.EXPIRED, shop_id=row.shop_id)
            expired += 1
    return expired


def _expiry(row: PricingJob) -> Any:
    if row.expires_at is None:
        message = f"Pricing job {row.pk} is planned without an expiry."
        raise RuntimeError(message)
    return row.expires_at


@transaction.atomic
def cancel(*, job: PricingJob, actor_id: UUID | None, reason: str = "") -> None:
    """Stop a job: a plan is dropped, a run ends after the product it is writing.

    What was written stays written; roll it back if it should not.
    """
    row = PricingJob.objects.select_for_update().get(pk=job.pk, shop_id=job.shop_id)
    running = row.state == PricingJobState.RUNNING
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


def roll_back(
    *, job: PricingJob, actor_id: UUID | None, result_ids: Sequence[int] | None = None
) -> PricingJob:
    """Plan the way back: a job of its own, with its own plan, check and ledger entries."""
    return _undo(job, JobKind.ROLLBACK, f"Roll back: {job.name}", actor_id, result_ids)


def restore(
    *, job: PricingJob, actor_id: UUID | None, result_ids: Sequence[int] | None = None
) -> PricingJob:
    """Plan to put back the outside edits that this job's writes overwrote."""
    return _undo(job, JobKind.RESTORE, f"Restore edits: {job.name}", actor_id, result_ids)


@transaction.atomic
def _undo(
    job: PricingJob,
    kind: JobKind,
    name: str,
    actor_id: UUID | None,
    result_ids: Sequence[int] | None,
) -> PricingJob:
    row = PricingJob.objects.select_for_update().get(pk=job.pk, shop_id=job.shop_id)
    if row.state not in FINISHED:
        raise Refused(
            "not_finished", "The job is still under way. Stop it first, then roll it back."
        )
    wanted = (
        [Outcome.OVERWRITTEN]
        if kind is JobKind.RESTORE
        else [
            Outcome.APPLIED,
            Outcome.OVERWRITTEN,
        ]
    )
    if not row.results.filter(outcome__in=wanted).exists():
        raise Refused("nothing_to_undo", "This job has changed nothing that could be put back.")
    open_already = row.rollbacks.filter(kind=kind).exclude(state__in=FINISHED)
    if result_ids is None and open_already.exists():
        raise Refused("undo_open", "A rollback of this job is under way already.")
    undo = _new_job(
        shop_id=row.shop_id,
        connection_id=row.connection_id,
        name=name[:120],
        kind=kind,
        rollback_of=row,
        selection={} if result_ids is None else {"result_ids": list(result_ids)},
        requested_by_id=actor_id,
    )
    _have_planned(undo)
    return undo
