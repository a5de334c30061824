"""Stripe's deliveries at the real door: whose they are is told by the secret alone."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe
from django.http import HttpResponse

from foundation.inbox import accounts, sources
from foundation.inbox.door import WebhookDoor
from foundation.inbox.models import InboxMessage
from foundation.shops.api import change_secrets
from foundation.shops.models import Connection, Shop, User
from orders.payments import receiver
from tests import factories
from tests.wsgi import call

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_SECRET = "whsec_other"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No remembered secrets, and Stripe's address registered."""
    known = dict(sources._paths)
    accounts.forget()
    receiver.register()
    yield
    sources._paths.clear()
    sources._paths.update(known)
    accounts.forget()


@pytest.fixture
def demo(shop: Shop) -> Connection:
    return factories.stripe_connection(shop)


def body(number: str = "evt_1", **more: Any) -> bytes:
    event = {"id": number, "object": "event", "type": "refund.created", "livemode": False, **more}
    return json.dumps(event).encode()


def deliver(
    sent: bytes,
    *,
    secret: str = factories.STRIPE_WEBHOOK_SECRET,
    age: int = 0,
    header: str | None = None,
) -> HttpResponse:
    signature = header
    if signature is None:
        moment = int(time.time()) - age
        signature = stripe.WebhookSignature.generate_signature_header(
            sent.decode("utf-8", "replace"), secret, moment
        )
    given = {"Stripe-Signature": signature} if signature else {}
    return call(WebhookDoor(_nothing_else), "/webhooks/stripe/", sent, headers=given)


def _nothing_else(_: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("404 Not Found", [])
    return [b"passed on"]


def refusal(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content)["type"].rpartition(":")[2]


def kept() -> list[tuple[str, str, Any]]:
    rows = InboxMessage.objects.order_by("pk")
    return list(rows.values_list("topic", "external_id", "connection_id"))


def test_a_delivery_is_kept_for_the_account_whose_secret_signed_it(
    demo: Connection, stranger: User
) -> None:
    elsewhere = Shop.objects.for_user(stranger).get()
    other = factories.stripe_connection(
        elsewhere, account="acct_1OtherDockside00", secret=OTHER_SECRET
    )
    assert deliver(body("evt_1")).status_code == 200
    assert deliver(body("evt_2"), secret=OTHER_SECRET).status_code == 200
    # The same event again is the same row.
    assert deliver(body("evt_1"), age=200).status_code == 200
    assert kept() == [("refund.created", "evt_1", demo.pk), ("refund.created", "evt_2", other.pk)]


@pytest.mark.parametrize(("more", "answer"), [
    ({"header": ""}, (401, "unsigned")),
    ({"header": "t=1,v1=zz"}, (401, "mis-signed")),
    ({"secret": "whsec_nobody"}, (401, "mis-signed")),
    ({"age": 301}, (401, "stale")),
    ({"age": -330}, (401, "stale")),
])  # fmt: skip
def test_what_is_not_believed_is_not_kept(
    demo: Connection, more: dict[str, Any], answer: tuple[int, str]
) -> None:
    assert demo.kind == "stripe"
    assert refusal(deliver(body(), **more)) == answer
    assert kept() == []


def test_an_event_of_another_account_is_refused_whoever_signed_it(demo: Connection) -> None:
    assert demo.account == "acct_1demomaplemutt00"
    foreign = deliver(body("evt_1", account="acct_1OtherDockside00"))
    assert refusal(foreign) == (401, "foreign-account")
    assert deliver(body("evt_2", account="acct_1DemoMapleMutt00")).status_code == 200
    assert refusal(deliver(b"[]")) == (401, "incomplete")
    assert kept() == [("refund.created", "evt_2", demo.pk)]


def test_nobody_is_believed_while_no_account_is_connected(shop: Shop) -> None:
    assert shop.name
    assert refusal(deliver(body())) == (401, "unknown-account")


def test_a_changed_secret_works_at_once_beside_the_former_one(demo: Connection) -> None:
    assert deliver(body("evt_1")).status_code == 200
    change_secrets(connection_id=demo.pk, changed={"webhook_secret": "whsec_fresh"}, actor_id=None)
    assert deliver(body("evt_2"), secret="whsec_fresh").status_code == 200
    assert deliver(body("evt_3")).status_code == 200
    change_secrets(connection_id=demo.pk, changed={"webhook_secret": "whsec_newest"}, actor_id=None)
    accounts.forget(demo.pk)
    assert refusal(deliver(body("evt_4"))) == (401, "mis-signed")
    assert [row[1] for row in kept()] == ["evt_1", "evt_2", "evt_3"]


def test_accounts_are_remembered_between_deliveries(
    demo: Connection, django_assert_num_queries: Any
) -> None:
    assert deliver(body("evt_1")).status_code == 200
    with django_assert_num_queries(0):
        verdict = receiver.StripeReceiver().verify(
            {"Stripe-Signature": ""}, b"", accounts.Lookup("stripe")
        )
    assert getattr(verdict, "reason", "") == "unsigned"
    assert [row[2] for row in kept()] == [demo.pk]
