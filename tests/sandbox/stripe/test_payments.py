"""A customer pays, is declined, pays by a bank that takes days, goes back (contract §3.2, §5)."""

import urllib.parse
from typing import Literal

import stripe

from tests.sandbox.stripe.conftest import OTHER, StripeSandbox, error_of, line, paid, told, wanted


def _form(**fields: str) -> str:
    card = {"email": "robin@example.com", "method": "card", "card": "4242 4242 4242 4242"}
    return urllib.parse.urlencode(card | fields)


def _path(session: stripe.checkout.Session) -> str:
    return urllib.parse.urlsplit(str(session.url)).path


def test_paid_by_card(box: StripeSandbox, client: stripe.StripeClient) -> None:
    session = paid(box)
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert session.customer_details is not None
    assert session.customer_details.email == "robin@example.com"
    intent = client.v1.payment_intents.retrieve(str(session.payment_intent))
    charge = client.v1.charges.retrieve(str(intent.latest_charge))
    assert (intent.status, intent.amount_received) == ("succeeded", 4800)
    assert (charge.status, charge.paid, charge.amount_captured) == ("succeeded", True, 4800)
    # The session's metadata does not reach them; what was meant for the intent does.
    assert intent.metadata["order"] == charge.metadata["order"] == "42"
    assert (box.events(session.id), box.events(intent.id), box.events(charge.id)) == (
        ["checkout.session.completed"],
        ["payment_intent.created", "payment_intent.succeeded"],
        ["charge.succeeded", "charge.updated"],
    )
    again = box.refusal("accounts/acct_1DemoMapleMutt00/pay", {"session": session.id})
    assert again == "the session is complete, it cannot be paid"


def test_metadata_of_the_session_alone_reaches_nothing_else(
    box: StripeSandbox, client: stripe.StripeClient
) -> None:
    session = paid(box, payment_intent_data={})
    intent = client.v1.payment_intents.retrieve(str(session.payment_intent))
    assert session.to_dict()["metadata"] == {"order": "42"}
    assert intent.metadata.to_dict() == {}


