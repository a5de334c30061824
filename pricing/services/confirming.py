"""Confirm a plan: run it now, at a time, or have it approved first."""

import datetime as dt
from contextlib import suppress
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from pricing.approval import reasons_for_approval
from pricing.enums import JobKind, PricingJobState
from pricing.models import PricingJob
from pricing.states import IllegalMove, locked, transition

from .approving import request_approval
from .beginning import begin
from .refusing import Refused

MOST_AHEAD = dt.timedelta(days=366)


def confirm(
    *,
    job: PricingJob,
    plan_hash: str,
    actor_id: UUID | None,
    run_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
) -> PricingJobState:
    """Have the plan that the person saw written: now, or at ``run_at``; taken back at ``ends_at``.

    A plan above the shop's thresholds waits for an approver instead. Returns the state the job
    went to. Raises :class:`Refused` when the plan expired, is not the one that was seen, changes
    nothing, or the times make no sense; :class:`pricing.states.IllegalMove` when the job is not
    planned (any more).
    """
    expired = False
    state = PricingJobState.RUNNING
    with transaction.atomic():
        row = locked(job)
        if row.state == PricingJobState.PLANNED and timezone.now() >= _expiry(row):
            # Committed on its own: the refusal below must not undo it.
            transition(row.pk, PricingJobState.EXPIRED, shop_id=row.shop_id, actor_id=actor_id)
            expired = True
        elif row.state == PricingJobState.PLANNED:
            _check(row, plan_hash, run_at, ends_at)
            row.run_at, row.ends_at, row.confirmed_by_id = run_at, ends_at, actor_id
            row.save(update_fields=["run_at", "ends_at", "confirmed_by_id"])
            reasons = reasons_for_approval(row)
            if reasons:
                state = request_approval(row, reasons, actor_id=actor_id)
            else:
                state = begin(row, actor_id=actor_id)
        else:
            # Raises: only a planned job can be confirmed, and only once.
            message = (
                f"The price job is {PricingJobState(row.state).label.lower()}; "
                "it cannot be confirmed."
            )
            raise IllegalMove(message)
    if expired:
        raise Refused(
            "plan_expired",
            "The plan is older than "
            f"{settings.PRICING_PLAN_MINUTES} minutes; prices may have moved. Plan it again.",
        )
    return state


def _check(
    row: PricingJob, plan_hash: str, run_at: dt.datetime | None, ends_at: dt.datetime | None
) -> None:
    now = timezone.now()
    if plan_hash != row.plan_hash:
        raise Refused(
            "plan_changed",
            "This is not the plan as it stands now. Look at it again, then confirm.",
        )
    if not row.planned_changes:
        raise Refused("nothing_to_do", "The plan changes no price, so there is nothing to do.")
    if run_at is not None and not now < run_at <= now + MOST_AHEAD:
        raise Refused("run_at_wrong", "The beginning must lie in the future, within a year.")
    if ends_at is not None and not (run_at or now) < ends_at <= now + 2 * MOST_AHEAD:
        raise Refused("ends_at_wrong", "The end must come after the beginning, within two years.")
    if ends_at is not None and row.kind != JobKind.MANUAL:
        raise Refused("ends_at_wrong", "A rollback has no end; plan a price job instead.")


def expire_plans(*, limit: int = 200) -> int:
    """Move plans whose time is over to ``expired``; returns how many. Safe to run twice."""
    old = PricingJob.objects.filter(
        state__in=(PricingJobState.PLANNED, PricingJobState.AWAITING_APPROVAL),
        expires_at__lte=timezone.now(),
    ).order_by("expires_at")[:limit]
    expired = 0
    for row in old:
        # Somebody may confirm or cancel it in this moment: then theirs counts.
        with suppress(IllegalMove):
            transition(row.pk, PricingJobState.EXPIRED, shop_id=row.shop_id)
            expired += 1
    return expired


def _expiry(row: PricingJob) -> dt.datetime:
    if row.expires_at is None:
        message = f"Pricing job {row.pk} is planned without an expiry."
        raise RuntimeError(message)
    return row.expires_at
