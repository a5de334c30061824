"""Whoever relies on webhooks is told before that they would not come, and why."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import transaction

from catalog_sync.api import NotListening, verify_listening
from catalog_sync.shopify.client import shopify_client
from catalog_sync.shopify.subscriptions import TOPICS, check_subscriptions
from config.demo.merchant import Merchant
from connectors.shopify.api import Priority, Topic
from foundation.failures import Transient
from foundation.outbound.api import freeze_shop, park_connection
from foundation.shops.models import Connection
from foundation.work.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_subscriptions(connection: Connection, merchant: Merchant) -> Iterator[None]:
    client = shopify_client(connection.pk)
    for each in client.subscriptions():
        client.unsubscribe(each.id)
    yield
    merchant.act("scopes", granted=["write_products", "write_inventory", "read_locations"])


def topics(connection: Connection) -> set[str]:
    # What was asked urgently a moment ago keeps points back from others.
    client = shopify_client(connection.pk, priority=Priority.URGENT)
    return {each.topic for each in client.subscriptions()}


def refusal(connection: Connection) -> str:
    with pytest.raises(NotListening) as caught:
        verify_listening(connection.pk)
    return caught.value.message


def test_what_is_missing_is_subscribed(connection: Connection) -> None:
    verify_listening(connection.pk)
    verify_listening(connection.pk)

    assert topics(connection) == set(map(str, TOPICS))
    # Nothing was lost, so nothing is read again; and it was done at once, by no job.
    assert Job.objects.count() == 0
    connection.refresh_from_db()
    assert connection.facts["ok"] is True


def test_a_lost_subscription_is_restored_and_the_gap_is_read(connection: Connection) -> None:
    check_subscriptions(connection.pk)
    client = shopify_client(connection.pk)
    lost = next(
        each for each in client.subscriptions() if each.topic == Topic.INVENTORY_LEVELS_UPDATE
    )
    client.unsubscribe(lost.id)
    verify_listening(connection.pk)

    assert topics(connection) == set(map(str, TOPICS))
    assert Job.objects.filter(name="catalog.full_sync").count() == 1


def test_missing_scopes_are_named(connection: Connection, merchant: Merchant) -> None:
    merchant.act("scopes", granted=["read_products"])
    said = refusal(connection)

    assert "read_inventory, read_locations, write_products" in said
    assert "Grant them" in said
    assert topics(connection) == set()


def test_a_dead_token_is_told_and_parks_nothing(connection: Connection, merchant: Merchant) -> None:
    merchant.misbehave({"kind": "unauthorized"})
    said = refusal(connection)
    merchant.behave()

    assert "token" in said
    connection.refresh_from_db()
    assert connection.state == "active"


def test_a_topic_that_is_refused_is_named(connection: Connection, settings: LazySettings) -> None:
    settings.PUBLIC_URL = "http://backroom.test"
    said = refusal(connection)

    assert "products/create" in said
    assert "PUBLIC_URL" in said
    assert said.endswith("Then try again.")


def test_a_parked_connection_is_not_asked(connection: Connection, merchant: Merchant) -> None:
    park_connection(connection.pk, "The app was uninstalled.")
    before = merchant.calls()

    assert "The app was uninstalled." in refusal(connection)
    assert merchant.calls() == before


def test_a_frozen_shop_changes_nothing_abroad(connection: Connection) -> None:
    freeze_shop(connection.shop_id, reason="Stop.", actor_id=None)

    assert "panic switch" in refusal(connection)
    assert topics(connection) == set()


def test_a_frozen_shop_that_listens_already_is_fine(connection: Connection) -> None:
    check_subscriptions(connection.pk)
    freeze_shop(connection.shop_id, reason="Stop.", actor_id=None)

    verify_listening(connection.pk)


def test_a_shop_that_does_not_answer_is_another_matter(
    connection: Connection, merchant: Merchant
) -> None:
    merchant.misbehave({"kind": "5xx_before", "operation": "ShopFacts"})
    with pytest.raises(Transient):
        verify_listening(connection.pk)


def test_it_is_never_asked_inside_a_transaction(connection: Connection) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        verify_listening(connection.pk)