def test_a_decline_leaves_the_session_open(box: StripeSandbox, client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    assert box.act("decline", session=session.id, card="4000000000009995") == (
        "Your card has insufficient funds."
    )
    still = client.v1.checkout.sessions.retrieve(session.id)
    assert (still.status, still.payment_status, still.payment_intent) == ("open", "unpaid", None)
    assert box.act("pay", session=session.id, email="robin@example.com") == "paid"
    bought = client.v1.checkout.sessions.retrieve(session.id)
    number = str(bought.payment_intent)
    # One intent for all attempts.
    assert box.events(number) == [
        "payment_intent.created", "payment_intent.payment_failed", "payment_intent.succeeded",
    ]  # fmt: skip
    charges = client.v1.charges.list(params={"payment_intent": number}).data
    assert [(each.status, each.failure_code) for each in charges] == [
        ("succeeded", None), ("failed", "card_declined"),
    ]  # fmt: skip


def test_a_decline_says_why(box: StripeSandbox, client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    box.act("decline", session=session.id)
    intent = client.v1.payment_intents.list(params={"limit": 1}).data[0].to_dict()
    error = intent["last_payment_error"]
    assert (intent["status"], error["type"], error["code"], error["decline_code"]) == (
        "requires_payment_method", "card_error", "card_declined", "generic_decline",
    )  # fmt: skip


def test_a_bank_debit_clears_days_later(box: StripeSandbox, client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    assert box.act("pay", session=session.id, method="acss_debit") == "processing"
    waiting = client.v1.checkout.sessions.retrieve(session.id)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    number = str(waiting.payment_intent)
    assert client.v1.payment_intents.retrieve(number).status == "processing"
    box.act("clear", session=session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert box.events(session.id) == [
        "checkout.session.completed", "checkout.session.async_payment_succeeded",
    ]  # fmt: skip
    assert box.events(number) == [
        "payment_intent.created", "payment_intent.processing", "payment_intent.succeeded",
    ]  # fmt: skip
    words = box.refusal("accounts/acct_1DemoMapleMutt00/bounce", {"session": session.id})
    assert words == "no delayed payment of this session is under way"


def test_a_bank_debit_fails_days_later(box: StripeSandbox, client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    box.act("pay", session=session.id, method="acss_debit")
    box.act("bounce", session=session.id)
    failed = client.v1.checkout.sessions.retrieve(session.id)
    assert (failed.status, failed.payment_status) == ("complete", "unpaid")
    intent = client.v1.payment_intents.retrieve(str(failed.payment_intent))
    assert (intent.status, intent.amount_received) == ("requires_payment_method", 0)
    assert box.events(session.id)[-1] == "checkout.session.async_payment_failed"


def test_a_session_is_paid_by_a_method_that_it_takes(
    box: StripeSandbox, client: stripe.StripeClient
) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    assert session.payment_method_types == ["card", "acss_debit"]
    cards: list[Literal["card"]] = ["card"]
    only = client.v1.checkout.sessions.create(params=wanted(allowed_payment_method_types=cards))
    for number, method in ((session.id, "sepa_debit"), (only.id, "acss_debit")):
        body = {"session": number, "method": method}
        words = box.refusal("accounts/acct_1DemoMapleMutt00/pay", body)
        assert words == f"the session does not take {method}"
    assert "Pre-authorized debit" not in box.raw("GET", f"/c/pay/{only.id}")[1]
    params = wanted(allowed_payment_method_types=["card", "sepa_debit"])
    error = error_of(lambda: client.v1.checkout.sessions.create(params=params))
    assert told(error) == (400, None, "allowed_payment_method_types[1]")


def test_nothing_to_pay_makes_no_intent(box: StripeSandbox) -> None:
    session = paid(box, line_items=[line(0)])
    assert (session.payment_status, session.payment_intent) == ("no_payment_required", None)


def test_chosen_postage_is_added(box: StripeSandbox, client: stripe.StripeClient) -> None:
    options = [
        {"shipping_rate_data": {"display_name": name, "type": "fixed_amount",
                                "fixed_amount": {"amount": amount, "currency": "cad"}}}
        for name, amount in (("Letter", 300), ("Parcel", 900))
    ]  # fmt: skip
    session = client.v1.checkout.sessions.create(params=wanted(shipping_options=options))
    assert session.amount_total == 4800
    box.act("pay", session=session.id, shipping=1)
    bought = client.v1.checkout.sessions.retrieve(session.id)
    assert bought.shipping_cost is not None
    assert bought.total_details is not None
    assert (bought.amount_total, bought.shipping_cost.amount_total) == (5700, 900)
    assert bought.total_details.amount_shipping == 900
    assert client.v1.payment_intents.retrieve(str(bought.payment_intent)).amount == 5700


def test_two_sessions_of_one_order_can_both_be_paid(box: StripeSandbox) -> None:
    first, second = paid(box), paid(box)
    assert first.client_reference_id == second.client_reference_id
    assert first.payment_intent != second.payment_intent


def test_time_runs_out(box: StripeSandbox, client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    box.act("time-out", session=session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    status, page, _ = box.raw("GET", f"/c/pay/{session.id}")
    assert (status, "Nothing was charged." in page, "<form" in page) == (200, True, False)
    assert "cannot be paid" in box.refusal(
        "accounts/acct_1DemoMapleMutt00/pay", {"session": session.id}
    )


def test_the_page_pays_and_leads_back(box: StripeSandbox, client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    status, page, headers = box.raw("GET", _path(session))
    assert (status, "$48.00 CAD" in page, "https://shop.example/cart" in page) == (200, True, True)
    assert headers["content-security-policy"].startswith("default-src 'none'")
    status, _, headers = box.raw("POST", _path(session), _form())
    assert (status, headers["location"]) == (303, f"https://shop.example/ok?s={session.id}")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    status, page, _ = box.raw("POST", _path(session), _form())
    assert (status, "has been paid already" in page) == (400, True)


def test_the_page_says_what_is_wrong(box: StripeSandbox, client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    for fields, words in (
        ({"card": "4000 0000 0000 0002"}, "Your card was declined."),
        ({"card": "1234"}, "not one of the test cards"),
        ({"email": ""}, "Enter your e-mail address."),
        ({"method": "bitcoin"}, "does not take bitcoin"),
    ):
        status, page, _ = box.raw("POST", _path(session), _form(**fields))
        assert (status in {400, 402}, words in page) == (True, True), fields
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert box.raw("GET", "/c/pay/cs_test_nobody")[0] == 404


def test_the_page_takes_a_bank_debit_and_a_card_that_is_disputed(
    box: StripeSandbox, client: stripe.StripeClient
) -> None:
    debit = client.v1.checkout.sessions.create(params=wanted())
    assert box.raw("POST", _path(debit), _form(method="acss_debit", card=""))[0] == 303
    assert client.v1.checkout.sessions.retrieve(debit.id).payment_status == "unpaid"
    fraud = client.v1.checkout.sessions.create(params=wanted())
    assert box.raw("POST", _path(fraud), _form(card="4000 0000 0000 0259"))[0] == 303
    number = str(client.v1.checkout.sessions.retrieve(fraud.id).payment_intent)
    dispute = client.v1.disputes.list(params={"payment_intent": number}).data[0]
    assert (dispute.reason, dispute.status) == ("fraudulent", "needs_response")


def test_an_account_sees_its_own_events_only(box: StripeSandbox) -> None:
    session = paid(box)
    other = box.client(OTHER).v1.events.list(params={"limit": 100}).data
    about = {event.data.object["id"] for event in other}
    assert session.id not in about
    assert session.payment_intent not in about
