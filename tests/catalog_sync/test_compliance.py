"""Privacy requests are answered and on record, and nothing of a person stays; removal keeps all."""

import json
from typing import Any

import pytest
from django.db import connection as database

from catalog_sync.enums import StockCause
from catalog_sync.models import Product, StockHistory, StockLevel, Variant
from foundation.alerts.models import Alert
from foundation.audit.models import AuditEvent
from foundation.inbox import accounts
from foundation.inbox.models import InboxMessage
from foundation.outbound.models import Exchange
from foundation.shops.api import connection_access
from foundation.shops.models import Connection, Shop
from foundation.work.enums import Group, JobState
from foundation.work.models import Job
from tests.factories import shopify_connection

from .conftest import LATER, Post, product, recorded, work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("connection")]

TOPICS = ("customers/data_request", "customers/redact", "shop/redact")
PERSON = ("carla.customer@example.com", "555-625-1199", "191167")


def fixture(topic: str) -> dict[str, Any]:
    return recorded(topic.replace("/", "_"))


def everything_written() -> str:
    """All that these tables say, as text."""
    told = []
    with database.cursor() as cursor:
        for table in (
            "inbox_inboxmessage",
            "audit_auditevent",
            "alerts_alert",
            "work_job",
            "mail_mail",
        ):
            cursor.execute(f"SELECT to_jsonb(t) FROM {table} t")  # noqa: S608 -- names above
            told += [str(row) for row in cursor.fetchall()]
        cursor.execute("SELECT body FROM inbox_inboxmessage")
        told += [bytes(row[0]).decode() for row in cursor.fetchall()]
    return "\n".join(told)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_forged_request_is_refused(topic: str, post: Post) -> None:
    assert post(topic, fixture(topic), secret="shpss_wrong").status_code == 401
    assert (Job.objects.count(), InboxMessage.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("topic", "verb", "details"),
    [
        (
            "customers/data_request",
            "catalog.privacy.customer_data_asked",
            {"request": 9999, "orders": 2},
        ),
        ("customers/redact", "catalog.privacy.customer_redacted", {"orders": 1}),
    ],
)
def test_a_customers_request_is_on_record_without_the_customer(
    topic: str, verb: str, details: dict[str, Any], post: Post, connection: Connection
) -> None:
    assert post(topic, fixture(topic)).status_code == 200
    work()

    event = AuditEvent.objects.get(verb=verb)
    assert (event.shop_id, event.object_id, event.details) == (
        connection.shop_id,
        str(connection.pk),
        details,
    )
    assert "keeps no customers" in event.reason
    message = InboxMessage.objects.get()
    assert (bytes(message.body), message.headers) == (b"", {})
    assert "named a customer" in message.reason
    written = everything_written()
    assert [each for each in PERSON if each in written] == []
    connection.refresh_from_db()
    assert connection.state == "active"


def test_a_redacted_shop_keeps_its_history_and_nothing_else(
    post: Post, connection: Connection, stranger: Any
) -> None:
    other = shopify_connection(
        Shop.objects.get(name="Elsewhere", memberships__user=stranger),
        account="elsewhere.myshopify.com",
    )
    kept = InboxMessage.objects.create(
        source="shopify",
        topic="shop/update",
        shop_id=other.shop_id,
        connection_id=other.pk,
        external_id="theirs",
        body=b"{}",
        state="ignored",
    )
    post("products/create", product())
    post("app/uninstalled", recorded("app_uninstalled"))
    work()
    assert "12 Maple Row" in everything_written()
    post("shop/redact", fixture("shop/redact"))
    work()

    assert connection_access(connection.pk).secrets == {}
    assert connection_access(other.pk).secrets != {}
    mine = InboxMessage.objects.filter(connection_id=connection.pk)
    assert {bytes(each.body) for each in mine} == {b""}
    kept.refresh_from_db()
    assert bytes(kept.body) == b"{}"
    assert "12 Maple Row" not in everything_written()
    assert (Product.objects.count(), Variant.objects.count()) == (1, 2)
    event = AuditEvent.objects.get(verb="catalog.privacy.shop_redacted")
    assert event.details == {"domain": "demo-shop.myshopify.com"}
    erased = AuditEvent.objects.get(verb="shops.connection.secrets_erased")
    assert erased.details == {"erased": ["access_token", "webhook_secret"]}
    alert = Alert.objects.get(key=f"redacted:{connection.pk}")
    assert (alert.shop_id, alert.severity) == (None, "warning")


def test_nobody_is_believed_after_the_secret_is_gone(post: Post, connection: Connection) -> None:
    post("shop/redact", fixture("shop/redact"))
    work()
    accounts.forget()

    assert post("products/update", product()).status_code == 401
    assert post("products/update", product(), secret="").status_code == 401
    connection.refresh_from_db()
    assert (connection.state, Product.objects.count()) == ("parked", 0)


def test_a_request_of_another_shape_is_a_dead_letter_in_words(post: Post) -> None:
    assert post("shop/redact", {"shop": 1}).status_code == 200
    work()

    job = Job.objects.get(name="catalog_sync.shop_redacted")
    assert (job.state, "another shape" in job.error) == (JobState.DEAD, True)


# --- removed, and what still comes -------------------------------------------------------------


def test_removal_deletes_nothing(post: Post) -> None:
    post("products/create", product())
    post("inventory_levels/update", recorded("inventory_levels_update", available=7))
    work()
    models: tuple[Any, ...] = (Product, Variant, StockLevel, StockHistory)
    before = [list(model.objects.order_by("pk").values()) for model in models]
    post("app/uninstalled", recorded("app_uninstalled"))
    work()

    assert [list(model.objects.order_by("pk").values()) for model in models] == before


def test_a_webhook_of_a_removed_shop_is_kept_and_harmless(
    post: Post, connection: Connection
) -> None:
    """Late deliveries are true when they were signed; what they would have us ask waits."""
    post("products/create", product())
    post("app/uninstalled", recorded("app_uninstalled"))
    work()
    payload = product("25.00", LATER)
    payload["variant_gids"].append({"admin_graphql_api_id": "gid://shopify/ProductVariant/7003"})
    answers = [
        post("products/update", payload),
        post("inventory_levels/update", recorded("inventory_levels_update", available=3)),
        post("locations/update", recorded("locations_update")),
    ]
    work(Group.FAST, Group.REMOTE)

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert InboxMessage.objects.filter(state="stored").count() == 5
    variant = Variant.objects.get(vendor_id=7001)
    assert (str(variant.price), variant.stock) == ("25.00", 3)
    reads = Job.objects.filter(name__startswith="catalog.read_")
    assert {(each.name, each.state) for each in reads} == {
        ("catalog.read_product", JobState.PARKED),
        ("catalog.read_locations", JobState.PARKED),
    }
    assert Exchange.objects.count() == 0
    connection.refresh_from_db()
    assert connection.state == "parked"
    assert StockHistory.objects.get().cause == StockCause.WEBHOOK


def test_a_webhook_of_a_shop_nobody_connected_is_refused(post: Post) -> None:
    answer = post("products/update", product(), **{"X-Shopify-Shop-Domain": "nobody.myshopify.com"})

    assert (answer.status_code, json.loads(answer.content)["type"]) == (
        401,
        "urn:backroom:problem:webhook:unknown-account",
    )
    assert InboxMessage.objects.count() == 0
