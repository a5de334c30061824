"""Ask for money to go back: the refund's row with its key, and the job that will send it."""

from decimal import Decimal
from typing import Final
from uuid import UUID, uuid4

from django.db import connection

from foundation.work.api import NewJob, enqueue_many
from orders.enums import RefundCause
from orders.models import PaymentAttempt, Refund

SEND_REFUND: Final = "orders.send_refund"
"""Task: {"refund_id"}; unique while unfinished for each refund."""

# The constraint names the causes for which the house pays back by itself, once per attempt.
_BY_ITSELF = """
INSERT INTO orders_refund (id, shop_id, attempt_id, state, cause, amount, currency, reason,
                           idempotency_key, failure_reason)
VALUES (%(id)s, %(shop)s, %(attempt)s, 'wanted', %(cause)s, %(amount)s, %(currency)s, '', %(key)s,
        '')
ON CONFLICT (attempt_id) WHERE cause IN ('second_payment', 'paid_after_cancel') DO NOTHING
"""


def pay_back(attempt: PaymentAttempt, *, cause: RefundCause) -> None:
    """Return all that an attempt brought, by itself and once."""
    refund_id = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            _BY_ITSELF,
            {
                "id": refund_id,
                "shop": attempt.shop_id,
                "attempt": attempt.pk,
                "cause": cause,
                "amount": attempt.received,
                "currency": attempt.received_currency,
                "key": key_of(refund_id),
            },
        )
        if cursor.rowcount:
            send(refund_id, shop_id=attempt.shop_id)


def want(  # noqa: PLR0913 -- each is a column, all by keyword
    attempt: PaymentAttempt,
    *,
    refund_id: UUID,
    amount: Decimal,
    cause: RefundCause,
    reason: str = "",
    actor_id: UUID | None = None,
) -> Refund:
    """Store a refund and have it sent."""
    row: Refund = Refund.objects.create(
        pk=refund_id,
        shop_id=attempt.shop_id,
        attempt=attempt,
        cause=cause,
        amount=amount,
        currency=attempt.received_currency or attempt.currency,
        reason=reason[:300],
        idempotency_key=key_of(refund_id),
        requested_by_id=actor_id,
    )
    send(row.pk, shop_id=attempt.shop_id)
    return row


def send(refund_id: UUID, *, shop_id: UUID) -> None:
    """Have a refund sent; a job that is there already is joined."""
    job = NewJob({"refund_id": str(refund_id)}, str(refund_id))
    enqueue_many(SEND_REFUND, [job], shop_id=shop_id)


def key_of(refund_id: UUID) -> str:
    """Return the idempotency key of a refund: the same for each of its sendings."""
    return f"refund-{refund_id}"
