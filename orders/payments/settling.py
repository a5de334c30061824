"""Write what Stripe says of a payment on its attempt, and draw the order's consequences, once.

Both rows are locked by the caller. The first time an attempt turns out to be paid:

* the order is waiting for exactly this amount: the attempt settles it, the order is paid;
* the order was cancelled meanwhile, or another attempt has settled it: the money goes back by
  itself, once, and people are told;
* amount or currency is another than the order's: nothing settles, a person decides.
"""

from collections.abc import Callable

from django.db.models import Q

from foundation.audit.api import record
from orders.contracts import Why
from orders.enums import UNPAID_STATUSES, AttemptState, OrderStatus, RefundCause
from orders.models import Dispute, Order, PaymentAttempt, Refund
from orders.sales.states import move_payment, transition

from . import telling
from .facts import PaymentFacts
from .finding import Found
from .returning import pay_back
from .standing import Standing, standing

Put = Callable[[str, object], None]

_AT_THE_CUSTOMER = (AttemptState.OPEN, AttemptState.PROCESSING)


def note_payment(found: Found, facts: PaymentFacts, why: Why) -> bool:
    """Take in what Stripe says; returns whether anything of it was new."""
    order, attempt = found.order, found.attempt
    before = AttemptState(attempt.state)
    changed = _learn(attempt, facts)
    if not changed:
        return False
    newly_paid = attempt.state == AttemptState.SUCCEEDED and before is not AttemptState.SUCCEEDED
    if newly_paid:
        _paid(found, why)
        changed.add("settles")
    attempt.save(update_fields=sorted(changed))
    if "state" in changed:
        recount(order, why)
        _move_order(found, why)
    if "stripe_checkout_session_id" in changed or (attempt.settles and newly_paid):
        _show_session(found)
    return True


def _move_order(found: Found, why: Why) -> None:
    order, attempt = found.order, found.attempt
    if attempt.settles and order.status in UNPAID_STATUSES:
        order.status = transition(order.pk, OrderStatus.PAID, why=why).status
    elif order.status == OrderStatus.DRAFT and attempt.state in _AT_THE_CUSTOMER:
        order.status = transition(order.pk, OrderStatus.PENDING_PAYMENT, why=why).status


def _show_session(found: Found) -> None:
    """Let the order name the session that settled it, or else its newest."""
    order, attempt = found.order, found.attempt
    session_id = attempt.stripe_checkout_session_id or ""
    if session_id == order.stripe_checkout_session_id:
        return
    later = PaymentAttempt.objects.filter(order=order).filter(
        Q(settles=True) | Q(number__gt=attempt.number)
    )
    if session_id and (attempt.settles or not later.exists()):
        Order.objects.filter(pk=order.pk).update(stripe_checkout_session_id=session_id)
        order.stripe_checkout_session_id = session_id


def recount(order: Order, why: Why) -> Standing:
    """Bring a locked order's payment status and sums to what its rows add up to."""
    now = standing_of(order)
    sums = {"paid_total": now.paid_total, "refunded_total": now.refunded_total}
    if any(getattr(order, name) != value for name, value in sums.items()):
        move_payment(order, now.payment_status, why=why, columns=sums)
    else:
        move_payment(order, now.payment_status, why=why)
    return now


def standing_of(order: Order) -> Standing:
    """Compute where an order's money stands now."""
    return standing(
        PaymentAttempt.objects.filter(order=order),
        Refund.objects.filter(attempt__order=order),
        Dispute.objects.filter(attempt__order=order),
    )


def accept(found: Found, why: Why) -> None:
    """Let a payment of another amount settle its order after all: a person said so."""
    found.attempt.settles = True
    found.attempt.save(update_fields=["settles"])
    recount(found.order, why)
    _move_order(found, why)
    telling.mismatch_over(found.attempt, "It was accepted.")


def _learn(attempt: PaymentAttempt, facts: PaymentFacts) -> set[str]:
    """Write the facts on the row in memory; returns the columns that changed."""
    changed: set[str] = set()

    def put(name: str, value: object) -> None:
        if getattr(attempt, name) != value:
            setattr(attempt, name, value)
            changed.add(name)

    for name, told in (
        ("stripe_checkout_session_id", facts.session_id),
        ("payment_intent", facts.payment_intent),
        ("charge", facts.charge),
        ("url", facts.url),
    ):
        if told and not getattr(attempt, name):
            put(name, told)
    if facts.state is not None and facts.state.rank > AttemptState(attempt.state).rank:
        put("state", facts.state)
    if facts.state is AttemptState.SUCCEEDED:
        put("paid_at", min(attempt.paid_at or facts.at, facts.at))
        if attempt.received is None and facts.received is not None:
            put("received", facts.received)
            put("received_currency", facts.currency)
    if attempt.state == AttemptState.SUCCEEDED:
        put("failure_reason", "")
    elif facts.failure:
        _learn_failure(attempt, facts, put)
    return changed


def _learn_failure(
    attempt: PaymentAttempt, facts: PaymentFacts, put: Callable[[str, object], None]
) -> None:
    # The newest failure is shown, in whatever order they are told; of equal seconds one of them.
    known = (attempt.failed_at or facts.at, attempt.failure_reason)
    if (facts.at, facts.failure) > known:
        put("failed_at", facts.at)
        put("failure_reason", facts.failure)


def _paid(found: Found, why: Why) -> None:
    """Decide, once, what the money of an attempt is for."""
    order, attempt = found.order, found.attempt
    fits = fits_order(order, attempt)
    others = PaymentAttempt.objects.filter(order=order, settles=True).exclude(pk=attempt.pk)
    if others.exists():
        _returned(found, RefundCause.SECOND_PAYMENT, why)
    elif order.status == OrderStatus.CANCELED:
        attempt.settles = fits
        _returned(found, RefundCause.PAID_AFTER_CANCEL, why)
    elif order.status not in UNPAID_STATUSES:
        # Paid for by other means, e.g. a reprint of the house.
        _returned(found, RefundCause.SECOND_PAYMENT, why)
    elif fits:
        attempt.settles = True
    else:
        telling.mismatch(order, attempt)
        _audit(found, "orders.payment.mismatched", why)


def fits_order(order: Order, attempt: PaymentAttempt) -> bool:
    """Whether what came in is what was asked for, and what the order costs now."""
    return (
        attempt.received == attempt.amount == order.total
        and attempt.received_currency.upper() == attempt.currency.upper() == order.currency.upper()
    )


def _returned(found: Found, cause: RefundCause, why: Why) -> None:
    # Saved first: the refund's row points at the money it returns.
    pay_back(found.attempt, cause=cause)
    telling.returned(found.order, found.attempt, cause)
    _audit(found, f"orders.payment.{cause}", why)


def _audit(found: Found, verb: str, why: Why) -> None:
    record(
        verb,
        shop_id=found.order.shop_id,
        actor_id=why.actor_id,
        object_type="order",
        object_id=found.order.pk,
        reason=why.reason,
        details={
            "cause": why.cause,
            "attempt": str(found.attempt.pk),
            "received": str(found.attempt.received),
            "currency": found.attempt.received_currency,
        },
    )
