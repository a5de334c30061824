"""Verbs on the way out: park and resume a connection, pull and release the panic switch, prune.

Each is one transaction: the state, its alert and the jobs that wait for it move together.
"""

import datetime as dt
from typing import Final
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction

from foundation.alerts.api import close_alert, open_alert
from foundation.failures import connection_key, shop_key
from foundation.shops.api import (
    ConnectionState,
    connection_access,
    freeze,
    park,
    resume,
    unfreeze,
)
from foundation.work.api import publish, release

from .enums import CONNECTION_RESUMED
from .gate import forget_all

PRUNE_ROWS: Final = 5000


@transaction.atomic
def park_connection(connection_id: UUID, reason: str, *, actor_id: UUID | None = None) -> bool:
    """Stop all calls through a connection and say so once. False when it was parked already.

    ``reason`` names the setting to mend; it is what people read on the connection's page and in
    the alert. The jobs park themselves as they meet the gate.
    """
    transaction.on_commit(forget_all)
    if not park(connection_id=connection_id, reason=reason, actor_id=actor_id):
        return False
    access = connection_access(connection_id)
    open_alert(
        shop_id=access.shop_id,
        key=connection_key(connection_id),
        severity="critical",
        title=f"The connection {access.account} is parked",
        body=f"{reason} Its jobs wait and go on by themselves when the connection is resumed.",
        url=f"/operations/connections/{connection_id}/",
    )
    return True


@transaction.atomic
def resume_connection(connection_id: UUID, *, actor_id: UUID | None) -> int:
    """Allow calls again, close the alert, put waiting jobs back. Returns how many there were.

    A connection that was not parked is left as it is, but jobs left over on it are released.
    """
    transaction.on_commit(forget_all)
    if resume(connection_id=connection_id, actor_id=actor_id):
        close_alert(key=connection_key(connection_id), reason="The connection was resumed.")
        publish(
            CONNECTION_RESUMED,
            shop_id=connection_access(connection_id).shop_id,
            connection_id=connection_id,
        )
    return release(connection_key(connection_id))


@transaction.atomic
def freeze_shop(shop_id: UUID, *, reason: str, actor_id: UUID | None) -> bool:
    """Pull the panic switch: no change leaves for this shop. False when it was on already.

    Calls that have left cannot be called back; within a second no new one leaves.
    """
    transaction.on_commit(forget_all)
    if not freeze(shop_id=shop_id, reason=reason, actor_id=actor_id):
        return False
    open_alert(
        shop_id=shop_id,
        key=shop_key(shop_id),
        severity="warning",
        title="The panic switch is on",
        body=f"No change leaves for this shop: {reason}. Waiting jobs go on when it is released.",
        url="/panic/",
    )
    return True


@transaction.atomic
def unfreeze_shop(shop_id: UUID, *, actor_id: UUID | None) -> int:
    """Release the panic switch and put waiting jobs back. Returns how many there were."""
    transaction.on_commit(forget_all)
    if unfreeze(shop_id=shop_id, actor_id=actor_id):
        close_alert(key=shop_key(shop_id), reason="The panic switch was released.")
    return release(shop_key(shop_id))


def release_stragglers() -> int:
    """Put back jobs that parked themselves on something that was mended meanwhile.

    A job may read "parked", lose its turn, and write that down after the resume has released the
    others; nobody would wake it. Returns how many there were.
    """
    # By name, as foreign keys are: the door of shops has no verb for all of them at once.
    connections = apps.get_model("shops", "Connection").objects.values_list(
        "id", "shop_id", "state", "shop__frozen_at"
    )
    keys: set[str] = set()
    for connection_id, shop_id, state, frozen_at in connections:
        if state == ConnectionState.ACTIVE:
            keys.add(connection_key(connection_id))
        if frozen_at is None:
            keys.add(shop_key(shop_id))
    return sum(release(key) for key in sorted(keys))


def prune_exchanges(keep: dt.timedelta) -> int:
    """Delete one bounded piece of the log older than ``keep``. Returns how many; 0 when done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM outbound_exchange WHERE id IN (SELECT id FROM outbound_exchange"
            " WHERE at < now() - make_interval(secs => %s) ORDER BY at LIMIT %s)",
            (keep.total_seconds(), PRUNE_ROWS),
        )
        return int(cursor.rowcount)
