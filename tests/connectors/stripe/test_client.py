"""The typed methods against the sandbox over real HTTP."""

import dataclasses
import datetime as dt
import threading
import time
import uuid
from decimal import Decimal
from typing import Any

import pytest

from connectors.stripe.contracts import Line, PaymentIntent, Session, SessionWanted
from connectors.stripe.errors import KeyReused, Missing, Rejected
from connectors.stripe.settings import API_VERSION, StripeCredentials
from foundation.failures import Misconfigured, OutcomeUnknown, Permanent, Transient, Wait
from foundation.outbound.client import Http
from foundation.outbound.contracts import Reading
from foundation.outbound.failures import NotSent
from tests.connectors.stripe.conftest import CONNECTION, Desk
from tests.sandbox.stripe.conftest import DEMO, OTHER, StripeSandbox

HOOK = "https://backroom.test/webhooks/stripe/"


def wanted(**changes: Any) -> SessionWanted:
    return SessionWanted(**{
        "currency": "CAD",
        "lines": (
            Line("Poster 30 × 40 cm", Decimal("39.00"), 2, "Biscuit, on a star"),
            Line("Mug", Decimal("19.00")),
        ),
        "shipping": Line("Shipping", Decimal("12.50")),
        "tax": Line("HST 13 %", Decimal("14.24")),
        "success_url": "https://backroom.test/thanks?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://backroom.test/cart",
        "expires_at": dt.datetime.fromtimestamp(int(time.time()) + 3600, dt.UTC),
        "client_reference_id": "order-42",
        "customer_email": "robin@example.com",
        "locale": "fr-CA",
        "metadata": {"order": "42"},
        **changes,
    })  # fmt: skip


def key() -> str:
    return str(uuid.uuid4())


def paid(desk: Desk) -> PaymentIntent:
    session = desk.client.create_session(wanted(), idempotency_key=key())
    desk.sandbox.act("pay", session=session.id)
    return desk.client.payment_intent(desk.client.session(session.id).payment_intent)


def test_a_session_totals_exactly_the_order(desk: Desk) -> None:
    asked = wanted()
    session = desk.client.create_session(asked, idempotency_key=key())
    assert asked.total == Decimal("123.74")
    assert session == Session(
        id=session.id,
        status="open",
        payment_status="unpaid",
        amount_total=Decimal("123.74"),
        currency="CAD",
        payment_intent="",
        url=session.url,
        client_reference_id="order-42",
        customer_email="robin@example.com",
        metadata={"order": "42"},
        created_at=session.created_at,
        expires_at=asked.expires_at,
    )
    assert session.url.startswith(f"{desk.sandbox.origin}/c/pay/")
    assert desk.client.session(session.id) == session
    call = desk.lane.exchanges[0]
    assert call.vendor_request_id.startswith("req_")
    assert call.answer.headers["stripe-version"] == API_VERSION


@pytest.mark.parametrize(("currency", "price", "total"), [
    ("JPY", "1200", "3600"), ("KWD", "4.510", "13.530"), ("ISK", "500.00", "1500.00"),
])  # fmt: skip
def test_money_of_other_decimals(desk: Desk, currency: str, price: str, total: str) -> None:
    asked = wanted(
        currency=currency, lines=(Line("Poster", Decimal(price), 3),), shipping=None, tax=None
    )
    session = desk.client.create_session(asked, idempotency_key=key())
    assert (session.amount_total, session.currency) == (Decimal(total), currency)


def test_half_a_cent_is_never_sent(desk: Desk) -> None:
    asked = wanted(tax=Line("HST", Decimal("1.005")))
    with pytest.raises(Rejected, match="finer than Stripe takes") as refused:
        desk.client.create_session(asked, idempotency_key=key())
    assert refused.value.code == "amount_invalid"
    assert desk.lane.exchanges == []


def test_the_same_key_gives_the_same_session(desk: Desk) -> None:
    asked, same = wanted(), key()
    first = desk.client.create_session(asked, idempotency_key=same)
    assert desk.client.create_session(asked, idempotency_key=same) == first
    other = dataclasses.replace(asked, client_reference_id="order-43")
    with pytest.raises(KeyReused, match="used for something else"):
        desk.client.create_session(other, idempotency_key=same)
    with pytest.raises(ValueError, match="needs an idempotency key"):
        desk.client.create_session(asked, idempotency_key="")


def test_a_payment_from_session_to_charge(desk: Desk) -> None:
    intent = paid(desk)
    assert (intent.status, intent.amount_received, intent.currency, intent.metadata) == (
        "succeeded", Decimal("123.74"), "CAD", {"order": "42"},
    )  # fmt: skip
    charge = desk.client.charge(intent.latest_charge)
    assert (charge.payment_intent, charge.paid, charge.amount, charge.amount_refunded) == (
        intent.id, True, Decimal("123.74"), Decimal("0.00"),
    )  # fmt: skip
    sessions = desk.client.sessions_of_intent(intent.id)
    assert [(each.settled, each.payment_intent) for each in sessions] == [(True, intent.id)]


