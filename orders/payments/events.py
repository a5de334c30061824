"""Take in one event of Stripe, once: whoever brings it, in whatever order, however often.

The log's row is written first; an event that is there already is left alone. Only attempts of the
event's own account are looked at. States only rise, so a late event says nothing new; money is
compared with the order before the order becomes paid (``settling``).

Not done here: calls to Stripe. What has to be read there is a job (refunds made elsewhere,
disputes, payments that we do not know yet).
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from connectors.stripe.api import Event
from orders.enums import EventOutcome
from orders.models import Order, Refund, StripeEvent

from .disputes import read_dispute_later
from .facts import Account, PaymentFacts, by_event
from .finding import find, lock
from .reading import (
    charge_of,
    dispute_of,
    facts_of_intent_event,
    facts_of_session_event,
    refund_of,
)
from .refunds import note_refund
from .sending import looked_up, read_later
from .settling import note_payment
from .telling import money

_LOG = """
INSERT INTO stripe_event_log (shop_id, connection_id, event_id, type, object_id, created_at,
                              by_sweep, outcome, detail)
VALUES (%(shop)s, %(connection)s, %(event)s, %(type)s, %(object)s, %(created)s, %(by_sweep)s,
        %(outcome)s, '')
ON CONFLICT (connection_id, event_id) DO NOTHING
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an event."""

    outcome: EventOutcome
    detail: str = ""
    order: Order | None = None


NOT_OURS: Final = Verdict(EventOutcome.NOT_OURS)


@transaction.atomic(savepoint=False)
def apply_event(
    *, connection_id: UUID, shop_id: UUID, event: Event, by_sweep: bool = False
) -> EventOutcome | None:
    """Take an event in, in the caller's transaction; None: it was taken in before."""
    account = Account(connection_id, shop_id)
    row_id = _log(account, event, by_sweep=by_sweep)
    if row_id is None:
        return None
    apply = _BY_TYPE.get(event.type)
    verdict = NOT_OURS if apply is None else apply(account, event)
    if verdict != Verdict(EventOutcome.APPLIED):
        StripeEvent.objects.filter(pk=row_id).update(
            outcome=verdict.outcome, detail=verdict.detail[:300], order=verdict.order
        )
    return verdict.outcome


def _log(account: Account, event: Event, *, by_sweep: bool) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            _LOG,
            {
                "shop": account.shop_id,
                "connection": account.connection_id,
                "event": event.id,
                "type": event.type,
                "object": event.object.id,
                "created": event.created_at,
                "by_sweep": by_sweep,
                "outcome": EventOutcome.APPLIED,
            },
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _payment(account: Account, event: Event, facts: PaymentFacts) -> Verdict:
    ids = find(
        account,
        attempt_id=facts.attempt_id,
        session_id=facts.session_id,
        payment_intent=facts.payment_intent,
    )
    if ids is None:
        return NOT_OURS
    found = lock(*ids)
    new = note_payment(found, facts, by_event(event.id))
    return Verdict(EventOutcome.APPLIED if new else EventOutcome.STALE, order=found.order)


def _session(account: Account, event: Event) -> Verdict:
    return _payment(account, event, facts_of_session_event(event))


def _intent(account: Account, event: Event) -> Verdict:
    return _payment(account, event, facts_of_intent_event(event))


def _charge(account: Account, event: Event) -> Verdict:
    """A charge tells how much of it went back; if that is more than we know, it is read."""
    charge = charge_of(event)
    verdict = _payment(account, event, charge.facts)
    intent = charge.facts.payment_intent
    if verdict.order is None or not intent:
        return verdict
    refunds = Refund.objects.filter(attempt__payment_intent=intent, attempt__order=verdict.order)
    known = sum(
        (each.amount for each in refunds if each.stripe_refund_id and not each.lost), Decimal(0)
    )
    if charge.refunded > known:
        read_later(account, intent)
        currency = verdict.order.currency
        detail = (
            f"{money(charge.refunded, currency)} went back in all, {money(known, currency)} of it "
            "are known here: read at Stripe."
        )
        return Verdict(EventOutcome.APPLIED, detail, verdict.order)
    return verdict


def _refund(account: Account, event: Event) -> Verdict:
    facts = refund_of(event)
    attempt_id = (
        Refund.objects.filter(pk=facts.refund_id, attempt__connection_id=account.connection_id)
        .values_list("attempt_id", flat=True)
        .first()
        if facts.refund_id
        else None
    )
    ids = find(account, attempt_id=attempt_id, payment_intent=facts.payment_intent)
    if ids is None:
        read_later(account, facts.payment_intent)
        return Verdict(EventOutcome.NOT_OURS, looked_up(facts.payment_intent))
    found = lock(*ids)
    new = note_refund(found, facts, by_event(event.id))
    return Verdict(EventOutcome.APPLIED if new else EventOutcome.STALE, order=found.order)


def _dispute(account: Account, event: Event) -> Verdict:
    dispute = dispute_of(event)
    read_dispute_later(account, dispute.id)
    ids = find(account, payment_intent=dispute.payment_intent)
    if ids is None:
        return Verdict(EventOutcome.NOT_OURS, looked_up(dispute.payment_intent))
    detail = "Read at Stripe: the words of disputes have no order."
    return Verdict(EventOutcome.APPLIED, detail, Order(pk=ids[1]))


_BY_TYPE: Final[dict[str, Callable[[Account, Event], Verdict]]] = {
    "checkout.session.completed": _session,
    "checkout.session.async_payment_succeeded": _session,
    "checkout.session.async_payment_failed": _session,
    "checkout.session.expired": _session,
    "payment_intent.succeeded": _intent,
    "payment_intent.payment_failed": _intent,
    "charge.refunded": _charge,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.closed": _dispute,
}

TYPES: Final = tuple(_BY_TYPE)
"""The events this house wants to hear; webhook endpoints are to send these."""
