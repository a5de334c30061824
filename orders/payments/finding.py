"""Find the attempt that an object of Stripe is about, within one account, and lock it.

The account may serve other software, too: what carries neither a known id nor our metadata is not
ours, and neither is a second session or payment that only copied the metadata of the first.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from orders.models import Order, PaymentAttempt
from orders.sales.states import locked

from .facts import Account


@dataclass(frozen=True, slots=True)
class Found:
    """An attempt with its order, both locked until the transaction ends."""

    order: Order
    attempt: PaymentAttempt


def find(
    account: Account,
    *,
    attempt_id: UUID | None = None,
    session_id: str = "",
    payment_intent: str = "",
) -> tuple[UUID, UUID] | None:
    """Return the ids of an attempt and its order; None: it is not ours. Locks nothing."""
    ways = Q()
    if session_id:
        ways |= Q(stripe_checkout_session_id=session_id)
    if payment_intent:
        ways |= Q(payment_intent=payment_intent)
    if attempt_id:
        ways |= Q(pk=attempt_id)
    if not ways:
        return None
    rows = PaymentAttempt.objects.filter(ways, connection_id=account.connection_id).only(
        "pk", "order_id", "stripe_checkout_session_id", "payment_intent"
    )[:2]
    fitting = [
        row
        for row in rows
        if (row.stripe_checkout_session_id or session_id) == session_id or not session_id
        if (row.payment_intent or payment_intent) == payment_intent or not payment_intent
    ]
    return (fitting[0].pk, fitting[0].order_id) if len(fitting) == 1 == len(rows) else None


def lock(attempt_id: UUID, order_id: UUID) -> Found:
    """Lock the order, then the attempt, and return both as they are now."""
    order = locked(order_id)
    return Found(order, PaymentAttempt.objects.select_for_update().get(pk=attempt_id))


def lock_attempt(attempt_id: UUID) -> Found:
    """Likewise, for whoever knows the attempt only: an attempt never changes its order."""
    order_id = PaymentAttempt.objects.values_list("order_id", flat=True).get(pk=attempt_id)
    return lock(attempt_id, order_id)
