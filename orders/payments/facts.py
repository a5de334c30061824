"""What Stripe says about a payment or a refund, by whatever object it came."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from orders.contracts import Why
from orders.enums import AttemptState, RefundState


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account at Stripe it is. Nothing of one account ever touches another's rows."""

    connection_id: UUID
    shop_id: UUID


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """About one attempt to pay. Empty: the object does not say.

    ``at`` is Stripe's clock, ``attempt_id`` what we wrote into the metadata.
    """

    at: dt.datetime
    state: AttemptState | None = None
    attempt_id: UUID | None = None
    session_id: str = ""
    url: str = ""
    payment_intent: str = ""
    charge: str = ""
    received: Decimal | None = None
    currency: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """About one refund. ``refund_id`` is our row's, from the metadata; None: not made by us."""

    at: dt.datetime
    stripe_id: str
    state: RefundState
    amount: Decimal
    currency: str
    refund_id: UUID | None = None
    payment_intent: str = ""
    charge: str = ""
    failure: str = ""


def by_event(event_id: str) -> Why:
    """Name an event of Stripe as the reason of a move."""
    return Why(cause=f"stripe {event_id}")


BY_READING = Why(cause="stripe, read back")
