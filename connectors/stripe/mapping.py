"""Stripe's objects, as the vendor's library or a webhook gives them, to what the connector speaks.

Every function may raise ``msgspec.ValidationError``: the object has another shape than agreed.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from . import wire
from .contracts import (
    AccountFacts,
    Charge,
    Dispute,
    Endpoint,
    Event,
    EventObject,
    PaymentIntent,
    Refund,
    Session,
    SessionWanted,
)
from .money import from_wire, to_wire

Doc: TypeAlias = Mapping[str, Any]


def _time(seconds: int) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (OverflowError, ValueError, OSError) as error:
        message = f"{seconds} is no time"
        raise msgspec.ValidationError(message) from error


def session(doc: Doc) -> Session:
    """A ``checkout.session``.

    Lists and events of the account also hold sessions that others made there, of other modes.
    """
    got = msgspec.convert(doc, wire.Session)
    entered = got.customer_details.email if got.customer_details else None
    return Session(
        id=got.id,
        status=got.status,
        payment_status=got.payment_status,
        amount_total=from_wire(got.amount_total or 0, got.currency or ""),
        currency=(got.currency or "").upper(),
        payment_intent=got.payment_intent or "",
        url=got.url or "",
        client_reference_id=got.client_reference_id or "",
        customer_email=entered or got.customer_email or "",
        metadata=got.metadata or {},
        created_at=_time(got.created),
        expires_at=_time(got.expires_at),
    )


def payment_intent(doc: Doc) -> PaymentIntent:
    """A ``payment_intent``."""
    got = msgspec.convert(doc, wire.PaymentIntent)
    error = got.last_payment_error or wire.PaymentError()
    return PaymentIntent(
        id=got.id,
        status=got.status,
        amount=from_wire(got.amount, got.currency),
        amount_received=from_wire(got.amount_received, got.currency),
        currency=got.currency.upper(),
        latest_charge=got.latest_charge or "",
        metadata=got.metadata,
        error_code=error.code or "",
        decline_code=error.decline_code or "",
        error_message=error.message or "",
        created_at=_time(got.created),
    )


def charge(doc: Doc) -> Charge:
    """A ``charge``."""
    got = msgspec.convert(doc, wire.Charge)
    return Charge(
        id=got.id,
        payment_intent=got.payment_intent or "",
        status=got.status,
        paid=got.paid,
        amount=from_wire(got.amount, got.currency),
        amount_refunded=from_wire(got.amount_refunded, got.currency),
        currency=got.currency.upper(),
        refunded=got.refunded,
        disputed=got.disputed,
        failure_code=got.failure_code or "",
        failure_message=got.failure_message or "",
        receipt_url=got.receipt_url or "",
        metadata=got.metadata,
        created_at=_time(got.created),
    )


def refund(doc: Doc) -> Refund:
    """A ``refund``."""
    got = msgspec.convert(doc, wire.Refund)
    return Refund(
        id=got.id,
        payment_intent=got.payment_intent or "",
        charge=got.charge or "",
        status=got.status or "",
        amount=from_wire(got.amount, got.currency),
        currency=got.currency.upper(),
        reason=got.reason or "",
        failure_reason=got.failure_reason or "",
        metadata=got.metadata or {},
        created_at=_time(got.created),
    )


def dispute(doc: Doc) -> Dispute:
    """A ``dispute``."""
    got = msgspec.convert(doc, wire.Dispute)
    due = got.evidence_details.due_by if got.evidence_details else None
    return Dispute(
        id=got.id,
        payment_intent=got.payment_intent or "",
        charge=got.charge,
        status=got.status,
        reason=got.reason,
        amount=from_wire(got.amount, got.currency),
        currency=got.currency.upper(),
        charge_refundable=got.is_charge_refundable,
        due_by=None if due is None else _time(due),
        created_at=_time(got.created),
    )


_OBJECTS: Final[Mapping[str, Callable[[Doc], EventObject]]] = {
    "checkout.session": session,
    "payment_intent": payment_intent,
    "charge": charge,
    "refund": refund,
    "dispute": dispute,
}


def event(doc: Doc) -> Event:
    """An ``event`` about one of the objects we know."""
    got = msgspec.convert(doc, wire.Event)
    kind = str(got.data.object.get("object"))
    if got.object != "event" or kind not in _OBJECTS:
        message = f"it is no event about an object we know, but a {got.object} about a {kind}"
        raise msgspec.ValidationError(message)
    return Event(
        id=got.id,
        type=got.type,
        object=_OBJECTS[kind](got.data.object),
        created_at=_time(got.created),
        livemode=got.livemode,
        api_version=got.api_version or "",
        account=got.account or "",
        previous_attributes=got.data.previous_attributes or {},
    )


def account(doc: Doc, *, livemode: bool, api_version: str) -> AccountFacts:
    """An ``account``; the rest is told by the key and by the answer."""
    got = msgspec.convert(doc, wire.Account)
    return AccountFacts(
        id=got.id,
        name=(got.business_profile.name if got.business_profile else None) or "",
        email=got.email or "",
        country=got.country or "",
        currency=(got.default_currency or "").upper(),
        charges_enabled=got.charges_enabled,
        payouts_enabled=got.payouts_enabled,
        livemode=livemode,
        api_version=api_version,
    )


def endpoint(doc: Doc) -> Endpoint:
    """A ``webhook_endpoint``."""
    got = msgspec.convert(doc, wire.Endpoint)
    return Endpoint(
        id=got.id,
        url=got.url,
        events=tuple(got.enabled_events),
        enabled=got.status == "enabled",
        api_version=got.api_version or "",
        description=got.description or "",
    )


def listed(doc: Doc) -> wire.Listed:
    """A ``list``."""
    return msgspec.convert(doc, wire.Listed)


def session_params(wanted: SessionWanted) -> dict[str, Any]:
    """What a session is made of on the wire.

    Raises ``ValueError`` for an amount that Stripe does not take.
    """
    currency = wanted.currency.lower()
    params: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": wanted.client_reference_id,
        "success_url": wanted.success_url,
        "cancel_url": wanted.cancel_url,
        "expires_at": int(wanted.expires_at.timestamp()),
        "locale": wanted.locale,
        "metadata": dict(wanted.metadata),
        "payment_intent_data": {"metadata": dict(wanted.metadata)},
        "line_items": [
            {
                "quantity": line.quantity,
                "price_data": {
                    "currency": currency,
                    "unit_amount": to_wire(line.unit_amount, wanted.currency),
                    "product_data": {"name": line.name}
                    | ({"description": line.description} if line.description else {}),
                },
            }
            for line in wanted.all_lines
        ],
    }
    if wanted.customer_email:
        params["customer_email"] = wanted.customer_email
    return params
