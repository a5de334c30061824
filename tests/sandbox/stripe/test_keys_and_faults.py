"""Idempotency keys, rate, scripted misbehaviour, and what survives (contract §7, §8)."""

import http.client
import threading
import time
import urllib.error
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.sandbox.stripe.conftest import (
    DEMO,
    OTHER,
    ProcessSandbox,
    StripeSandbox,
    error_of,
    paid,
    told,
    wanted,
)

SESSION = (
    "mode=payment&success_url=https%3A%2F%2Fshop.example%2Fok&line_items[0][quantity]=1"
    "&line_items[0][price_data][currency]=cad&line_items[0][price_data][unit_amount]=2400"
    "&line_items[0][price_data][product_data][name]=Poster"
)
CREATE = "/v1/checkout/sessions"


def _sessions(box: StripeSandbox) -> int:
    return len(box.control(f"accounts/{DEMO}/objects/checkout.session")["objects"])


def test_the_same_key_gets_the_same_answer(box: StripeSandbox) -> None:
    before = _sessions(box)
    _, first, told_first = box.raw("POST", CREATE, SESSION, Idempotency_Key="same-1")
    _, second, told_second = box.raw("POST", CREATE, SESSION, Idempotency_Key="same-1")
    assert first == second
    assert "idempotent-replayed" not in told_first
    assert (told_second["idempotent-replayed"], told_second["idempotency-key"]) == (
        "true",
        "same-1",
    )
    assert told_second["original-request"] == told_first["request-id"]
    assert _sessions(box) == before + 1
    changed = SESSION.replace("2400", "2500")
    status, body, _ = box.raw("POST", CREATE, changed, Idempotency_Key="same-1")
    assert (status, body["error"]["type"]) == (400, "idempotency_error")
    rows = [row for row in box.effects() if row["idempotency_key"] == "same-1"]
    assert [(row["changed"], row.get("refused")) for row in rows] == [
        (True, None), (False, None), (False, "idempotency_error"),
    ]  # fmt: skip
    stranger = box.client(OTHER)
    made = stranger.v1.checkout.sessions.create(
        params=wanted(), options={"idempotency_key": "same-1"}
    )
    assert made.id != first["id"]
    assert box.raw("POST", CREATE, SESSION, Idempotency_Key="k" * 256)[0] == 400


def test_failed_validation_is_not_kept_and_a_refusal_of_the_state_is(box: StripeSandbox) -> None:
    wrong = SESSION + "&colour=red"
    assert box.raw("POST", CREATE, wrong, Idempotency_Key="kept-1")[0] == 400
    assert box.raw("POST", CREATE, SESSION, Idempotency_Key="kept-1")[0] == 200
    intent = str(paid(box).payment_intent)
    form = f"payment_intent={intent}&amount=9999"
    first = box.raw("POST", "/v1/refunds", form, Idempotency_Key="kept-2")
    again = box.raw("POST", "/v1/refunds", form, Idempotency_Key="kept-2")
    assert (first[0], again[0], first[1]) == (400, 400, again[1])
    assert again[2]["idempotent-replayed"] == "true"


def test_a_key_in_use_is_409(box: StripeSandbox) -> None:
    box.fault(kind="slow", seconds=0.5, count=1)
    slow = threading.Thread(
        target=lambda: box.raw("POST", CREATE, SESSION, Idempotency_Key="busy-1")
    )
    slow.start()
    until = time.monotonic() + 5
    while not box.control("faults")["faults"][0]["struck"]:
        assert time.monotonic() < until
    status, body, headers = box.raw("POST", CREATE, SESSION, Idempotency_Key="busy-1")
    assert (status, body["error"]["code"]) == (409, "idempotency_key_in_use")
    assert headers["stripe-should-retry"] == "true"
    slow.join()
    assert box.raw("POST", CREATE, SESSION, Idempotency_Key="busy-1")[2]["idempotent-replayed"]


def test_a_lost_answer_is_found_by_its_key(box: StripeSandbox) -> None:
    before = _sessions(box)
    box.fault(kind="lose_answer", operation=r"checkout\.sessions\.create", count=1)
    with pytest.raises((http.client.HTTPException, urllib.error.URLError, OSError)):
        box.raw("POST", CREATE, SESSION, Idempotency_Key="lost-1")
    assert _sessions(box) == before + 1
    status, _, headers = box.raw("POST", CREATE, SESSION, Idempotency_Key="lost-1")
    assert (status, headers["idempotent-replayed"]) == (200, "true")
    assert _sessions(box) == before + 1