def test_a_declined_attempt_is_told(desk: Desk) -> None:
    session = desk.client.create_session(wanted(), idempotency_key=key())
    desk.sandbox.act("decline", session=session.id, card="4000000000009995")
    desk.sandbox.act("pay", session=session.id, method="acss_debit")
    desk.sandbox.act("bounce", session=session.id)
    failed = desk.client.session(session.id)
    assert (failed.status, failed.settled) == ("complete", False)
    intent = desk.client.payment_intent(failed.payment_intent)
    assert (intent.status, intent.error_code) == ("requires_payment_method", "insufficient_funds")


def test_expiring(desk: Desk) -> None:
    session = desk.client.create_session(wanted(), idempotency_key=key())
    ended = desk.client.expire_session(session.id, idempotency_key=key())
    assert (ended.status, ended.url) == ("expired", "")
    with pytest.raises(Rejected):
        desk.client.expire_session(session.id, idempotency_key=key())


def test_sessions_are_read_back_by_time(desk: Desk) -> None:
    since = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    made = [desk.client.create_session(wanted(), idempotency_key=key()).id for _ in range(3)]
    page = desk.client.sessions(since)
    assert [row.id for row in page.rows[:3]] == made[::-1]
    assert desk.client.sessions(since, after=page.rows[0].id).rows[0].id == made[1]
    assert desk.client.sessions(since + dt.timedelta(hours=1)).rows == ()


def test_refunds(desk: Desk) -> None:
    intent = paid(desk)

    def give(amount: str, same: str = "") -> Any:
        return desk.client.create_refund(
            payment_intent=intent.id,
            amount=Decimal(amount),
            currency="CAD",
            reason="requested_by_customer",
            metadata={"refund": "7"},
            idempotency_key=same or key(),
        )

    same = key()
    first = give("20.00", same)
    assert give("20.00", same) == first
    assert (first.status, first.amount, first.currency, first.reason, first.metadata) == (
        "succeeded", Decimal("20.00"), "CAD", "requested_by_customer", {"refund": "7"},
    )  # fmt: skip
    assert desk.client.refund(first.id) == first
    with pytest.raises(Rejected) as too_much:
        give("103.75")
    assert too_much.value.param == "amount"
    second = give("103.74")
    assert [row.id for row in desk.client.refunds_of(intent.id)] == [second.id, first.id]
    with pytest.raises(Rejected) as nothing_left:
        give("1.00")
    assert nothing_left.value.code == "charge_already_refunded"


def test_a_disputed_charge_is_not_refunded(desk: Desk) -> None:
    intent = paid(desk)
    dispute = desk.client.dispute(desk.sandbox.act("dispute", payment_intent=intent.id))
    assert (dispute.payment_intent, dispute.status, dispute.amount, dispute.charge_refundable) == (
        intent.id, "needs_response", Decimal("123.74"), False,
    )  # fmt: skip
    assert dispute.due_by is not None
    with pytest.raises(Rejected) as refused:
        desk.client.create_refund(
            payment_intent=intent.id,
            amount=Decimal(1),
            currency="CAD",
            reason="",
            metadata={},
            idempotency_key=key(),
        )
    assert refused.value.code == "charge_disputed"


def test_events_are_read_back(desk: Desk) -> None:
    since = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    intent = paid(desk)
    page = desk.client.events(since, ["checkout.session.completed", "payment_intent.succeeded"])
    newest, before = page.rows[:2]
    assert isinstance(newest.object, Session)
    assert isinstance(before.object, PaymentIntent)
    assert (newest.type, newest.object.payment_intent, newest.account, newest.livemode) == (
        "checkout.session.completed", intent.id, "", False,
    )  # fmt: skip
    assert (before.object.id, before.api_version) == (intent.id, API_VERSION)
    with pytest.raises(ValueError, match="1 to 20 types"):
        desk.client.events(since, [])


def test_the_account_of_the_key(desk: Desk) -> None:
    facts = desk.client.account()
    assert (facts.id, facts.name, facts.currency, facts.charges_enabled, facts.livemode) == (
        DEMO, "Maple & Mutt", "CAD", True, False,
    )  # fmt: skip


def test_webhook_endpoints(desk: Desk) -> None:
    endpoints = desk.client.endpoints
    events, same = ["checkout.session.completed", "refund.updated"], key()
    made = endpoints.create(HOOK, events, idempotency_key=same, description="Backroom")
    assert endpoints.create(HOOK, events, idempotency_key=same, description="Backroom") == made
    assert made.secret.startswith("whsec_")
    assert made.secret not in repr(made)
    assert (made.endpoint.url, made.endpoint.events, made.endpoint.api_version) == (
        HOOK, tuple(events), API_VERSION,
    )  # fmt: skip
    assert endpoints.all() == (made.endpoint,)
    changed = endpoints.update(
        made.endpoint.id, url=HOOK, events=["*"], enabled=False, idempotency_key=key()
    )
    assert (changed.events, changed.enabled) == (("*",), False)
    endpoints.delete(made.endpoint.id)
    assert endpoints.all() == ()
    with pytest.raises(Missing):
        endpoints.delete(made.endpoint.id)


# --- what goes wrong ----------------------------------------------------------------------------


