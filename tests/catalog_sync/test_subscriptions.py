"""Webhook subscriptions at the sandbox: made, left alone, healed."""

import pytest

from catalog_sync.models import MirrorState
from catalog_sync.shopify.client import shopify_client
from catalog_sync.shopify.subscriptions import TOPICS, check_subscriptions, our_address
from catalog_sync.tasks import CHECK_ALL
from config.demo.merchant import Merchant
from connectors.shopify.api import Topic
from foundation.alerts.models import Alert
from foundation.audit.models import AuditEvent
from foundation.outbound.api import park_connection
from foundation.shops.models import Connection
from foundation.work.api import enqueue
from foundation.work.enums import Group
from foundation.work.models import Job

from .conftest import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_subscriptions(connection: Connection, merchant: Merchant) -> None:
    assert merchant.shop == connection.account
    client = shopify_client(connection.pk)
    for each in client.subscriptions():
        client.unsubscribe(each.id)


def addresses(connection: Connection) -> list[tuple[str, str]]:
    found = shopify_client(connection.pk).subscriptions()
    return sorted((each.topic, each.uri) for each in found)


WHOLE = sorted((str(topic), "https://backroom.test/webhooks/shopify/") for topic in TOPICS)


def test_all_are_made_once(connection: Connection) -> None:
    made = check_subscriptions(connection.pk)
    again = check_subscriptions(connection.pk)

    assert (sorted(made.made), again.made, again.removed) == (sorted(TOPICS), [], 0)
    assert addresses(connection) == WHOLE
    state = MirrorState.objects.get(connection=connection)
    assert state.subscriptions == dict.fromkeys(map(str, TOPICS), "ok")
    # The first time nothing was lost: no alert, and nothing is read again.
    assert (Alert.objects.count(), Job.objects.filter(name="catalog.full_sync").count()) == (0, 0)


def test_a_lost_one_is_restored_and_the_gap_is_read(connection: Connection) -> None:
    check_subscriptions(connection.pk)
    client = shopify_client(connection.pk)
    lost = next(each for each in client.subscriptions() if each.topic == Topic.PRODUCTS_UPDATE)
    client.unsubscribe(lost.id)

    checked = check_subscriptions(connection.pk)

    assert checked.made == [Topic.PRODUCTS_UPDATE]
    assert addresses(connection) == WHOLE
    assert Alert.objects.get().severity == "info"
    assert AuditEvent.objects.get(verb="catalog.subscriptions.restored").details == {
        "topics": ["products/update"],
        "removed": 0,
    }
    assert Job.objects.filter(name="catalog.full_sync").count() == 1


def test_somebody_elses_are_left_alone(connection: Connection) -> None:
    client = shopify_client(connection.pk)
    client.subscribe(Topic.PRODUCTS_UPDATE, "https://other.example/hooks")
    check_subscriptions(connection.pk)

    assert addresses(connection) == sorted(
        [*WHOLE, ("products/update", "https://other.example/hooks")]
    )


def test_the_schedule_checks_every_active_connection(connection: Connection) -> None:
    enqueue(CHECK_ALL)
    work(Group.FAST, Group.REMOTE)

    assert addresses(connection) == WHOLE
    assert our_address() == WHOLE[0][1]


def test_the_schedule_leaves_a_parked_connection_in_peace(connection: Connection) -> None:
    park_connection(connection.pk, "The token is dead.")
    enqueue(CHECK_ALL)
    work(Group.FAST, Group.REMOTE)

    assert Job.objects.filter(name="catalog.check_connection_subscriptions").count() == 0


def test_when_all_are_lost_they_are_restored_too(connection: Connection) -> None:
    """Hours of failed deliveries, or an app that was removed, leave none of ours behind."""
    check_subscriptions(connection.pk)
    client = shopify_client(connection.pk)
    for each in client.subscriptions():
        client.unsubscribe(each.id)

    checked = check_subscriptions(connection.pk)

    assert (sorted(checked.restored), checked.first) == (sorted(TOPICS), False)
    assert addresses(connection) == WHOLE
    assert Alert.objects.get().key == f"subscriptions-restored:{connection.pk}"
    assert Job.objects.filter(name="catalog.full_sync").count() == 1
    # Told once: the next check finds them.
    assert check_subscriptions(connection.pk).made == []
