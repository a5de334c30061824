"""Endpoints and deliveries: signed, retried, doubled, out of order, never a stranger's (§5, §6)."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
import stripe

from tests.sandbox.conftest import Receiver
from tests.sandbox.stripe.conftest import (
    DEMO,
    HOOK,
    OTHER,
    StripeSandbox,
    error_of,
    paid,
    told,
    wanted,
)

LATEST: Literal["2026-10-28.endive"] = "2026-10-28.endive"


@pytest.fixture(scope="module")
def peer() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture(scope="module")
def hooked(peer: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeSandbox]:
    box = StripeSandbox(tmp_path_factory.mktemp("hooked"), webhooks=peer.url, retry_clock=6000)
    yield box
    box.stop()


@pytest.fixture
def endpoint(hooked: StripeSandbox, peer: Receiver) -> Iterator[stripe.WebhookEndpoint]:
    """The demo account's only endpoint: sessions and refunds."""
    hooked.mend()
    peer.got.clear()
    peer.statuses.clear()
    hook = hooked.client().v1.webhook_endpoints.create(params={
        "url": HOOK, "api_version": LATEST,
        "enabled_events": ["checkout.session.completed", "checkout.session.expired"],
    })  # fmt: skip
    yield hook
    hooked.client().v1.webhook_endpoints.delete(hook.id)


def _event(row: tuple[float, dict[str, str], bytes], secret: str) -> stripe.Event:
    """What the official library makes of a delivery."""
    _, headers, body = row
    event: stripe.Event = stripe.Webhook.construct_event(body, headers["stripe-signature"], secret)
    return event


def _expired(box: StripeSandbox) -> str:
    session = box.client().v1.checkout.sessions.create(params=wanted())
    box.client().v1.checkout.sessions.expire(session.id)
    return session.id


