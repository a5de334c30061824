"""Shopify's webhooks, each handed to one verb of :mod:`catalog_sync.arrivals`.

Every handler is an atomic job of the fast group: its rows, the events it publishes and the mark
"done" are one transaction, with a constant number of statements whatever the message holds.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from connectors.shopify import api as shopify
from foundation.failures import Permanent
from foundation.inbox.api import InboxContent, read_message, read_messages
from foundation.outbound.api import CONNECTION_RESUMED
from foundation.work.api import Running, on

from . import arrivals, compliance, services
from .merging import Source
from .shopify import receiver
from .telling import reread_locations

Payload = TypeVar("Payload")

receiver.register()


def _source(message: InboxContent) -> Source:
    if message.shop_id is None or message.connection_id is None:
        text = f"Inbox message {message.id} belongs to no connection any more. Discard this job."
        raise Permanent(text)
    return Source(shop_id=message.shop_id, connection_id=message.connection_id)


def _read(message: InboxContent, reader: Callable[[str, bytes], Payload]) -> Payload:
    try:
        return reader(message.topic, message.body)
    except shopify.MalformedPayload as error:
        text = (
            f"Shopify's webhook {message.external_id} has another shape than agreed ({error}). It "
            f"is kept as inbox message {message.id}; a full sync brings what it would have brought."
        )
        raise Permanent(text) from error


def _sent_at(message: InboxContent) -> dt.datetime:
    """When Shopify sent it; when we got it, if it does not say."""
    envelope = shopify.read_envelope(
        {
            "X-Shopify-Shop-Domain": "any.myshopify.com",
            "X-Shopify-Topic": message.topic,
            "X-Shopify-Webhook-Id": message.external_id,
            **message.headers,
        }
    )
    return envelope.triggered_at or message.received_at


@on("shopify", "products/create")
@on("shopify", "products/update")
def product_arrived(_job: Running, message_id: int) -> None:
    """A product is there, or is different."""
    message = read_message(message_id)
    arrivals.product_arrived(_source(message), _read(message, shopify.read_product))


@on("shopify", "products/delete")
def product_gone(_job: Running, message_id: int) -> None:
    """A product is gone, with its variants."""
    message = read_message(message_id)
    arrivals.product_gone(_source(message), _read(message, shopify.read_product_gone))


def _levels_arrived(jobs: Sequence[tuple[Running, Mapping[str, int]]]) -> None:
    """Quantities at locations: a sale of a hundred things is one merge."""
    messages = read_messages([payload["message_id"] for _, payload in jobs])
    if len(messages) != len(jobs):
        raise Permanent("Some of these messages are gone; each job tells of its own.")
    by_source: dict[Source, list[shopify.StockLevel]] = {}
    for message in messages:
        level = _read(message, shopify.read_stock_level)
        by_source.setdefault(_source(message), []).append(level)
    for source, levels in by_source.items():
        arrivals.levels_arrived(source, levels)


@on("shopify", "inventory_levels/update", many=_levels_arrived)
@on("shopify", "inventory_levels/connect", many=_levels_arrived)
def level_arrived(_job: Running, message_id: int) -> None:
    """A quantity at a location."""
    message = read_message(message_id)
    arrivals.levels_arrived(_source(message), [_read(message, shopify.read_stock_level)])


@on("shopify", "inventory_levels/disconnect")
def level_gone(_job: Running, message_id: int) -> None:
    """An item is no longer kept at a location."""
    message = read_message(message_id)
    arrivals.level_gone(
        _source(message), _read(message, shopify.read_stock_gone), moment=_sent_at(message)
    )


@on("shopify", "inventory_items/update")
def item_arrived(_job: Running, message_id: int) -> None:
    """An item costs something else, or its stock is counted from now on, or no more."""
    message = read_message(message_id)
    arrivals.item_arrived(_source(message), _read(message, shopify.read_item))


@on("shopify", "locations/create")
@on("shopify", "locations/update")
@on("shopify", "locations/delete")
def locations_changed(_job: Running, message_id: int) -> None:
    """Places are few and seldom change: all of them are read again."""
    reread_locations(_source(read_message(message_id)))


@on("shopify", "app/uninstalled")
def uninstalled(_job: Running, message_id: int) -> None:
    """The merchant removed the app: no call can succeed until it is connected again."""
    message = read_message(message_id)
    arrivals.uninstalled(
        _source(message), _read(message, shopify.read_uninstalled), moment=_sent_at(message)
    )


@on("shopify", "customers/data_request")
def customer_data_asked(_job: Running, message_id: int) -> None:
    """A customer wants to know what is kept of them."""
    message = read_message(message_id)
    compliance.customer_data_asked(
        _source(message), _read(message, shopify.read_privacy_request), message_id=message_id
    )


@on("shopify", "customers/redact")
def customer_redacted(_job: Running, message_id: int) -> None:
    """A customer wants to be forgotten."""
    message = read_message(message_id)
    compliance.customer_redacted(
        _source(message), _read(message, shopify.read_privacy_request), message_id=message_id
    )


@on("shopify", "shop/redact")
def shop_redacted(_job: Running, message_id: int) -> None:
    """A shop that removed the app two days ago wants to be forgotten."""
    message = read_message(message_id)
    compliance.shop_redacted(_source(message), _read(message, shopify.read_privacy_request))


@on(CONNECTION_RESUMED)
def connection_resumed(job: Running, connection_id: str) -> None:
    """A parked connection may call again: nobody looked meanwhile."""
    services.look_again(job.shop_id, UUID(connection_id))
