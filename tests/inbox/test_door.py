"""What the vendors' door answers, and what it keeps."""

import json
import time
import uuid
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from foundation.failures import Permanent
from foundation.inbox import door
from foundation.inbox.api import read_message
from foundation.inbox.door import WebhookDoor
from foundation.inbox.models import InboxMessage
from foundation.shops.api import change_secrets
from foundation.shops.models import Connection
from foundation.work.models import Job
from tests import factories
from tests.wsgi import call

from .conftest import Delivery, Receiver, problem

pytestmark = pytest.mark.django_db


def kept() -> list[dict[str, Any]]:
    """Return all stored messages without what differs each time."""
    return [
        {**row, "body": bytes(row["body"])}
        for row in InboxMessage.objects.order_by("pk").values(
            "source",
            "topic",
            "shop_id",
            "connection_id",
            "external_id",
            "headers",
            "body",
            "state",
            "reason",
        )
    ]


def jobs() -> list[tuple[Any, ...]]:
    """Return all jobs as (name, shop, payload, state)."""
    return list(Job.objects.order_by("name").values_list("name", "shop_id", "payload", "state"))


def test_a_good_webhook_is_stored_once_with_a_job_for_each_listener(connection: Connection) -> None:
    delivery = Delivery(headers={"X-Request-Id": "secret-looking"})

    response = delivery.post()

    assert (response.status_code, response.content) == (200, b"")
    assert kept() == [
        {
            "source": "shopify",
            "topic": "inventory_levels/update",
            "shop_id": connection.shop_id,
            "connection_id": connection.pk,
            "external_id": delivery.external_id,
            "headers": {"X-Shopify-API-Version": "2026-10"},
            "body": delivery.body,
            "state": "stored",
            "reason": "",
        }
    ]
    message = InboxMessage.objects.get()
    assert jobs() == [
        ("somewhere.stock_changed", connection.shop_id, {"message_id": message.pk}, "queued"),
        ("somewhere.watch_threshold", connection.shop_id, {"message_id": message.pk}, "queued"),
    ]


@pytest.mark.usefixtures("connection")
def test_the_same_delivery_again_is_acknowledged_and_makes_no_job() -> None:
    delivery = Delivery()

    answers = [delivery.post().status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert len(kept()) == 1
    assert len(jobs()) == 2


@pytest.mark.parametrize(
    "path",
    ["/webhooks/shopify", "/webhooks/shopify/", "/webhooks/inventory", "/webhooks/inventory/"],
)
@pytest.mark.usefixtures("connection")
def test_every_address_works_with_and_without_a_slash(path: str) -> None:
    assert Delivery(path=path).post().status_code == 200
    assert [row["state"] for row in kept()] == ["stored"]


@pytest.mark.usefixtures("connection")
def test_other_paths_are_passed_on() -> None:
    response = Delivery(path="/webhooks/stripe/").post()

    assert (response.status_code, response.content) == (404, b"passed on")
    assert Receiver.calls == 0 or kept() == []


@pytest.mark.parametrize(
    ("delivery", "status", "reason"),
    [
        (Delivery(headers={"X-Shopify-Hmac-Sha256": ""}), 401, "unsigned"),
        (Delivery(headers={"X-Shopify-Hmac-Sha256": "AAAA"}), 401, "mis-signed"),
        (Delivery(headers={"X-Shopify-Hmac-Sha256": "é\x01"}), 401, "mis-signed"),
        (Delivery(secret="somebody else's"), 401, "mis-signed"),
        (Delivery(account="nobody.myshopify.com"), 401, "unknown-account"),
        (Delivery(account="x" * 5_000), 401, "unknown-account"),
        (Delivery(topic=""), 401, "incomplete"),
        (Delivery(topic="x" * 101), 401, "incomplete"),
        (Delivery(external_id=""), 401, "incomplete"),
        (Delivery(external_id="a\x00b"), 401, "incomplete"),
        (Delivery(external_id="1" * 201), 401, "incomplete"),
        (Delivery(body=b"x" * (2 * 1024 * 1024 + 1)), 413, "oversized"),
        (Delivery(method="GET"), 405, "method-not-allowed"),
        (Delivery(method="PUT"), 405, "method-not-allowed"),
    ],
)
@pytest.mark.usefixtures("connection")
def test_what_is_refused_says_why_and_leaves_nothing(
    delivery: Delivery, status: int, reason: str
) -> None:
    response = delivery.post()

    told = problem(response)
    assert response.status_code == told["status"] == status
    assert told["type"] == f"urn:backroom:problem:webhook:{reason}"
    assert set(told) == {"type", "title", "status", "detail"}
    assert kept() == []
    assert jobs() == []


@pytest.mark.usefixtures("connection")
def test_an_unknown_topic_is_kept_as_ignored() -> None:
    response = Delivery(topic="carts/update").post()

    assert response.status_code == 200
    assert [(row["state"], row["reason"]) for row in kept()] == [
        ("ignored", "Nobody listens to carts/update.")
    ]
    assert jobs() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a":"\xff"}',
        b"[" * 100_000,
        b'{"a":NaN}',
        b"\x00",
    ],
)
@pytest.mark.usefixtures("connection")
def test_a_malformed_body_is_kept_byte_for_byte_as_ignored(body: bytes) -> None:
    response = Delivery(body=body).post()

    assert response.status_code == 200
    (row,) = kept()
    assert (row["state"], row["body"]) == ("ignored", body)
    assert row["reason"].startswith("The body is not JSON: ")
    assert jobs() == []


