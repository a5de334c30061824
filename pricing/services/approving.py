"""Ask for approval, approve, reject."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from foundation.mail.api import send_mail
from pricing.approval import possible_approvers
from pricing.enums import PricingJobState
from pricing.models import PricingJob
from pricing.states import IllegalMove, locked, transition

from .beginning import begin
from .refusing import Refused


def request_approval(
    row: PricingJob, reasons: Sequence[str], *, actor_id: UUID | None
) -> PricingJobState:
    """Have a confirmed plan wait for an approver and tell them by mail, in the open transaction.

    Raises :class:`Refused` when nobody but the requester could approve.
    """
    approvers = possible_approvers(row, actor_id)
    if not approvers:
        raise Refused(
            "no_approver",
            "This plan needs approval, and nobody else in the shop may give it. Ask an owner to "
            "make somebody an approver, or to change the thresholds.",
        )
    expires_at = timezone.now() + dt.timedelta(hours=settings.PRICING_APPROVAL_HOURS)
    if row.run_at is not None:
        # What should begin at eight cannot be approved at nine.
        expires_at = min(expires_at, row.run_at)
    PricingJob.objects.filter(pk=row.pk).update(
        approval_reasons=list(reasons), expires_at=expires_at
    )
    transition(row.pk, PricingJobState.AWAITING_APPROVAL, shop_id=row.shop_id, actor_id=actor_id)
    for each in approvers:
        send_mail(
            key=f"pricing.approval:{row.pk}:{row.plan_hash[:16]}:{each.user_id}",
            shop_id=row.shop_id,
            to=each.email,
            template="price_approval",
            context={
                "job_id": row.pk,
                "name": row.name,
                "shop": row.shop.name,
                "zone": row.shop.timezone,
                "who": row.confirmed_by,
                "changes": row.planned_changes,
                "reasons": list(reasons),
                "expires_at": expires_at.isoformat(timespec="minutes"),
            },
        )
    return PricingJobState.AWAITING_APPROVAL


def approve(*, job: PricingJob, plan_hash: str, actor_id: UUID) -> PricingJobState:
    """Let a waiting plan be written, now or at its time. Returns the state the job went to.

    Raises :class:`Refused` for the requester, another plan than the one seen, and a request whose
    time is over; :class:`pricing.states.IllegalMove` when it does not wait (any more).
    """
    with transaction.atomic():
        row = _waiting(job)
        _check(row, actor_id)
        if plan_hash != row.plan_hash:
            raise Refused("plan_changed", "This is not the plan that waits. Look at it again.")
        if row.expires_at is not None and timezone.now() < row.expires_at:
            PricingJob.objects.filter(pk=row.pk).update(approved_by_id=actor_id)
            return begin(row, actor_id=actor_id)
        transition(row.pk, PricingJobState.EXPIRED, shop_id=row.shop_id, actor_id=actor_id)
    raise Refused("plan_expired", "Nobody approved this plan in time. Plan it again.")


@transaction.atomic
def reject(*, job: PricingJob, actor_id: UUID, reason: str) -> None:
    """Refuse a waiting plan, with a reason for who asked. Nothing is written."""
    row = _waiting(job)
    _check(row, actor_id)
    if not reason.strip():
        raise Refused("reason_missing", "Say why, so that who asked can make it better.")
    transition(
        row.pk,
        PricingJobState.REJECTED,
        shop_id=row.shop_id,
        actor_id=actor_id,
        reason=reason.strip()[:500],
    )


def _waiting(job: PricingJob) -> PricingJob:
    row = locked(job)
    if row.state != PricingJobState.AWAITING_APPROVAL:
        message = (
            f"The price job is {PricingJobState(row.state).label.lower()}; "
            "it does not wait for approval."
        )
        raise IllegalMove(message)
    return row


def _check(row: PricingJob, actor_id: UUID) -> None:
    if actor_id in (row.confirmed_by_id, row.requested_by_id):
        raise Refused(
            "own_request", "You asked for this change yourself: somebody else must approve it."
        )
