"""The door: a client for a shop's connection."""

from typing import TYPE_CHECKING

from foundation.failures import Misconfigured
from foundation.outbound.api import PointsBudget, Priority, open_http

from .client import ShopifyClient
from .contracts import (
    KEEP,
    Counts,
    ItemStock,
    Keep,
    LivePrice,
    Location,
    Page,
    PriceWrite,
    PriceWriteAnswer,
    Product,
    ProductVariants,
    RowError,
    ShopFacts,
    StockLevel,
    Subscription,
    Topic,
    Variant,
    WrittenPrice,
)
from .documents import API_VERSION
from .settings import ShopifyCredentials, is_shop_domain
from .transport import Transport

if TYPE_CHECKING:
    from foundation.outbound.api import Deadline
    from foundation.shops.api import ConnectionAccess

__all__ = [
    "API_VERSION",
    "KEEP",
    "Counts",
    "ItemStock",
    "Keep",
    "LivePrice",
    "Location",
    "Page",
    "PriceWrite",
    "PriceWriteAnswer",
    "Priority",
    "Product",
    "ProductVariants",
    "RowError",
    "ShopFacts",
    "ShopifyClient",
    "StockLevel",
    "Subscription",
    "Topic",
    "Variant",
    "WrittenPrice",
    "is_shop_domain",
    "open_client",
]


def open_client(
    access: "ConnectionAccess",
    *,
    priority: Priority = Priority.NORMAL,
    deadline: "Deadline | None" = None,
    job_id: int | None = None,
) -> ShopifyClient:
    """Return a client that calls through the connection's lane and budget.

    ``deadline`` tells the seconds left of the caller's lease and bounds every call; ``job_id``
    stands in the exchange log. Nothing is sent yet.
    """
    try:
        credentials = ShopifyCredentials(
            connection_id=access.id,
            domain=access.account,
            access_token=access.secrets["access_token"],
        )
    except (KeyError, ValueError) as error:
        message = f"The Shopify connection {access.account} is incomplete: {error}. Enter it again."
        raise Misconfigured(message, connection_id=access.id) from error
    return ShopifyClient(
        Transport(
            credentials,
            lane=open_http(access, deadline=deadline, job_id=job_id),
            points=PointsBudget(f"shopify:{access.id}", priority=priority),
        )
    )
