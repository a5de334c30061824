"""Pay back: by staff, with a cancellation, by itself; and take in what becomes of it.

A refund is stored with its key before Stripe is asked. Sending it is a job: claim → I/O → record.
A lost answer is asked for again with the same key, which Stripe answers alike for a day; after
that, what there is is read first, and known by our id in its metadata.
"""

import datetime as dt
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from foundation.audit.api import record
from orders.contracts import Refused, Why
from orders.enums import AttemptState, OrderStatus, RefundCause, RefundState
from orders.models import Dispute, Order, PaymentAttempt, Refund
from orders.sales.states import locked, transition

from . import telling
from .checkout import abandon
from .facts import RefundFacts
from .finding import Found, lock_attempt
from .opening import Opener
from .returning import want
from .settling import accept, recount, standing_of
from .standing import DISPUTE_OVER, NOTHING, refunded_of, under_way_of

KEY_IS_KNOWN: Final = dt.timedelta(hours=23)
ENDED: Final = (RefundState.SUCCEEDED, RefundState.FAILED, RefundState.CANCELED)
LOST: Final = (RefundState.FAILED, RefundState.CANCELED)


@transaction.atomic
def refund(
    *,
    order: Order,
    amount: Decimal | None = None,
    reason: str,
    actor_id: UUID | None,
    refund_id: UUID | None = None,
) -> Refund:
    """Pay back ``amount`` of what an order's customer paid, or all that is left of it.

    ``refund_id``: the form's own id, so that a repeated click asks for nothing twice. Raises
    :class:`orders.contracts.Refused` when there is not so much left, or during a dispute.
    """
    row = locked(order.pk)
    known = Refund.objects.filter(pk=refund_id, attempt__order=row).first() if refund_id else None
    if known is not None:
        return known
    attempt = PaymentAttempt.objects.filter(order=row, settles=True).first()
    if attempt is None:
        raise Refused("nothing-paid", f"Nothing was paid for order {row}.")
    _check_undisputed(row, attempt)
    return _want(
        row,
        attempt,
        left=standing_of(row).refundable,
        amount=amount,
        refund_id=refund_id or uuid4(),
        cause=RefundCause.STAFF,
        why=Why("staff", actor_id, reason),
    )


def cancel_with_refund(
    *, order: Order, reason: str, actor_id: UUID | None, client: Opener | None = None
) -> Refund | None:
    """Cancel an order; nobody can pay for it any more, and what was paid goes back.

    Called outside of a transaction. Returns the refund, None when nothing was paid. A payment that
    the bank is still clearing, or that comes in at this moment, goes back by itself. Raises
    :class:`orders.contracts.IllegalMove` and :class:`orders.contracts.Refused`.
    """
    abandon(order=order, client=client)
    return _cancel(order.pk, Why("staff" if actor_id else "customer", actor_id, reason))


@transaction.atomic
def _cancel(order_id: UUID, why: Why) -> Refund | None:
    row = transition(order_id, OrderStatus.CANCELED, why=why)
    left = standing_of(row).refundable
    attempt = PaymentAttempt.objects.filter(order=row, settles=True).first()
    if attempt is None or left <= NOTHING:
        return None
    # Money a bank is arguing about cannot be sent back; that undoes the cancellation, too.
    _check_undisputed(row, attempt)
    return _want(
        row,
        attempt,
        left=left,
        amount=None,
        refund_id=uuid4(),
        cause=RefundCause.CANCELED_ORDER,
        why=why,
    )


@transaction.atomic
def accept_payment(*, attempt_id: UUID, reason: str, actor_id: UUID) -> None:
    """Take a payment of another amount for its order's, which becomes paid."""
    found = lock_attempt(attempt_id)
    _check_waits(found)
    if found.attempt.received_currency.upper() != found.order.currency.upper():
        raise Refused(
            "other-currency",
            "It is in another currency than the order, so it cannot be counted. Refund it.",
        )
    if found.order.status not in (OrderStatus.DRAFT, OrderStatus.PENDING_PAYMENT):
        raise Refused("not-payable", f"Order {found.order} does not wait for a payment any more.")
    why = Why("staff", actor_id, reason)
    accept(found, why)
    _audit("orders.payment.accepted", found.order, why, received=str(found.attempt.received))


@transaction.atomic
def refund_payment(*, attempt_id: UUID, reason: str, actor_id: UUID) -> Refund:
    """Pay back all of a payment that settles nothing: it was of another amount."""
    found = lock_attempt(attempt_id)
    _check_waits(found)
    row = _want(
        found.order,
        found.attempt,
        left=left_of(found.attempt),
        amount=None,
        refund_id=uuid4(),
        cause=RefundCause.STAFF,
        why=Why("staff", actor_id, reason),
    )
    telling.mismatch_over(found.attempt, "It was refunded.")
    return row


