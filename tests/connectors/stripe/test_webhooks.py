"""Deliveries: signatures as the official library makes them, and what they say (§5, §6)."""

import json
from decimal import Decimal
from typing import Any

import pytest
import stripe

from connectors.stripe.contracts import Charge, Dispute, PaymentIntent, Refund, Session
from connectors.stripe.webhooks import (
    Envelope,
    MalformedPayload,
    Refusal,
    Refused,
    read_envelope,
    read_event,
    verify_signature,
)
from tests.connectors.stripe.conftest import Desk
from tests.connectors.stripe.test_client import paid
from tests.sandbox.stripe.conftest import DEMO

BODY = b'{"id":"evt_1","object":"event","type":"refund.created","livemode":false}'
SECRET, OLDER = "whsec_new", "whsec_old"
NOW = 1_795_200_300


def signed(body: bytes = BODY, secret: str = SECRET, moment: int = NOW) -> str:
    header: str = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, moment)
    return header


def reason(
    header: str | None, *, body: bytes = BODY, now: float = NOW, **more: Any
) -> Refusal | None:
    try:
        verify_signature(body, header, [SECRET, OLDER, ""], now=now, **more)
    except Refused as refused:
        return refused.reason
    return None


def _v1(header: str) -> str:
    return header.partition("v1=")[2]


def test_what_the_official_library_signs_is_believed() -> None:
    assert reason(signed()) is None
    assert reason(signed(secret=OLDER)) is None
    # While a secret is rolled two sign; other schemes are ignored.
    wrong = "0" * 64
    both = f"t={NOW},v0=fake,v1={wrong},v1={_v1(signed(secret=OLDER))}"
    assert reason(both) is None


@pytest.mark.parametrize(("header", "refusal"), [
    (None, Refusal.NO_SIGNATURE),
    ("", Refusal.NO_SIGNATURE),
    ("nonsense", Refusal.MALFORMED),
    ("t=,v1=" + "0" * 64, Refusal.MALFORMED),
    (f"t={NOW}", Refusal.MALFORMED),
    (f"t=-5,v1={'0' * 64}", Refusal.MALFORMED),
    (f"t=٣٤,v1={'0' * 64}", Refusal.MALFORMED),
    (f"t={'9' * 40},v1={'0' * 64}", Refusal.MALFORMED),
    (f"t={NOW},t={NOW},v1={'0' * 64}", Refusal.MALFORMED),
    (f"t={NOW},v1={'z' * 64}", Refusal.MALFORMED),
    (f"t={NOW},v1={'0' * 63}", Refusal.MALFORMED),
    (f"t={NOW}," + ",".join([f"v1={'0' * 64}"] * 17), Refusal.MALFORMED),
    (f"t={NOW},v1={'0' * 64}", Refusal.WRONG_SIGNATURE),
    (f"t={NOW},v0={_v1(signed())}", Refusal.MALFORMED),
    (f"t={NOW + 1},v1={_v1(signed())}", Refusal.WRONG_SIGNATURE),
    (signed(secret="whsec_nobody"), Refusal.WRONG_SIGNATURE),
    (signed(secret=""), Refusal.WRONG_SIGNATURE),
    (signed(BODY + b" "), Refusal.WRONG_SIGNATURE),
])  # fmt: skip
def test_what_is_not_believed(header: str | None, refusal: Refusal) -> None:
    assert reason(header) is refusal


@pytest.mark.parametrize(("moment", "refusal"), [
    (NOW - 300, None), (NOW - 301, Refusal.STALE), (NOW + 300, None), (NOW + 301, Refusal.FUTURE),
])  # fmt: skip
def test_five_minutes_either_way(moment: int, refusal: Refusal | None) -> None:
    assert reason(signed(moment=moment)) is refusal


def test_tolerance_can_be_set() -> None:
    assert reason(signed(moment=NOW - 11), tolerance_seconds=10) is Refusal.STALE
    assert reason(signed(moment=NOW - 3600), tolerance_seconds=7200) is None


def test_the_envelope() -> None:
    assert read_envelope(BODY) == Envelope(
        event_id="evt_1", type="refund.created", account="", livemode=False
    )
    connected = BODY.replace(b'"livemode"', b'"account":"acct_2","livemode"')
    assert read_envelope(connected).account == "acct_2"
    for broken in (b"", b"[]", b"{}", b"\xff", BODY.replace(b'"event"', b'"charge"')):
        with pytest.raises(MalformedPayload):
            read_envelope(broken)


def test_every_object_we_know_is_read(desk: Desk) -> None:
    intent = paid(desk)
    refund = desk.sandbox.act("refund", payment_intent=intent.id, amount=500)
    desk.sandbox.act("refund-fails", refund=refund)
    dispute = desk.sandbox.act("dispute", payment_intent=intent.id)
    told = desk.sandbox.control(f"accounts/{DEMO}/events")["events"][-12:]
    shapes = {event["type"]: event for event in told}
    kinds = {
        "checkout.session.completed": Session,
        "payment_intent.succeeded": PaymentIntent,
        "charge.refunded": Charge,
        "refund.failed": Refund,
        "charge.dispute.created": Dispute,
    }
    for name, kind in kinds.items():
        event = read_event(json.dumps(shapes[name]).encode())
        assert (event.type, type(event.object)) == (name, kind)
        assert event.id == shapes[name]["id"]
    updated = read_event(json.dumps(shapes["refund.updated"]).encode())
    assert updated.previous_attributes == {"status": "succeeded"}
    assert isinstance(updated.object, Refund)
    assert (updated.object.id, updated.object.failure_reason) == (
        refund, "expired_or_canceled_card",
    )  # fmt: skip
    assert dispute.startswith("du_")


def test_a_session_of_another_mode_is_read_although_it_costs_nothing() -> None:
    session = {
        "object": "checkout.session", "id": "cs_1", "mode": "setup", "status": "complete",
        "payment_status": "no_payment_required", "amount_total": None, "currency": None,
        "created": NOW, "expires_at": NOW,
    }  # fmt: skip
    event = {
        "id": "evt_1", "object": "event", "type": "checkout.session.completed", "created": NOW,
        "livemode": True, "data": {"object": session},
    }  # fmt: skip
    read = read_event(json.dumps(event).encode()).object
    assert isinstance(read, Session)
    assert (read.currency, read.amount_total, read.client_reference_id) == ("", Decimal(0), "")


@pytest.mark.parametrize("change", [
    {"object": "charge"},
    {"data": {"object": {"object": "customer", "id": "cus_1"}}},
    {"data": {"object": {"object": "refund", "id": "re_1"}}},
    {"data": {}},
    {"created": "yesterday"},
    {"created": 10**18},
])  # fmt: skip
def test_other_shapes_are_malformed(change: dict[str, Any]) -> None:
    refund = {"object": "refund", "id": "re_1", "amount": 1, "currency": "cad", "created": NOW}
    event = {
        "id": "evt_1", "object": "event", "type": "refund.created", "created": NOW,
        "livemode": False, "data": {"object": refund},
    }  # fmt: skip
    assert read_event(json.dumps(event).encode()).object.id == "re_1"
    with pytest.raises(MalformedPayload):
        read_event(json.dumps(event | change).encode())
