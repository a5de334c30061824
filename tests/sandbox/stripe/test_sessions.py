"""What makes a session, and what the vendor refuses to make one of."""

import time
import urllib.parse
from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.conftest import (
    KEYS,
    OTHER,
    StripeSandbox,
    error_of,
    line,
    paid,
    told,
    wanted,
)

HALF_HOUR, DAY = 1800, 86_400


def _now() -> int:
    return int(time.time())


def _rate(amount: int = 900, currency: str = "cad") -> dict[str, Any]:
    fixed = {"amount": amount, "currency": currency}
    return {
        "shipping_rate_data": {
            "display_name": "Post", "type": "fixed_amount", "fixed_amount": fixed,
        }
    }  # fmt: skip


REFUSED: list[tuple[str, dict[str, Any], tuple[int, str | None, str | None]]] = [
    ("an unknown name", {"colour": "red"}, (400, "parameter_unknown", "colour")),
    (
        "an unknown name inside",
        {"line_items": [{**line(), "price_data": {**line()["price_data"], "sku": "x"}}]},
        (400, "parameter_unknown", "line_items[0][price_data][sku]"),
    ),
    ("a name that is not simulated", {"discounts": [{"coupon": "x"}]},
     (400, "sandbox_unsupported", "discounts")),
    ("a mode that is not simulated", {"mode": "subscription"},
     (400, "sandbox_unsupported", "mode")),
    ("a mode of older versions", {"ui_mode": "hosted"}, (400, None, "ui_mode")),
    ("no success page", {"success_url": ""}, (400, "parameter_invalid_empty", "success_url")),
    ("a relative address", {"success_url": "/thanks"}, (400, "url_invalid", "success_url")),
    ("a script for an address", {"cancel_url": "javascript:alert(1)"},
     (400, "url_invalid", "cancel_url")),
    ("a price by id", {"line_items": [{"price": "price_x", "quantity": 1}]},
     (400, "resource_missing", "line_items[0][price]")),
    ("a line without a price", {"line_items": [{"quantity": 1}]},
     (400, "parameter_missing", "line_items[0][price]")),
    ("no quantity", {"line_items": [{"price_data": line()["price_data"]}]},
     (400, "parameter_missing", "line_items[0][quantity]")),
    ("a quantity of nothing", {"line_items": [line(quantity=0)]},
     (400, "parameter_invalid_integer", "line_items[0][quantity]")),
    ("half a cent", {"line_items": [{"quantity": 1, "price_data": {
        "currency": "cad", "unit_amount": "24.5", "product_data": {"name": "x"}}}]},
     (400, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]")),
    ("a currency nobody has", {"line_items": [line(currency="xyz")]},
     (400, None, "line_items[0][price_data][currency]")),
    ("two currencies", {"line_items": [line(), line(currency="usd")]}, (400, None, "line_items")),
    ("less than a charge may be", {"line_items": [line(49)]}, (400, "amount_too_small", None)),
    ("more than a charge may be", {"line_items": [line(99_999_999, 2)]},
     (400, "amount_too_large", None)),
    ("a tenth of a fils", {"line_items": [line(5001, currency="kwd")]}, (400, None, "line_items")),
    ("101 lines", {"line_items": [line()] * 101}, (400, None, "line_items")),
    ("too long a reference", {"client_reference_id": "x" * 201},
     (400, None, "client_reference_id")),
    ("51 keys", {"metadata": {str(n): "x" for n in range(51)}}, (400, None, "metadata")),
    ("too long a key", {"metadata": {"k" * 41: "x"}}, (400, None, "metadata")),
    ("too long a value", {"payment_intent_data": {"metadata": {"k": "x" * 501}}},
     (400, None, "payment_intent_data[metadata][k]")),
    ("a customer nobody knows", {"customer": "cus_x"}, (400, "resource_missing", "customer")),
    ("customer and e-mail", {"customer": "cus_x", "customer_email": "a@b.ca"},
     (400, "parameters_exclusive", "customer")),
    ("no e-mail", {"customer_email": "robin"}, (400, "email_invalid", "customer_email")),
    ("a language nobody speaks", {"locale": "xx"}, (400, None, "locale")),
    ("six ways to ship", {"shipping_options": [_rate()] * 6}, (400, None, "shipping_options")),
    ("postage in another currency", {"shipping_options": [_rate(currency="usd")]},
     (400, None, "shipping_options[0][shipping_rate_data][fixed_amount][currency]")),
    ("a rate nobody made", {"shipping_options": [{"shipping_rate": "shr_x"}]},
     (400, "resource_missing", "shipping_options[0][shipping_rate]")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "answer"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_the_vendor_refuses_is_refused(
    client: stripe.StripeClient, changes: dict[str, Any], answer: tuple[int, str | None, str | None]
) -> None:
    params = wanted(**changes)
    assert told(error_of(lambda: client.v1.checkout.sessions.create(params=params))) == answer


@pytest.mark.parametrize("name", ["mode", "line_items", "success_url"])
def test_what_is_needed_is_named(client: stripe.StripeClient, name: str) -> None:
    params = wanted()
    del params[name]
    error = error_of(lambda: client.v1.checkout.sessions.create(params=params))
    assert told(error) == (400, "parameter_missing", name)


@pytest.mark.parametrize(("life", "taken"), [
    (HALF_HOUR - 60, False), (HALF_HOUR + 60, True), (DAY - 60, True), (DAY + 60, False),
])  # fmt: skip
def test_a_session_lives_from_half_an_hour_to_a_day(
    client: stripe.StripeClient, life: int, taken: bool
) -> None:
    params = wanted(expires_at=_now() + life)
    if taken:
        made = client.v1.checkout.sessions.create(params=params)
        assert made.expires_at == params["expires_at"]
    else:
        error = error_of(lambda: client.v1.checkout.sessions.create(params=params))
        assert told(error) == (400, None, "expires_at")


def test_an_open_session_tells_what_was_asked_for(
    box: StripeSandbox, client: stripe.StripeClient
) -> None:
    params = wanted(customer_email="robin@example.com", locale="fr-CA")
    session = client.v1.checkout.sessions.create(params=params).to_dict()
    assert {name: session[name] for name in (
        "status", "payment_status", "amount_subtotal", "amount_total", "currency",
        "client_reference_id", "customer_email", "locale", "metadata", "payment_intent", "ui_mode",
    )} == {
        "status": "open", "payment_status": "unpaid", "amount_subtotal": 4800,
        "amount_total": 4800, "currency": "cad", "client_reference_id": "order-42",
        "customer_email": "robin@example.com", "locale": "fr-CA", "metadata": {"order": "42"},
        "payment_intent": None, "ui_mode": "hosted_page",
    }  # fmt: skip
    assert session["url"].startswith(f"{box.origin}/c/pay/{session['id']}#")
    assert session["expires_at"] == session["created"] + DAY


def test_currencies_without_and_with_three_decimals(client: stripe.StripeClient) -> None:
    for currency, amount in (("jpy", 5000), ("kwd", 5000)):
        params = wanted(line_items=[line(amount, 3, currency)])
        assert client.v1.checkout.sessions.create(params=params).amount_total == 15_000


def test_only_an_open_session_can_be_expired(
    box: StripeSandbox, client: stripe.StripeClient
) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    ended = client.v1.checkout.sessions.expire(session.id)
    assert (ended.status, ended.payment_status, ended.url) == ("expired", "unpaid", None)
    assert box.events(session.id) == ["checkout.session.expired"]
    error = error_of(lambda: client.v1.checkout.sessions.expire(session.id))
    assert told(error) == (400, None, "session")
    bought = paid(box)
    assert error_of(lambda: client.v1.checkout.sessions.expire(bought.id)).http_status == 400
    assert client.v1.checkout.sessions.retrieve(bought.id).status == "complete"


def test_another_accounts_session_is_not_there(
    box: StripeSandbox, client: stripe.StripeClient
) -> None:
    session = client.v1.checkout.sessions.create(params=wanted())
    stranger = box.client(OTHER)
    for call in (
        lambda: stranger.v1.checkout.sessions.retrieve(session.id),
        lambda: stranger.v1.checkout.sessions.expire(session.id),
    ):
        assert told(error_of(call)) == (404, "resource_missing", "session")
    assert session.id not in [each.id for each in stranger.v1.checkout.sessions.list().data]


def test_lists_come_newest_first_by_cursor(box: StripeSandbox) -> None:
    client = box.client(OTHER)
    made = [client.v1.checkout.sessions.create(params=wanted()).id for _ in range(3)][::-1]
    sessions = client.v1.checkout.sessions
    first = sessions.list(params={"limit": 2})
    assert ([each.id for each in first.data], first.has_more) == (made[:2], True)
    rest = sessions.list(params={"starting_after": made[0], "limit": 2})
    assert [each.id for each in rest.data] == made[1:]
    before = sessions.list(params={"ending_before": made[2], "limit": 1})
    assert ([each.id for each in before.data], before.has_more) == ([made[1]], True)
    walked = [each.id for each in sessions.list(params={"limit": 1}).auto_paging_iter()]
    assert walked[:3] == made
    late = sessions.list(params={"created": {"gt": _now() + 5}})
    assert late.data == []
    assert told(error_of(lambda: sessions.list(params={"limit": 101}))) == (
        400, "parameter_invalid_integer", "limit",
    )  # fmt: skip
    assert told(error_of(lambda: sessions.list(params={"starting_after": "cs_x"}))) == (
        400, "resource_missing", "starting_after",
    )  # fmt: skip


def test_objects_come_in_the_place_of_their_ids(
    box: StripeSandbox, client: stripe.StripeClient
) -> None:
    bought = paid(box)
    paths = ["line_items", "payment_intent.latest_charge.balance_transaction"]
    session = client.v1.checkout.sessions.retrieve(bought.id, params={"expand": paths}).to_dict()
    assert session["line_items"]["data"][0]["description"] == "Poster"
    charge = session["payment_intent"]["latest_charge"]
    assert charge["balance_transaction"]["object"] == "balance_transaction"
    for paths in (["client_reference_id"], ["a.b.c.d.e"]):
        wrong: Any = {"expand": paths}
        error = error_of(lambda w=wrong: client.v1.checkout.sessions.create(params=wanted(**w)))  # type: ignore[misc]  # bound at once
        assert told(error) == (400, None, "expand")
    # Nothing of the refused ones was kept.
    listed = client.v1.checkout.sessions.list(params={"limit": 1}).data
    assert listed[0].id == bought.id


def test_versions_show_what_they_showed(box: StripeSandbox) -> None:
    bought = paid(box, shipping_address_collection={"allowed_countries": ["CA"]})
    path = f"/v1/checkout/sessions/{bought.id}"
    _, new, headers = box.raw("GET", path)
    assert (new["ui_mode"], headers["stripe-version"]) == ("hosted_page", stripe.api_version)
    assert "shipping_details" not in new
    _, old, headers = box.raw("GET", path, Stripe_Version="2024-06-20")
    assert (old["ui_mode"], headers["stripe-version"]) == ("hosted", "2024-06-20")
    assert old["shipping_details"] == new["collected_information"]["shipping_details"]
    for version in ("2026-10-28.basil", "2031-01-01.zebra", "latest"):
        assert box.raw("GET", path, Stripe_Version=version)[0] == 400


def test_keys_and_bodies_are_checked(box: StripeSandbox) -> None:
    assert box.raw("GET", "/v1/account", Authorization="Bearer sk_test_nobody")[0] == 401
    status, body, headers = box.raw("GET", "/v1/account", Authorization="")
    assert (status, body["error"]["type"]) == (401, "invalid_request_error")
    assert headers["request-id"].startswith("req_")
    basic = f"Basic {KEYS[OTHER]}"
    assert box.raw("GET", "/v1/account", Authorization=basic)[0] == 401
    status, body, _ = box.raw(
        "POST", "/v1/refunds", '{"amount": 1}', Content_Type="application/json"
    )
    assert (status, "content type" in body["error"]["message"]) == (400, True)
    assert box.raw("GET", "/v1/coupons")[0] == 404
    for form in ("a[b=1", "amount=1&amount=2", "metadata=1&metadata[a]=2"):
        assert box.raw("POST", "/v1/refunds", form)[0] == 400
    form = urllib.parse.urlencode({"payment_intent": "pi_x"})
    status, body, _ = box.raw("POST", "/v1/refunds", form)
    assert (status, body["error"]["code"]) == (404, "resource_missing")
