"""Read the connector's objects as facts about our rows: states, amounts, whose they are."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID

from connectors.stripe.api import (
    Charge,
    Dispute,
    Event,
    PaymentIntent,
    Refund,
    Session,
)
from foundation.failures import Permanent
from orders.enums import AttemptState, RefundState

from .facts import PaymentFacts, RefundFacts

Kind = TypeVar("Kind")

_REFUNDS: Final = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.REQUIRES_ACTION,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.CANCELED,
}


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """What a charge says: whose it is, and how much of it went back or is on its way."""

    facts: PaymentFacts
    refunded: Decimal


def facts_of_session(session: Session, *, at: dt.datetime) -> PaymentFacts:
    """Read a session as it is now."""
    state = {"open": AttemptState.OPEN, "expired": AttemptState.EXPIRED}.get(session.status)
    if session.status == "complete":
        state = (
            AttemptState.PROCESSING
            if session.payment_status == "unpaid"
            else AttemptState.SUCCEEDED
        )
    return _of_session(session, state, at)


def facts_of_session_event(event: Event) -> PaymentFacts:
    """Read what an event says about its session.

    That a delayed payment failed only the event's type tells: the session is complete and unpaid.
    """
    session = _expected(event, Session)
    if event.type == "checkout.session.async_payment_failed":
        return _of_session(session, AttemptState.FAILED, event.created_at)
    return facts_of_session(session, at=event.created_at)


def facts_of_intent(intent: PaymentIntent, *, at: dt.datetime) -> PaymentFacts:
    """Read a payment as it is now. A failed try is not the end: the session stays open."""
    paid = intent.status == "succeeded"
    return PaymentFacts(
        at=at,
        state=AttemptState.SUCCEEDED if paid else None,
        attempt_id=_id_in(intent.metadata, "attempt"),
        payment_intent=intent.id,
        charge=intent.latest_charge if paid else "",
        received=intent.amount_received if paid else None,
        currency=intent.currency if paid else "",
        failure="" if paid else intent.error_message,
    )


def facts_of_intent_event(event: Event) -> PaymentFacts:
    """Read what an event says about its payment."""
    return facts_of_intent(_expected(event, PaymentIntent), at=event.created_at)


def charge_of(event: Event) -> ChargeFacts:
    """Read a charge that was refunded."""
    charge = _expected(event, Charge)
    facts = PaymentFacts(
        at=event.created_at,
        attempt_id=_id_in(charge.metadata, "attempt"),
        payment_intent=charge.payment_intent,
        charge=charge.id,
    )
    return ChargeFacts(facts, charge.amount_refunded)


def facts_of_refund(refund: Refund, *, at: dt.datetime) -> RefundFacts:
    """Read a refund as it is now."""
    state = _REFUNDS.get(refund.status)
    if state is None:
        message = f"Refund {refund.id} is {refund.status!r}, a state nobody here knows."
        raise Permanent(message)
    return RefundFacts(
        at=at,
        stripe_id=refund.id,
        state=state,
        amount=refund.amount,
        currency=refund.currency,
        refund_id=_id_in(refund.metadata, "refund"),
        payment_intent=refund.payment_intent,
        charge=refund.charge,
        failure=refund.failure_reason.replace("_", " "),
    )


def refund_of(event: Event) -> RefundFacts:
    """Read what an event says about its refund."""
    return facts_of_refund(_expected(event, Refund), at=event.created_at)


def dispute_of(event: Event) -> Dispute:
    """Read which dispute an event is about."""
    return _expected(event, Dispute)


def _of_session(session: Session, state: AttemptState | None, at: dt.datetime) -> PaymentFacts:
    paid = state is AttemptState.SUCCEEDED
    return PaymentFacts(
        at=at,
        state=state,
        attempt_id=_id_in(session.metadata, "attempt"),
        session_id=session.id,
        url=session.url,
        payment_intent=session.payment_intent,
        received=session.amount_total if paid else None,
        currency=session.currency if paid else "",
    )


def _expected(event: Event, kind: type[Kind]) -> Kind:
    if not isinstance(event.object, kind):
        message = f"Event {event.id} ({event.type}) is about something else than its type says."
        raise Permanent(message)
    return event.object


def _id_in(metadata: Mapping[str, str], name: str) -> UUID | None:
    """Read one of our ids; other software may use the same word for something else."""
    try:
        return UUID(metadata.get(name, ""))
    except ValueError:
        return None
