"""What Shopify asks of every app for the sake of privacy (contract §8.3), each asked by a webhook.

We keep no customers of a shop: no orders, no names, no addresses. All there is of a person is the
request itself in the inbox, so that is what goes, as soon as it has been answered.
"""

from typing import Final

from connectors.shopify.api import PrivacyRequest
from foundation.alerts.api import open_alert
from foundation.audit.api import record
from foundation.inbox.api import erase_messages
from foundation.outbound.api import park_connection
from foundation.shops.api import erase_secrets
from foundation.work.api import NewJob, enqueue_many

from .merging import Source

ERASE: Final = "catalog.erase_webhooks"
"""Task: {"connection_id"}; unique while unfinished for each connection."""

NOTHING_KEPT: Final = "Backroom keeps no customers of a Shopify shop"


def customer_data_asked(source: Source, request: PrivacyRequest, *, message_id: int) -> None:
    """Answer customers/data_request: there is nothing to hand out, and that is on record."""
    record(
        "catalog.privacy.customer_data_asked",
        shop_id=source.shop_id,
        object_type="connection",
        object_id=source.connection_id,
        reason=f"{NOTHING_KEPT}: there is nothing to hand out.",
        details={"request": request.number, "orders": request.orders},
    )
    _forget(message_id)


def customer_redacted(source: Source, request: PrivacyRequest, *, message_id: int) -> None:
    """Answer customers/redact: there is nothing to erase but the request, and that is on record."""
    record(
        "catalog.privacy.customer_redacted",
        shop_id=source.shop_id,
        object_type="connection",
        object_id=source.connection_id,
        reason=f"{NOTHING_KEPT}: there is nothing to erase but the request itself.",
        details={"orders": request.orders},
    )
    _forget(message_id)


def _forget(message_id: int) -> None:
    erase_messages([message_id], reason="Erased once it was answered: it named a customer.")


def shop_redacted(source: Source, request: PrivacyRequest) -> None:
    """Answer shop/redact: credentials go now, the bodies of stored webhooks by a job at once.

    Shopify sends it 48 hours after the app was removed. Products, stock and the price ledger
    name no person; they are the shop's own history and stay. The connection is parked: nothing
    can be called, nor believed, until it is connected again.
    """
    erase_secrets(connection_id=source.connection_id, reason="Shopify asked for it (shop/redact).")
    park_connection(
        source.connection_id,
        f"{request.domain} removed the app and had its credentials erased. Install the app again "
        "and enter its token and secret under Connections.",
    )
    enqueue_many(
        ERASE,
        [NewJob({"connection_id": str(source.connection_id)}, str(source.connection_id))],
        shop_id=source.shop_id,
    )
    record(
        "catalog.privacy.shop_redacted",
        shop_id=source.shop_id,
        object_type="connection",
        object_id=source.connection_id,
        reason="Credentials and stored webhooks are erased. Catalogue and ledger name no person.",
        details={"domain": request.domain},
    )
    open_alert(
        shop_id=None,
        key=f"redacted:{source.connection_id}",
        severity="warning",
        title=f"{request.domain} had its data erased",
        body="Its merchant removed the app, and Shopify asked two days later to erase the shop. "
        "The connection's credentials and the bodies of its webhooks are erased; catalogue and "
        "ledger name no person and are kept. Nothing is to be done, unless the merchant wants "
        "those deleted too.",
        url=f"/operations/connections/{source.connection_id}/",
    )