def test_a_lost_answer_is_unknown_and_found_by_the_same_key(desk: Desk) -> None:
    asked, same = wanted(), key()
    desk.sandbox.fault(kind="lose_answer", count=1)
    with pytest.raises(OutcomeUnknown):
        desk.client.create_session(asked, idempotency_key=same)
    session = desk.client.create_session(asked, idempotency_key=same)
    rows = [row for row in desk.sandbox.effects() if row["idempotency_key"] == same]
    assert [(row["changed"], row.get("object_id")) for row in rows] == [
        (True, session.id), (False, None),
    ]  # fmt: skip


@pytest.mark.parametrize(("fault", "read", "write"), [
    ("5xx_before", Transient, OutcomeUnknown),
    ("internal_error", Transient, OutcomeUnknown),
    ("reset", Transient, OutcomeUnknown),
    ("throttle", Wait, Wait),
    ("lock_timeout", Wait, Wait),
    ("unauthorized", Misconfigured, Misconfigured),
    ("forbidden_403", Misconfigured, Misconfigured),
])  # fmt: skip
def test_failures_by_kind(
    desk: Desk, fault: str, read: type[Exception], write: type[Exception]
) -> None:
    desk.sandbox.fault(kind=fault, count=2)
    with pytest.raises(read) as reading:
        desk.client.account()
    assert type(reading.value) is read
    with pytest.raises(write) as writing:
        desk.client.create_session(wanted(), idempotency_key=key())
    assert type(writing.value) is write
    if read is Misconfigured:
        assert getattr(reading.value, "connection_id", None) == CONNECTION


def test_too_many_calls_wait_for_the_budget(desk: Desk) -> None:
    desk.sandbox.fault(kind="throttle", count=1)
    with pytest.raises(Wait) as wait:
        desk.client.account()
    assert wait.value.seconds == 1.5
    assert desk.purse.depleted == [Reading(actual=0, available=0, capacity=0, restore_rate=0)]
    desk.client.account()
    assert desk.purse.taken == [1, 1]
    assert desk.purse.given_back == []


def test_what_never_left_costs_nothing(desk: Desk) -> None:
    desk.lane.http = Http({"api.stripe.com": "http://127.0.0.1:9"})
    with pytest.raises(NotSent):
        desk.client.account()
    assert (desk.purse.taken, desk.purse.given_back) == ([1], [1])


def test_a_key_in_use_is_tried_again(desk: Desk) -> None:
    asked, same = wanted(), key()
    desk.sandbox.fault(kind="slow", seconds=0.4, count=1)
    results: list[Session] = []
    slow = threading.Thread(
        target=lambda: results.append(desk.client.create_session(asked, idempotency_key=same))
    )
    slow.start()
    until = time.monotonic() + 5
    while not desk.sandbox.control("faults")["faults"][0]["struck"]:
        assert time.monotonic() < until
    with pytest.raises(Transient, match="still at work") as busy:
        Desk(desk.sandbox).client.create_session(asked, idempotency_key=same)
    assert type(busy.value) is Transient
    slow.join()
    assert desk.client.create_session(asked, idempotency_key=same) == results[0]


def test_a_strangers_object_is_missing(desk: Desk, sandbox: StripeSandbox) -> None:
    session = desk.client.create_session(wanted(), idempotency_key=key())
    with pytest.raises(Missing) as missing:
        Desk(sandbox, account=OTHER).client.session(session.id)
    assert missing.value.code == "resource_missing"
    assert "Check which account is connected" in missing.value.message


def test_a_wrong_key_parks_and_a_publishable_one_is_never_sent(sandbox: StripeSandbox) -> None:
    with pytest.raises(Misconfigured, match="Enter the current one under Connections"):
        Desk(sandbox, key="sk_test_0000000000000000").client.account()
    for wrong in ("pk_test_0000000000000000", "sk_test_0000000000000000\n", ""):
        with pytest.raises(ValueError, match="not a secret key"):
            StripeCredentials(CONNECTION, DEMO, wrong)
    assert "sk_test" not in repr(StripeCredentials(CONNECTION, DEMO, "sk_test_0000000000000000"))


def test_nothing_about_this_machine_is_sent(desk: Desk) -> None:
    sent: list[dict[str, str]] = []
    send = desk.lane.http.send

    def watched(call: Any, **more: Any) -> Any:
        sent.append(dict(call.headers))
        return send(call, **more)

    desk.lane.http.send = watched  # type: ignore[method-assign]  # looked at, not replaced
    desk.client.account()
    desk.client.account()
    assert [sorted(name.lower() for name in each) for each in sent] == [
        ["authorization", "stripe-version"],
    ] * 2  # fmt: skip


def test_a_session_of_another_total_is_not_handed_out(desk: Desk) -> None:
    class Wrong(SessionWanted):
        @property
        def total(self) -> Decimal:
            return Decimal(1)

    given = wanted()
    wrong = Wrong(**{f.name: getattr(given, f.name) for f in dataclasses.fields(given)})
    with pytest.raises(Permanent, match="was not handed out"):
        desk.client.create_session(wrong, idempotency_key=key())
