"""Ask for a plan: of a new job, of the same job once more, of what failed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from catalog_sync.api import Selection
from foundation.audit.api import record
from foundation.work.api import enqueue
from pricing.enums import (
    FINISHED,
    ConflictPolicy,
    JobKind,
    Outcome,
    PriceFileState,
    PricingJobState,
)
from pricing.models import PriceFile, PricingJob, PricingJobStateChange, PricingRule
from pricing.planning import is_small, plan_now
from pricing.rules import Rule, rules_to_json
from pricing.states import locked, transition

from .refusing import Refused

AGAIN_OUTCOMES = (Outcome.FAILED, Outcome.CONFLICT, Outcome.SKIPPED)


@transaction.atomic
def plan_job(  # noqa: PLR0913 -- one use case, all by keyword
    *,
    shop_id: UUID,
    connection_id: UUID,
    name: str,
    selection: Selection,
    rules: Sequence[Rule],
    actor_id: UUID | None,
    conflict_policy: ConflictPolicy = ConflictPolicy.SKIP,
    price_file_id: UUID | None = None,
    at_once: int = 0,
) -> PricingJob:
    """Create a job and have its plan made. Nothing is written abroad before it is confirmed.

    ``at_once``: see :func:`have_planned`, here and in the other verbs that plan. Raises
    :class:`Refused` for a price list that is not the shop's or cannot be used.
    """
    if price_file_id is not None:
        check_file(shop_id, connection_id, price_file_id)
    job = new_job(
        shop_id=shop_id,
        connection_id=connection_id,
        name=name,
        selection=selection.to_query(),
        conflict_policy=conflict_policy,
        price_file_id=price_file_id,
        requested_by_id=actor_id,
    )
    store_rules(job, rules_to_json(rules))
    have_planned(job, at_once=at_once)
    return job


def check_file(shop_id: UUID, connection_id: UUID, price_file_id: UUID) -> None:
    """Raise :class:`Refused` for a price list that is not the shop's or cannot be used."""
    file = PriceFile.objects.for_shop(shop_id).filter(pk=price_file_id).first()
    if file is None or file.connection_id != connection_id:
        raise Refused("no_such_file", "There is no such price list for this account. Upload it.")
    if file.state != PriceFileState.READY:
        raise Refused(
            "file_not_ready", f"The price list {file.name} is {file.get_state_display().lower()}."
        )


def new_job(**columns: Any) -> PricingJob:
    """Create the row of a job with its history and audit; the caller has it planned."""
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


def store_rules(job: PricingJob, definitions: Sequence[dict[str, Any]]) -> None:
    """Give a new job its rules, in their order."""
    PricingRule.objects.bulk_create(
        PricingRule(job=job, position=position, definition=definition)
        for position, definition in enumerate(definitions, 1)
    )


def have_planned(job: PricingJob, *, at_once: int = 0) -> None:
    """Have the plan of a job in ``planning`` made.

    Of at most ``at_once`` variants it is made here, in the caller's transaction, so that who asks
    is answered with the plan.
    """
    if at_once and is_small(job, at_once):
        plan_now(job)
        return
    enqueue(
        "pricing.make_plan",
        {"pricing_job_id": str(job.pk)},
        shop_id=job.shop_id,
        unique_key=str(job.pk),
    )


@transaction.atomic
def replan(*, job: PricingJob, actor_id: UUID | None, at_once: int = 0) -> None:
    """Make the plan of the same job again, over the prices as they are now.

    For a plan that is stale or expired. Raises :class:`pricing.states.IllegalMove` for a job that
    was confirmed, or has ended.
    """
    row = locked(job)
    transition(row.pk, PricingJobState.PLANNING, shop_id=row.shop_id, actor_id=actor_id)
    have_planned(row, at_once=at_once)


@transaction.atomic
def plan_again(*, job: PricingJob, actor_id: UUID | None) -> PricingJob:
    """Plan the same change anew: in place while nothing of it was confirmed, else as a new job.

    Raises :class:`Refused` while the job can still go on.
    """
    row = locked(job)
    if row.state in (PricingJobState.PLANNED, PricingJobState.EXPIRED):
        replan(job=row, actor_id=actor_id)
        return row
    if row.state not in FINISHED:
        raise Refused(
            "not_finished", "This job is still open. Let it end, or stop it, before planning again."
        )
    return _copy(row, actor_id, name=row.name, selection=row.selection)


@transaction.atomic
def run_again(
    *,
    job: PricingJob,
    actor_id: UUID | None,
    outcomes: Sequence[Outcome] = (Outcome.FAILED,),
    at_once: int = 0,
) -> PricingJob:
    """Plan the same rules for the variants of a finished job that ended with these outcomes.

    Raises :class:`Refused` when there are none, or the job is not finished or not one of rules.
    """
    row = locked(job)
    wanted = [outcome for outcome in outcomes if outcome in AGAIN_OUTCOMES]
    if row.state not in FINISHED:
        raise Refused("not_finished", "The job is still under way. Let it end, or stop it, first.")
    if row.kind != JobKind.MANUAL:
        raise Refused("not_of_rules", "A rollback is planned again as a whole: it keeps what is.")
    if not wanted or not row.results.filter(outcome__in=wanted).exists():
        raise Refused("nothing_to_repeat", "No row of this job ended that way.")
    return _copy(
        row,
        actor_id,
        name=f"Again: {row.name}"[:120],
        selection={"outcomes": [str(outcome) for outcome in wanted]},
        again_of=row,
        at_once=at_once,
    )


def _copy(
    row: PricingJob, actor_id: UUID | None, *, at_once: int = 0, **columns: Any
) -> PricingJob:
    values = {
        "again_of": row.again_of,
        "conflict_policy": row.conflict_policy,
        "price_file_id": row.price_file_id,
        "kind": row.kind,
        "rollback_of": row.rollback_of,
        **columns,
    }
    copy = new_job(
        shop_id=row.shop_id,
        connection_id=row.connection_id,
        requested_by_id=actor_id,
        created_at=timezone.now(),
        **values,
    )
    store_rules(copy, [rule.definition for rule in row.rules.all()])
    have_planned(copy, at_once=at_once)
    return copy
