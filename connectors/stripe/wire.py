"""What is read of Stripe's objects; whatever else they hold is ignored."""

from typing import Any

import msgspec


class Session(msgspec.Struct):
    """``checkout.session``; one of another mode than payment may have no amount."""

    id: str
    status: str
    payment_status: str
    created: int
    expires_at: int
    amount_total: int | None = None
    currency: str | None = None
    payment_intent: str | None = None
    url: str | None = None
    client_reference_id: str | None = None
    customer_email: str | None = None
    customer_details: "CustomerDetails | None" = None
    metadata: dict[str, str] | None = None


class CustomerDetails(msgspec.Struct):
    """What the customer entered."""

    email: str | None = None


class PaymentError(msgspec.Struct):
    """``last_payment_error``."""

    code: str | None = None
    decline_code: str | None = None
    message: str | None = None


class PaymentIntent(msgspec.Struct):
    """``payment_intent``."""

    id: str
    status: str
    amount: int
    amount_received: int
    currency: str
    created: int
    latest_charge: str | None = None
    metadata: dict[str, str] = {}
    last_payment_error: PaymentError | None = None


class Charge(msgspec.Struct):
    """``charge``."""

    id: str
    status: str
    paid: bool
    amount: int
    amount_refunded: int
    currency: str
    refunded: bool
    disputed: bool
    created: int
    payment_intent: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    receipt_url: str | None = None
    metadata: dict[str, str] = {}


class Refund(msgspec.Struct):
    """``refund``; its status is null only for refunds older than statuses."""

    id: str
    amount: int
    currency: str
    created: int
    status: str | None = None
    payment_intent: str | None = None
    charge: str | None = None
    reason: str | None = None
    failure_reason: str | None = None
    metadata: dict[str, str] | None = None


class EvidenceDetails(msgspec.Struct):
    """``evidence_details``."""

    due_by: int | None = None


class Dispute(msgspec.Struct):
    """``dispute``."""

    id: str
    status: str
    reason: str
    amount: int
    currency: str
    charge: str
    is_charge_refundable: bool
    created: int
    payment_intent: str | None = None
    evidence_details: EvidenceDetails | None = None


class EventData(msgspec.Struct):
    """``data``."""

    object: dict[str, Any]
    previous_attributes: dict[str, Any] | None = None


class Event(msgspec.Struct):
    """``event``."""

    id: str
    type: str
    created: int
    livemode: bool
    data: EventData
    object: str
    api_version: str | None = None
    account: str | None = None


class BusinessProfile(msgspec.Struct):
    """``business_profile``."""

    name: str | None = None


class Account(msgspec.Struct):
    """``account``."""

    id: str
    country: str | None = None
    default_currency: str | None = None
    email: str | None = None
    charges_enabled: bool = False
    payouts_enabled: bool = False
    business_profile: BusinessProfile | None = None


class Endpoint(msgspec.Struct):
    """``webhook_endpoint``."""

    id: str
    url: str
    enabled_events: list[str]
    status: str
    api_version: str | None = None
    description: str | None = None
    secret: str | None = None


class Listed(msgspec.Struct):
    """A ``list`` whose rows are read one by one."""

    data: list[dict[str, Any]]
    has_more: bool
