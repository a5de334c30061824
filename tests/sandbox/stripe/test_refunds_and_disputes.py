"""Money that goes back: by us, by the dashboard, by the customer's bank (contract §4)."""

import stripe

from tests.sandbox.stripe.conftest import DEMO, StripeSandbox, error_of, paid, told, wanted


def _intent(box: StripeSandbox) -> str:
    return str(paid(box).payment_intent)


def _charge(client: stripe.StripeClient, intent: str) -> stripe.Charge:
    return client.v1.charges.list(params={"payment_intent": intent}).data[0]


def test_several_refunds_until_the_charge_is_used_up(
    box: StripeSandbox, client: stripe.StripeClient
) -> None:
    intent = _intent(box)
    first = client.v1.refunds.create(
        params={"payment_intent": intent, "amount": 1000, "reason": "duplicate"}
    )
    assert (first.status, first.amount, first.reason) == ("succeeded", 1000, "duplicate")
    charge = _charge(client, intent)
    assert (charge.amount_refunded, charge.refunded) == (1000, False)
    error = error_of(
        lambda: client.v1.refunds.create(params={"payment_intent": intent, "amount": 3801})
    )
    assert told(error) == (400, None, "amount")
    assert client.v1.refunds.create(params={"charge": charge.id}).amount == 3800
    charge = _charge(client, intent)
    assert (charge.amount_refunded, charge.refunded) == (4800, True)
    error = error_of(lambda: client.v1.refunds.create(params={"payment_intent": intent}))
    assert told(error) == (400, "charge_already_refunded", None)
    assert box.events(charge.id) == [
        "charge.succeeded", "charge.updated", "charge.refunded", "charge.refunded",
    ]  # fmt: skip
    assert box.events(first.id) == ["refund.created"]


def test_a_refund_fails_days_later(box: StripeSandbox, client: stripe.StripeClient) -> None:
    intent = _intent(box)
    refund = client.v1.refunds.create(params={"payment_intent": intent})
    box.act("refund-fails", refund=refund.id)
    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    charge = _charge(client, intent)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert box.events(refund.id) == ["refund.created", "refund.updated", "refund.failed"]
    assert client.v1.refunds.create(params={"payment_intent": intent}).amount == 4800


def test_a_pending_refund_arrives(box: StripeSandbox, client: stripe.StripeClient) -> None:
    intent = _intent(box)
    box.fault(kind="refund_pending", count=1)
    refund = client.v1.refunds.create(params={"payment_intent": intent, "amount": 500})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    assert _charge(client, intent).amount_refunded == 500
    box.act("refund-arrives", refund=refund.id)
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert box.events(refund.id) == ["refund.created", "refund.updated"]


def test_what_was_never_paid_cannot_be_refunded(
    box: StripeSandbox, client: stripe.StripeClient
) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    box.act("pay", session=session.id, method="acss_debit")
    number = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    error = error_of(lambda: client.v1.refunds.create(params={"payment_intent": number}))
    assert told(error) == (400, None, "payment_intent")
    assert told(error_of(lambda: client.v1.refunds.create(params={}))) == (
        400, "parameter_missing", "payment_intent",
    )  # fmt: skip


def test_somebody_refunds_at_the_dashboard(box: StripeSandbox, client: stripe.StripeClient) -> None:
    intent = _intent(box)
    refund = box.act("refund", payment_intent=intent, amount=700)
    assert client.v1.refunds.retrieve(refund).amount == 700
    event = client.v1.events.list(params={"type": "refund.created", "limit": 1}).data[0]
    assert event.request is not None
    assert (event.data.object["id"], event.request.id) == (refund, None)


def test_a_dispute_takes_the_money_and_forbids_refunds(
    box: StripeSandbox, client: stripe.StripeClient
) -> None:
    intent = _intent(box)
    number = box.act("dispute", payment_intent=intent)
    dispute = client.v1.disputes.retrieve(number)
    assert (dispute.status, dispute.amount, dispute.is_charge_refundable) == (
        "needs_response", 4800, False,
    )  # fmt: skip
    assert _charge(client, intent).disputed
    error = error_of(lambda: client.v1.refunds.create(params={"payment_intent": intent}))
    assert told(error) == (400, "charge_disputed", None)
    box.act("dispute-review", dispute=number)
    box.act("dispute-end", dispute=number, status="won")
    assert client.v1.disputes.retrieve(number).status == "won"
    assert box.events(number) == [
        "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated",
        "charge.dispute.closed", "charge.dispute.funds_reinstated",
    ]  # fmt: skip
    updated = client.v1.events.list(params={"type": "charge.dispute.updated", "limit": 1}).data[0]
    assert updated.data.to_dict()["previous_attributes"] == {"status": "needs_response"}
    words = box.refusal(f"accounts/{DEMO}/dispute-end", {"dispute": number, "status": "lost"})
    assert words == "the dispute is won"


def test_a_lost_dispute_ends_without_money(box: StripeSandbox, client: stripe.StripeClient) -> None:
    intent = _intent(box)
    number = box.act("dispute", payment_intent=intent, reason="product_not_received")
    assert client.v1.disputes.close(number).status == "lost"
    assert box.events(number)[-1] == "charge.dispute.closed"
    assert error_of(lambda: client.v1.disputes.close(number)).http_status == 400


def test_an_inquiry_takes_nothing(box: StripeSandbox, client: stripe.StripeClient) -> None:
    intent = _intent(box)
    number = box.act("dispute", payment_intent=intent, inquiry=True)
    assert client.v1.disputes.retrieve(number).status == "warning_needs_response"
    assert client.v1.refunds.create(params={"payment_intent": intent, "amount": 1}).amount == 1
    box.act("dispute-end", dispute=number, status="warning_closed")
    assert box.events(number) == ["charge.dispute.created", "charge.dispute.closed"]