def test_a_delivery_is_believed_by_the_official_library(
    hooked: StripeSandbox, peer: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    session = paid(hooked)
    peer.wait(1)
    _, headers, _ = peer.got[0]
    event = _event(peer.got[0], str(endpoint.secret))
    assert (event.type, event.data.object["id"]) == ("checkout.session.completed", session.id)
    assert (event.api_version, event.livemode) == (LATEST, False)
    assert event.data.object["payment_status"] == "paid"
    assert "line_items" not in event.data.object
    assert (headers["content-type"], headers["host"], headers["user-agent"]) == (
        "application/json; charset=utf-8", "backroom.test",
        "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    )  # fmt: skip
    with pytest.raises(stripe.SignatureVerificationError):
        _event(peer.got[0], "whsec_another")
    assert len(peer.got) == 1


def test_a_failed_delivery_comes_again_signed_anew(
    hooked: StripeSandbox, peer: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    peer.statuses = [500, 302]
    _expired(hooked)
    bodies = peer.wait(3)
    assert bodies[0] == bodies[1] == bodies[2]
    for row in peer.got:
        assert _event(row, str(endpoint.secret)).id == bodies[0]["id"]
    attempts = hooked.control("deliveries")["deliveries"][-1]["attempts"]
    until = time.monotonic() + 5
    while len(attempts) < 3:
        assert time.monotonic() < until
        attempts = hooked.control("deliveries")["deliveries"][-1]["attempts"]
    assert [each["status"] for each in attempts] == [500, 302, 200]


def test_after_three_retries_it_is_given_up_and_can_be_read_back(
    hooked: StripeSandbox, peer: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    peer.statuses = [500] * 4
    session = _expired(hooked)
    peer.wait(4)
    until = time.monotonic() + 5
    while hooked.control("deliveries")["deliveries"][-1]["status"] != "failed":
        assert time.monotonic() < until
    failed = hooked.client().v1.events.list(params={"delivery_success": False, "limit": 1}).data[0]
    assert (failed.data.object["id"], failed.pending_webhooks) == (session, 0)
    hooked.control(f"accounts/{DEMO}/resend", {"event": failed.id})
    peer.wait(5)
    assert _event(peer.got[4], str(endpoint.secret)).id == failed.id


def test_twice_late_never_forged_and_stale(
    hooked: StripeSandbox, peer: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    secret = str(endpoint.secret)
    hooked.fault(kind="webhook_duplicate", count=1)
    _expired(hooked)
    bodies = peer.wait(2)
    assert bodies[0]["id"] == bodies[1]["id"]
    hooked.fault(kind="webhook_drop", count=1)
    dropped = _expired(hooked)
    hooked.fault(kind="webhook_forged", count=1)
    _expired(hooked)
    peer.wait(3)
    hooked.fault(kind="webhook_stale", seconds=3600, count=1)
    _expired(hooked)
    peer.wait(4)
    for row, words in (
        (peer.got[2], "No signatures found"),
        (peer.got[3], "outside the tolerance"),
    ):
        with pytest.raises(stripe.SignatureVerificationError, match=words):
            _event(row, secret)
    assert dropped not in [row["data"]["object"]["id"] for row in peer.wait(4)]
    hooked.fault(kind="webhook_delay", seconds=0.3, count=1)
    late, soon = _expired(hooked), _expired(hooked)
    assert [row["data"]["object"]["id"] for row in peer.wait(6)[4:]] == [soon, late]


def test_a_rolled_secret_signs_beside_the_new_one(
    hooked: StripeSandbox, peer: Receiver, endpoint: stripe.WebhookEndpoint
) -> None:
    fresh = hooked.act("roll-secret", endpoint=endpoint.id)
    _expired(hooked)
    peer.wait(1)
    assert peer.got[0][1]["stripe-signature"].count("v1=") == 2
    for secret in (fresh, str(endpoint.secret)):
        assert _event(peer.got[0], secret).type == "checkout.session.expired"
    hooked.act("roll-secret", endpoint=endpoint.id, hours=0)
    _expired(hooked)
    peer.wait(2)
    with pytest.raises(stripe.SignatureVerificationError):
        _event(peer.got[1], fresh)


@pytest.mark.usefixtures("endpoint")
def test_an_endpoint_hears_what_it_asked_for_in_its_own_version(
    hooked: StripeSandbox, peer: Receiver
) -> None:
    old = hooked.client().v1.webhook_endpoints.create(params={
        "url": f"{HOOK}/old", "enabled_events": ["*"], "api_version": "2025-09-30.clover",
    })  # fmt: skip
    stranger = hooked.client(OTHER).v1.webhook_endpoints.create(
        params={"url": f"{HOOK}/other", "enabled_events": ["*"]}
    )
    session = paid(hooked)
    bodies = peer.wait(6)
    modes = {
        (body["api_version"], body["data"]["object"]["ui_mode"])
        for body in bodies
        if body["type"] == "checkout.session.completed"
    }
    assert modes == {(LATEST, "hosted_page"), ("2025-09-30.clover", "hosted")}
    assert len(bodies) == 6
    sent = hooked.control(f"deliveries?account={OTHER}")["deliveries"]
    assert sent == []
    hooked.client().v1.webhook_endpoints.delete(old.id)
    hooked.client(OTHER).v1.webhook_endpoints.delete(stranger.id)
    assert session.status == "complete"


@pytest.mark.usefixtures("endpoint")
def test_the_page_waits_for_the_shops_answer(hooked: StripeSandbox, peer: Receiver) -> None:
    params = wanted(success_url="https://backroom.test/ok?s={CHECKOUT_SESSION_ID}")
    session = hooked.client().v1.checkout.sessions.create(params=params)
    form = "email=robin%40example.com&method=card&card=4242424242424242"
    status, _, headers = hooked.raw("POST", f"/c/pay/{session.id}", form)
    assert (status, len(peer.got)) == (303, 1)
    # The shop's public address is this machine's, for the customer's browser, too.
    assert headers["location"] == f"{peer.url}/ok?s={session.id}"


@pytest.mark.parametrize(("changes", "param"), [
    ({"url": "http://backroom.test/hook"}, "url"),
    ({"url": "https://localhost/hook"}, "url"),
    ({"url": "https://192.168.1.4/hook"}, "url"),
    ({"url": "backroom"}, "url"),
    ({"enabled_events": ["checkout.session.vanished"]}, "enabled_events[0]"),
    ({"enabled_events": []}, "enabled_events"),
    ({"api_version": "2031-01-01.zebra"}, None),
])  # fmt: skip
def test_endpoints_that_are_refused(
    client: stripe.StripeClient, changes: dict[str, Any], param: str | None
) -> None:
    params: Any = {"url": HOOK, "enabled_events": ["*"], **changes}
    if not params["enabled_events"]:
        params["enabled_events"] = ""
    error = error_of(lambda: client.v1.webhook_endpoints.create(params=params))
    assert (error.http_status, told(error)[2]) == (400, param)


def test_the_secret_is_told_once(client: stripe.StripeClient) -> None:
    hook = client.v1.webhook_endpoints.create(params={"url": HOOK, "enabled_events": ["*"]})
    assert str(hook.secret).startswith("whsec_")
    assert "secret" not in client.v1.webhook_endpoints.retrieve(hook.id).to_dict()
    client.v1.webhook_endpoints.delete(hook.id)
    error = error_of(lambda: client.v1.webhook_endpoints.retrieve(hook.id))
    assert told(error) == (404, "resource_missing", "id")


def test_pending_deliveries_survive_a_restart(
    start: Callable[..., StripeSandbox], peer: Receiver
) -> None:
    peer.got.clear()
    peer.statuses = [500]
    box = start(webhooks=peer.url, retry_clock=600)
    box.client().v1.webhook_endpoints.create(params={"url": HOOK, "enabled_events": ["*"]})
    _expired(box)
    peer.wait(1)
    box.stop()
    box.start()
    bodies = peer.wait(2)
    assert bodies[0] == bodies[1]