@pytest.mark.parametrize(("kind", "status", "done", "kept"), [
    ("5xx_before", 503, 0, None), ("5xx_after", 503, 1, 200), ("internal_error", 500, 1, 500),
])  # fmt: skip
def test_errors_of_the_vendor(
    box: StripeSandbox, kind: str, status: int, done: int, kept: int | None
) -> None:
    before = _sessions(box)
    box.fault(kind=kind, count=1)
    assert box.raw("POST", CREATE, SESSION, Idempotency_Key=kind)[0] == status
    assert _sessions(box) == before + done
    status, _, headers = box.raw("POST", CREATE, SESSION, Idempotency_Key=kind)
    assert status == (kept or 200)
    assert headers.get("idempotent-replayed") == (None if kept is None else "true")


def test_refusals_by_script(box: StripeSandbox, client: stripe.StripeClient) -> None:
    for kind, shape, status in (
        ("throttle", stripe.RateLimitError, 429),
        ("lock_timeout", stripe.RateLimitError, 429),
        ("unauthorized", stripe.AuthenticationError, 401),
        ("forbidden_403", stripe.PermissionError, 403),
    ):
        box.fault(kind=kind, count=1, account=DEMO)
        assert box.client(OTHER).v1.events.list().has_more is False
        error = error_of(client.v1.events.list)
        assert (type(error), error.http_status) == (shape, status)
    assert client.v1.events.list(params={"limit": 1}).url == "/v1/events"
    box.fault(kind="reset", count=1)
    assert isinstance(error_of(client.v1.events.list), stripe.APIConnectionError)


def test_an_account_may_call_25_times_a_second(start: Callable[..., StripeSandbox]) -> None:
    box = start()
    box.control("settings", {"rate_per_second": 25})
    statuses = [box.raw("GET", "/v1/account")[0] for _ in range(40)]
    assert statuses[:25] == [200] * 25
    assert 429 in statuses[25:]
    _, body, headers = next(
        answer for answer in (box.raw("GET", "/v1/account") for _ in range(60)) if answer[0] == 429
    )
    assert body["error"]["code"] == "rate_limit"
    assert "stripe-should-retry" not in headers
    assert box.client(OTHER).v1.events.list().data == []


def test_the_clock_goes_ahead(start: Callable[..., StripeSandbox]) -> None:
    box = start()
    client = box.client()
    session = client.v1.checkout.sessions.create(params=wanted())
    _, first, _ = box.raw("POST", CREATE, SESSION, Idempotency_Key="day")
    event = client.v1.events.list().data
    assert event == []
    box.control("clock", {"advance": 86_400})
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert box.events(session.id) == ["checkout.session.expired"]
    # A key is kept for a day, an event can be read for thirty.
    box.control("clock", {"advance": 10})
    assert box.raw("POST", CREATE, SESSION, Idempotency_Key="day")[1]["id"] != first["id"]
    expired = client.v1.events.list().data[0]
    box.control("clock", {"advance": 31 * 86_400})
    error = error_of(lambda: client.v1.events.retrieve(expired.id))
    assert told(error) == (404, "resource_missing", "id")
    with pytest.raises(urllib.error.HTTPError):
        box.control("clock", {"advance": -1})


def test_what_was_answered_survives_kill_9(start: Callable[..., StripeSandbox]) -> None:
    box = start(ProcessSandbox)
    box.raw("POST", CREATE, SESSION, Idempotency_Key="alive")
    bought = paid(box)
    key = box.control(f"accounts/{OTHER}/rotate-key", {})["key"]
    box.control("clock", {"advance": 60})

    def everything() -> list[Any]:
        kinds = ("checkout.session", "payment_intent", "charge", "event", "balance_transaction")
        rows = [box.control(f"accounts/{DEMO}/objects/{kind}") for kind in kinds]
        return [*rows, box.effects(), box.control(""), box.control("clock")["ahead"]]

    before = everything()
    box.stop()
    box.start()
    assert everything() == before
    assert box.raw("GET", "/v1/account", Authorization=f"Bearer {key}")[1]["id"] == OTHER
    replayed = box.raw("POST", CREATE, SESSION, Idempotency_Key="alive")
    assert replayed[2]["idempotent-replayed"] == "true"
    fresh = paid(box)
    assert fresh.id != bought.id


def test_the_control_api_wants_its_header_and_known_words(box: StripeSandbox) -> None:
    assert box.raw("GET", "/_sandbox/")[0] == 403
    for path, body in (
        ("faults", {"kind": "explode"}),
        ("faults", {"kind": "slow", "operation": "("}),
        ("settings", {"colour": 1}),
        (f"accounts/{DEMO}/pay", {"session": "x", "wallet": "apple"}),
    ):
        assert box.refusal(path, body)
    with pytest.raises(urllib.error.HTTPError) as missing:
        box.control("accounts/acct_x/pay", {"session": "x"})
    assert missing.value.code == 404