@pytest.mark.usefixtures("connection")
def test_a_chunked_body_is_read_no_further_than_the_limit() -> None:
    class Endless(BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert size > 0
            piece = b"x" * min(size, 65_536)
            self.taken += len(piece)
            return piece

    stream = Endless()
    response = call(
        WebhookDoor(lambda _environ, _start: []),
        "/webhooks/shopify/",
        environ={"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": stream},
    )

    assert response.status_code == 413
    assert stream.taken == 2 * 1024 * 1024 + 1


def test_both_secrets_of_a_rotation_fit_and_a_new_one_at_once(connection: Connection) -> None:
    assert Delivery().post().status_code == 200
    change_secrets(connection_id=connection.pk, changed={"webhook_secret": "new"}, actor_id=None)

    # The account is remembered with its old secret: the door looks again before it refuses.
    assert Delivery(secret="new").post().status_code == 200
    assert Delivery().post().status_code == 200
    assert Delivery(secret="never").post().status_code == 401


@pytest.mark.usefixtures("connection")
def test_a_withdrawn_account_is_forgotten_within_ten_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert Delivery().post().status_code == 200
    Connection.objects.all().delete()
    assert Delivery().post().status_code == 200

    clock = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: clock + 10.1)
    response = Delivery().post()

    assert problem(response)["type"] == "urn:backroom:problem:webhook:unknown-account"
    assert len(kept()) == 2


@pytest.mark.usefixtures("connection")
def test_the_second_webhook_of_an_account_costs_one_statement() -> None:
    Delivery().post()

    with CaptureQueriesContext(database) as queries:
        Delivery().post()

    # The statement itself runs beside Django's cursor and is not seen; nothing else may run.
    assert [query["sql"] for query in queries] == []
    assert len(kept()) == 2


@pytest.mark.usefixtures("connection")
def test_a_database_that_is_away_is_said_honestly(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> bool:
        message = "the server closed the connection unexpectedly"
        raise OperationalError(message)

    monkeypatch.setattr(door, "store", away)
    response = Delivery().post()

    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert problem(response)["type"] == "urn:backroom:problem:webhook:not-stored"
    assert kept() == []


def test_a_listener_reads_what_came(connection: Connection) -> None:
    delivery = Delivery()
    delivery.post()
    row = InboxMessage.objects.get()

    content = read_message(row.pk)

    assert (content.topic, content.shop_id, content.connection_id, content.external_id) == (
        "inventory_levels/update",
        connection.shop_id,
        connection.pk,
        delivery.external_id,
    )
    assert content.headers == {"X-Shopify-API-Version": "2026-10"}
    assert (content.body, content.received_at) == (delivery.body, row.received_at)
    assert content.json() == json.loads(delivery.body)


@pytest.mark.usefixtures("connection")
def test_reading_what_is_gone_or_malformed_ends_the_job_with_the_place() -> None:
    with pytest.raises(Permanent, match="Inbox message 404 is gone"):
        read_message(404)

    Delivery(body=b'{"a": 1, "b": }').post()
    with pytest.raises(Permanent, match=r"is not JSON: .*byte 14"):
        read_message(InboxMessage.objects.get().pk).json()


@pytest.mark.usefixtures("listeners")
def test_the_same_id_from_two_shops_is_two_messages(connection: Connection, stranger: Any) -> None:
    other = stranger.memberships.get().shop
    factories.shopify_connection(other, account="other.myshopify.com", secret="theirs")
    same = str(uuid.uuid4())

    Delivery(external_id=same).post()
    Delivery(external_id=same, account="other.myshopify.com", secret="theirs").post()

    assert [row["shop_id"] for row in kept()] == [connection.shop_id, other.pk]
    # Signed by one, said to be the other's: refused.
    assert Delivery(account="other.myshopify.com").post().status_code == 401
    assert len(kept()) == 2