def left_of(attempt: PaymentAttempt) -> Decimal:
    """Return what of an attempt's money is neither back nor on its way back."""
    refunds = list(Refund.objects.filter(attempt=attempt))
    return (attempt.received or NOTHING) - refunded_of(refunds) - under_way_of(refunds)


def note_refund(found: Found, facts: RefundFacts, why: Why) -> bool:
    """Take in what Stripe says of a refund of a locked attempt; returns whether it was new.

    One that we did not ask for was made in Stripe's dashboard, or by other software there.
    """
    row = _row_of(found, facts)
    if row is None:
        row = Refund.objects.create(
            shop_id=found.attempt.shop_id,
            attempt=found.attempt,
            state=RefundState.SENT,
            cause=RefundCause.OUTSIDE,
            amount=facts.amount,
            currency=facts.currency,
            idempotency_key=f"outside-{facts.stripe_id}",
            stripe_refund_id=facts.stripe_id,
        )
        _audit(
            "orders.refund.outside",
            found.order,
            why,
            refund=facts.stripe_id,
            amount=str(facts.amount),
        )
    elif row.stripe_refund_id and facts.state.rank <= RefundState(row.state).rank:
        return False
    _move(found, row, facts, why)
    return True


def fail_refund(found: Found, row: Refund, error: str, why: Why) -> None:
    """Note that Stripe refused a refund."""
    row.state = RefundState.FAILED
    row.failure_reason = error
    row.ended_at = timezone.now()
    row.save(update_fields=["state", "failure_reason", "ended_at"])
    telling.refund_failed(found.order, row)
    recount(found.order, why)


def _row_of(found: Found, facts: RefundFacts) -> Refund | None:
    rows = Refund.objects.filter(attempt=found.attempt)
    mine = rows.filter(stripe_refund_id=facts.stripe_id).first()
    if mine is None and facts.refund_id is not None:
        mine = rows.filter(pk=facts.refund_id, stripe_refund_id=None).first()
    return mine


def _move(found: Found, row: Refund, facts: RefundFacts, why: Why) -> None:
    row.stripe_refund_id = facts.stripe_id
    if facts.state.rank > RefundState(row.state).rank:
        row.state = facts.state
        row.ended_at = facts.at if facts.state in ENDED else None
    if row.state in LOST:
        row.failure_reason = row.failure_reason or facts.failure
    row.save(update_fields=["stripe_refund_id", "state", "ended_at", "failure_reason"])
    if row.state in LOST:
        telling.refund_failed(found.order, row)
    elif row.state == RefundState.SUCCEEDED:
        telling.refund_ended(row)
    recount(found.order, why)


def _want(  # noqa: PLR0913 -- all by keyword
    order: Order,
    attempt: PaymentAttempt,
    *,
    left: Decimal,
    amount: Decimal | None,
    refund_id: UUID,
    cause: RefundCause,
    why: Why,
) -> Refund:
    wanted = left if amount is None else amount
    currency = attempt.received_currency or attempt.currency
    if left <= NOTHING:
        raise Refused("nothing-left", "All of it is back, or on its way back.")
    if not NOTHING < wanted <= left:
        raise Refused(
            "too-much", f"At most {telling.money(left, currency)} can still be paid back."
        )
    row = want(
        attempt,
        refund_id=refund_id,
        amount=wanted,
        cause=cause,
        reason=why.reason,
        actor_id=why.actor_id,
    )
    _audit("orders.refund.wanted", order, why, amount=str(wanted), refund=str(row.pk))
    return row


def _check_undisputed(order: Order, attempt: PaymentAttempt) -> None:
    dispute = Dispute.objects.filter(attempt=attempt).exclude(status__in=DISPUTE_OVER).first()
    if dispute is not None:
        raise Refused(
            "disputed",
            f"The customer's bank disputes the payment of order {order} ({dispute.status}); Stripe "
            "pays nothing back meanwhile. Answer the dispute in Stripe's dashboard first.",
        )


def _check_waits(found: Found) -> None:
    attempt = found.attempt
    waits = attempt.state == AttemptState.SUCCEEDED and not attempt.settles
    if not waits or left_of(attempt) <= NOTHING:
        raise Refused("nothing-waits", "This payment does not wait for a decision any more.")


def _audit(verb: str, order: Order, why: Why, **details: str) -> None:
    record(
        verb,
        shop_id=order.shop_id,
        actor_id=why.actor_id,
        object_type="order",
        object_id=order.pk,
        reason=why.reason,
        details={"cause": why.cause, **details},
    )
