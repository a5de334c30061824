"""What the connector speaks: frozen values with plain Python types.

Ids are Stripe's texts. Money is ``Decimal`` with a currency of three capital letters; the wire's
smallest units exist in :mod:`.money` only. Times are aware and in UTC. A text that Stripe does not
tell is empty.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeAlias, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list, the newest first.

    ``next`` is the cursor to ask the next one with (the last row's id), None at the end.
    """

    rows: tuple[Row, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """Something to be paid. ``unit_amount`` is in the session's currency."""

    name: str
    unit_amount: Decimal
    quantity: int = 1
    description: str = ""

    @property
    def total(self) -> Decimal:
        """What it comes to."""
        return self.unit_amount * self.quantity


@dataclass(frozen=True, slots=True)
class SessionWanted:
    """A payment page to be made.

    ``shipping`` and ``tax`` are computed by us and go out as lines behind the goods: only so does
    the session total the order from the start. A shipping option is in no total before the customer
    has chosen it, and ``automatic_tax`` would compute another tax than ours (contract §3.1).
    ``metadata`` goes on the session and on the PaymentIntent, which the session's own does not
    reach (contract §9). ``expires_at`` is 30 minutes to 24 hours away. ``success_url`` may hold
    ``{CHECKOUT_SESSION_ID}``.
    """

    currency: str
    lines: tuple[Line, ...]
    success_url: str
    cancel_url: str
    expires_at: dt.datetime
    client_reference_id: str
    shipping: Line | None = None
    tax: Line | None = None
    customer_email: str = ""
    locale: str = "auto"
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_lines(self) -> tuple[Line, ...]:
        """The goods, then shipping and tax."""
        return (*self.lines, *(line for line in (self.shipping, self.tax) if line is not None))

    @property
    def total(self) -> Decimal:
        """What the customer pays."""
        return sum((line.total for line in self.all_lines), Decimal(0))


@dataclass(frozen=True, slots=True)
class Session:
    """A Checkout Session. ``status``: open, complete, expired.

    ``payment_status``: paid, unpaid, no_payment_required. ``payment_intent`` and ``url`` are empty
    where there is none: before the payment, and after the session's end. A session that somebody
    else made in another mode than payment may have no currency.
    """

    id: str
    status: str
    payment_status: str
    amount_total: Decimal
    currency: str
    payment_intent: str
    url: str
    client_reference_id: str
    customer_email: str
    metadata: Mapping[str, str]
    created_at: dt.datetime
    expires_at: dt.datetime

    @property
    def settled(self) -> bool:
        """Whether the customer owes nothing any more (contract §9.2)."""
        return self.status == "complete" and self.payment_status != "unpaid"


@dataclass(frozen=True, slots=True)
class PaymentIntent:
    """A payment; ``error_code``, ``decline_code``, ``error_message`` tell of the last failure."""

    id: str
    status: str
    amount: Decimal
    amount_received: Decimal
    currency: str
    latest_charge: str
    metadata: Mapping[str, str]
    error_code: str
    decline_code: str
    error_message: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that was taken. ``refunded``: all of it is back."""

    id: str
    payment_intent: str
    status: str
    paid: bool
    amount: Decimal
    amount_refunded: Decimal
    currency: str
    refunded: bool
    disputed: bool
    failure_code: str
    failure_message: str
    receipt_url: str
    metadata: Mapping[str, str]
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back. ``status``: pending, requires_action, succeeded, failed, canceled."""

    id: str
    payment_intent: str
    charge: str
    status: str
    amount: Decimal
    currency: str
    reason: str
    failure_reason: str
    metadata: Mapping[str, str]
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """Money that a customer's bank takes back. ``due_by``: until when it can be answered."""

    id: str
    payment_intent: str
    charge: str
    status: str
    reason: str
    amount: Decimal
    currency: str
    charge_refundable: bool
    due_by: dt.datetime | None
    created_at: dt.datetime


EventObject: TypeAlias = Session | PaymentIntent | Charge | Refund | Dispute


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, with the object as it was at that moment.

    ``account`` is empty unless the event is of an account connected to ours (Stripe Connect).
    ``previous_attributes`` are the former values of an update, as they came.
    """

    id: str
    type: str
    object: EventObject
    created_at: dt.datetime
    livemode: bool
    api_version: str
    account: str
    previous_attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the account says of itself; ``livemode`` is told by the key."""

    id: str
    name: str
    email: str
    country: str
    currency: str
    charges_enabled: bool
    payouts_enabled: bool
    livemode: bool
    api_version: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook endpoint. ``api_version`` is empty where it follows the account's."""

    id: str
    url: str
    events: tuple[str, ...]
    enabled: bool
    api_version: str
    description: str


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """A webhook endpoint with its secret, which is told this once."""

    endpoint: Endpoint
    secret: str = field(repr=False)
