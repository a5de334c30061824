"""Send a refund to Stripe, and read refunds that were made elsewhere: claim → I/O → record."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from connectors.stripe.api import KeyReused, Rejected, StripeClient
from foundation.work.api import NewJob, Running, enqueue_many
from orders.contracts import Why
from orders.enums import EventOutcome, RefundCause, RefundState
from orders.models import Refund, StripeEvent

from .client import stripe_client
from .facts import BY_READING, Account, PaymentFacts
from .finding import Found, find, lock, lock_attempt
from .reading import facts_of_intent, facts_of_refund
from .refunds import KEY_IS_KNOWN, fail_refund, note_refund
from .settling import note_payment

READ_REFUNDS = "orders.read_refunds"
"""Task: {"connection_id", "payment_intent"}; unique while unfinished for each payment."""

BY_SENDING = Why(cause="refund sent")


def send_refund(job: Running, refund_id: UUID) -> None:
    """Bring a refund to Stripe, or find out that it is there."""
    claimed = _claim(job, refund_id)
    if claimed is None:
        return
    row, forgotten = claimed
    client = stripe_client(row.attempt.connection_id, job=job)
    intent = row.attempt.payment_intent or _intent_of(client, row)
    if forgotten and _read(job, client, row, intent):
        return
    try:
        answer = client.create_refund(
            payment_intent=intent,
            amount=row.amount,
            currency=row.currency,
            reason="duplicate"
            if row.cause == RefundCause.SECOND_PAYMENT
            else "requested_by_customer",
            metadata={"refund": str(row.pk), "order": str(row.attempt.order_id)},
            idempotency_key=row.idempotency_key,
        )
    except KeyReused:
        raise  # A fault of ours; whether there is a refund, its number does not say.
    except Rejected as error:
        # E.g. somebody paid it back in the dashboard; what there is shows it.
        _refused(job, row, str(error))
        read_later(Account(row.attempt.connection_id, row.shop_id), intent)
        return
    with transaction.atomic():
        job.fence()
        found = lock_attempt(row.attempt_id)
        note_refund(found, facts_of_refund(answer, at=timezone.now()), BY_SENDING)


def read_refunds(job: Running, account: Account, payment_intent: str) -> None:
    """Read what was paid back of a payment, and record what we did not know.

    A payment that we do not know is asked for its metadata first: its event may have come before
    the one that tells whose it is. One of other software stays untouched.
    """
    client = stripe_client(account.connection_id, job=job)
    ids = find(account, payment_intent=payment_intent)
    if ids is None:
        facts = identify(client, payment_intent)
        ids = find(account, attempt_id=facts.attempt_id, payment_intent=payment_intent)
        if facts.attempt_id is None or ids is None:
            return
    refunds = client.refunds_of(payment_intent)
    with transaction.atomic():
        job.fence()
        found = lock(*ids)
        learn_intent(found, payment_intent)
        for each in refunds:
            note_refund(found, facts_of_refund(each, at=timezone.now()), BY_READING)
        belated(account, payment_intent, found)


def identify(client: StripeClient, payment_intent: str) -> PaymentFacts:
    """Ask Stripe what we wrote into a payment's metadata."""
    return facts_of_intent(client.payment_intent(payment_intent), at=timezone.now())


def learn_intent(found: Found, payment_intent: str) -> None:
    """Note which payment an attempt has, when that was learnt by asking."""
    note_payment(found, PaymentFacts(at=timezone.now(), payment_intent=payment_intent), BY_READING)


def read_later(account: Account, payment_intent: str) -> None:
    """Have the refunds of a payment read; while that runs, once more afterwards."""
    if not payment_intent:
        return
    payload = {"connection_id": str(account.connection_id), "payment_intent": payment_intent}
    key = f"{account.connection_id}:{payment_intent}"
    enqueue_many(
        READ_REFUNDS, [NewJob(payload, key)], shop_id=account.shop_id, rerun_if_running=True
    )


@transaction.atomic
def _claim(job: Running, refund_id: UUID) -> tuple[Refund, bool] | None:
    """Mark a refund as sent; None when there is nothing to send any more.

    Also returns whether Stripe may have forgotten its key.
    """
    job.fence()
    attempt_id = Refund.objects.values_list("attempt_id", flat=True).get(pk=refund_id)
    found = lock_attempt(attempt_id)
    row = Refund.objects.get(pk=refund_id)
    if row.state not in (RefundState.WANTED, RefundState.SENT):
        return None
    row.attempt = found.attempt
    now = timezone.now()
    forgotten = row.sent_at is not None and now - row.sent_at > KEY_IS_KNOWN
    if row.sent_at is None:
        row.state, row.sent_at = RefundState.SENT, now
        row.save(update_fields=["state", "sent_at"])
    return row, forgotten


def _intent_of(client: StripeClient, row: Refund) -> str:
    session = client.session(row.attempt.stripe_checkout_session_id or "")
    return session.payment_intent or ""


def _read(job: Running, client: StripeClient, row: Refund, intent: str) -> bool:
    """Look whether an old refund is at Stripe, and record it; returns whether it is."""
    told = [facts_of_refund(each, at=timezone.now()) for each in client.refunds_of(intent)]
    mine = [each for each in told if each.refund_id == row.pk]
    with transaction.atomic():
        job.fence()
        found = lock_attempt(row.attempt_id)
        for each in mine:
            note_refund(found, each, BY_READING)
        if not mine:
            # The key counts from now: it is as good as new.
            Refund.objects.filter(pk=row.pk).update(sent_at=timezone.now())
    return bool(mine)


@transaction.atomic
def _refused(job: Running, row: Refund, error: str) -> None:
    job.fence()
    found = lock_attempt(row.attempt_id)
    now = Refund.objects.get(pk=row.pk)
    if now.state == RefundState.SENT:
        now.attempt = found.attempt
        fail_refund(found, now, error, BY_SENDING)


def belated(account: Account, payment_intent: str, found: Found) -> None:
    """Write into the log whose the events were that came before it was known."""
    StripeEvent.objects.filter(
        connection_id=account.connection_id,
        outcome=EventOutcome.NOT_OURS,
        detail=looked_up(payment_intent),
    ).update(outcome=EventOutcome.APPLIED, order_id=found.order.pk)


def looked_up(payment_intent: str) -> str:
    """Say in the log that an event's payment is not known yet."""
    return f"Whose {payment_intent} is is looked up at Stripe."
