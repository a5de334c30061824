"""Disputes: read from Stripe whenever an event speaks of one, for their words have no order.

While one is open, its order is held: neither produced nor shipped, and not refunded.
"""

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils import timezone

from connectors.stripe.api import Dispute as StripeDispute
from foundation.audit.api import record
from foundation.work.api import NewJob, Running, enqueue_many
from orders.models import Dispute

from . import telling
from .client import stripe_client
from .facts import BY_READING, Account
from .finding import Found, find, lock
from .sending import belated, identify, learn_intent
from .settling import recount
from .standing import DISPUTE_CLOSED

READ_DISPUTE: Final = "orders.read_dispute"
"""Task: {"connection_id", "dispute_id"}; unique while unfinished for each dispute."""


def read_dispute_later(account: Account, dispute_id: str) -> None:
    """Have a dispute read; while that runs, once more afterwards."""
    payload = {"connection_id": str(account.connection_id), "dispute_id": dispute_id}
    key = f"{account.connection_id}:{dispute_id}"
    enqueue_many(
        READ_DISPUTE, [NewJob(payload, key)], shop_id=account.shop_id, rerun_if_running=True
    )


def read_dispute(job: Running, account: Account, dispute_id: str) -> None:
    """Read one dispute and record it; one about a payment of other software stays untouched."""
    client = stripe_client(account.connection_id, job=job)
    began = timezone.now()
    told = client.dispute(dispute_id)
    ids = find(account, payment_intent=told.payment_intent)
    if ids is None and told.payment_intent:
        facts = identify(client, told.payment_intent)
        if facts.attempt_id is not None:
            ids = find(account, attempt_id=facts.attempt_id, payment_intent=told.payment_intent)
    if ids is None:
        return
    with transaction.atomic():
        job.fence()
        found = lock(*ids)
        learn_intent(found, told.payment_intent)
        note_dispute(found, told, read_at=began)
        belated(account, told.payment_intent, found)


def note_dispute(found: Found, told: StripeDispute, *, read_at: dt.datetime) -> bool:
    """Store a dispute of a locked attempt as it was read; returns whether it was news."""
    row = Dispute.objects.filter(stripe_dispute_id=told.id).first()
    if row is not None and row.read_at >= read_at:
        return False
    before = None if row is None else row.status
    row = row or Dispute(stripe_dispute_id=told.id, shop_id=found.attempt.shop_id)
    row.attempt = found.attempt
    row.status = told.status
    row.reason = told.reason
    row.amount = told.amount
    row.currency = told.currency
    row.due_by = told.due_by
    row.opened_at = told.created_at
    row.read_at = read_at
    if told.status not in DISPUTE_CLOSED:
        row.closed_at = None
    elif row.closed_at is None:
        row.closed_at = read_at
    row.save()
    if before == told.status:
        return False
    record(
        "orders.dispute.read",
        shop_id=found.order.shop_id,
        object_type="order",
        object_id=found.order.pk,
        details={"dispute": told.id, "before": before or "", "status": told.status},
    )
    telling.disputed(found.order, row)
    recount(found.order, BY_READING)
    return True
