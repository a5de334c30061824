"""The webhooks the mirror lives on: made, checked and healed.

Shopify deletes a subscription after eight deliveries in a row failed (contract §8.2), without a
word that reaches a program. What was missed since then is read again: for now by a full sync,
which also finds deletions, which no list of changes shows (contract §6).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from catalog_sync.models import MirrorState
from catalog_sync.services import start_full_sync
from catalog_sync.state import subscriptions_checked
from connectors.shopify.api import Priority, ShopifyClient, Subscription, Topic
from foundation.alerts.api import close_alert, open_alert
from foundation.audit.api import record
from foundation.failures import Permanent
from foundation.shops.api import connection_access
from foundation.work.api import Running

from .client import shopify_client
from .receiver import PATHS

TOPICS: Final = (
    Topic.PRODUCTS_CREATE,
    Topic.PRODUCTS_UPDATE,
    Topic.PRODUCTS_DELETE,
    Topic.INVENTORY_LEVELS_UPDATE,
    Topic.INVENTORY_LEVELS_CONNECT,
    Topic.INVENTORY_LEVELS_DISCONNECT,
    Topic.INVENTORY_ITEMS_UPDATE,
    Topic.LOCATIONS_CREATE,
    Topic.LOCATIONS_UPDATE,
    Topic.LOCATIONS_DELETE,
    Topic.APP_UNINSTALLED,
)

OK: Final = "ok"
MADE: Final = "made"
FAILED: Final = "failed: "


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found and did, by topic; ``removed`` subscriptions were in the way.

    ``first``: there never were any of ours, so nothing can have been lost. ``points`` is what
    the calls cost.
    """

    states: dict[str, str]
    removed: int
    first: bool = False
    points: int = 0

    @property
    def made(self) -> list[str]:
        """Topics that were not subscribed to."""
        return [topic for topic, state in self.states.items() if state == MADE]

    @property
    def restored(self) -> list[str]:
        """Topics that had been subscribed to and were lost."""
        return [] if self.first else self.made

    @property
    def failed(self) -> list[str]:
        """Topics that still are not."""
        return [topic for topic, state in self.states.items() if state.startswith(FAILED)]

    @property
    def why(self) -> str:
        """Why the first of them failed, for people; empty when none did."""
        return self.states[self.failed[0]].removeprefix(FAILED) if self.failed else ""


def our_address() -> str:
    """Return where Shopify shall deliver."""
    return f"{settings.PUBLIC_URL}{PATHS[0]}"


def check_subscriptions(
    connection_id: UUID, *, job: Running | None = None, priority: Priority = Priority.NORMAL
) -> Checked:
    """Compare the shop's subscriptions with what the mirror needs, and mend them.

    Only subscriptions of our topics to our own address are touched: one that is filtered, leaves
    fields out or is not JSON would let changes pass unseen, so it is replaced. Calls abroad, so
    never inside a transaction.
    """
    client = shopify_client(connection_id, job=job, priority=priority)
    existing = client.subscriptions()
    removed = 0
    states: dict[str, str] = {}
    for topic in TOPICS:
        ours = [each for each in existing if (each.topic, each.uri) == (topic, our_address())]
        whole = [each for each in ours if is_whole(each)]
        for crippled in (each for each in ours if not is_whole(each)):
            removed += client.unsubscribe(crippled.id)
        states[topic] = OK if whole else _subscribe(client, topic)
        if job is not None:
            job.heartbeat()
    first = not any(_is_ours(each) for each in existing) and not _were_there(connection_id)
    checked = Checked(states, removed, first, client.points_spent)
    with transaction.atomic():
        if job is not None:
            job.fence()
        _record(connection_id, checked)
    return checked


def is_whole(subscription: Subscription) -> bool:
    """Whether it delivers everything, in JSON."""
    return (subscription.format, subscription.filter, subscription.include_fields) == (
        "JSON",
        "",
        (),
    )


def _is_ours(subscription: Subscription) -> bool:
    return subscription.uri == our_address()


def _were_there(connection_id: UUID) -> bool:
    """Whether the last check left any; Shopify, or the app's removal, may have taken all."""
    states = MirrorState.objects.filter(pk=connection_id).values_list("subscriptions", flat=True)
    return OK in (states.first() or {}).values()


def _subscribe(client: ShopifyClient, topic: Topic) -> str:
    try:
        client.subscribe(topic, our_address())
    except Permanent as error:
        return f"{FAILED}{error.message}"
    return MADE


def _record(connection_id: UUID, checked: Checked) -> None:
    """Keep the result; say what was lost and have the gap read."""
    access = connection_access(connection_id)
    subscriptions_checked(
        shop_id=access.shop_id,
        connection_id=connection_id,
        states={topic: OK if state == MADE else state for topic, state in checked.states.items()},
    )
    if checked.made or checked.removed:
        record(
            "catalog.subscriptions.made" if checked.first else "catalog.subscriptions.restored",
            shop_id=access.shop_id,
            object_type="connection",
            object_id=connection_id,
            details={"topics": checked.made, "removed": checked.removed},
        )
    if checked.restored:
        _tell_restored(connection_id, access.shop_id, access.account, checked.restored)
    key = f"subscriptions:{connection_id}"
    if checked.failed:
        open_alert(
            shop_id=access.shop_id,
            key=key,
            severity="warning",
            title=f"{access.account} does not tell us everything",
            body=f"Webhooks for {', '.join(checked.failed)} could not be subscribed: {checked.why}",
            url="/catalog/",
        )
    else:
        close_alert(key=key, reason="All subscriptions are there.")


def _tell_restored(connection_id: UUID, shop_id: UUID, account: str, topics: Sequence[str]) -> None:
    open_alert(
        shop_id=shop_id,
        key=f"subscriptions-restored:{connection_id}",
        severity="info",
        title=f"Webhooks of {account} were restored",
        body=f"Shopify had dropped {', '.join(topics)}; it does so when deliveries fail for hours, "
        "and when the app is removed. They are subscribed again, and the whole catalogue is being "
        "read again for what was missed. Check that this installation is reachable at its public "
        "address.",
        url="/catalog/",
    )
    start_full_sync(connection_id, None, reason="Webhook subscriptions were missing for a while.")
