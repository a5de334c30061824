"""The door: a client for a shop's connection."""

from typing import TYPE_CHECKING

from foundation.failures import Misconfigured
from foundation.outbound.api import PointsBudget, Priority, open_http, park_connection

from .bulk import ExportLost, StockExports
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
    StockExport,
    StockLevel,
    Subscription,
    Topic,
    Variant,
    VariantGlance,
    WrittenPrice,
)
from .documents import API_VERSION
from .payloads import (
    ItemDelivery,
    MalformedPayload,
    PrivacyRequest,
    ProductDelivery,
    StockGone,
    read_item,
    read_privacy_request,
    read_product,
    read_product_gone,
    read_stock_gone,
    read_stock_level,
    read_uninstalled,
)
from .settings import ShopifyCredentials, is_shop_domain
from .transport import Transport
from .webhooks import Envelope, Refusal, Refused, read_envelope, verify_signature

if TYPE_CHECKING:
    from foundation.outbound.api import Deadline
    from foundation.shops.api import ConnectionAccess

__all__ = [
    "API_VERSION",
    "KEEP",
    "Counts",
    "Envelope",
    "ExportLost",
    "ItemDelivery",
    "ItemStock",
    "Keep",
    "LivePrice",
    "Location",
    "MalformedPayload",
    "Page",
    "PriceWrite",
    "PriceWriteAnswer",
    "Priority",
    "PrivacyRequest",
    "Product",
    "ProductDelivery",
    "ProductVariants",
    "Refusal",
    "Refused",
    "RowError",
    "ShopFacts",
    "ShopifyClient",
    "StockExport",
    "StockExports",
    "StockGone",
    "StockLevel",
    "Subscription",
    "Topic",
    "Variant",
    "VariantGlance",
    "WrittenPrice",
    "is_shop_domain",
    "open_client",
    "read_envelope",
    "read_item",
    "read_privacy_request",
    "read_product",
    "read_product_gone",
    "read_stock_gone",
    "read_stock_level",
    "read_uninstalled",
    "verify_signature",
]


def open_client(
    access: "ConnectionAccess",
    *,
    priority: Priority = Priority.NORMAL,
    deadline: "Deadline | None" = None,
    job_id: int | None = None,
    probe: bool = False,
) -> ShopifyClient:
    """Return a client that calls through the connection's lane and budget.

    ``deadline`` tells the seconds left of the caller's lease and bounds every call; ``job_id``
    stands in the exchange log; a ``probe`` may read although the connection is parked, and parks
    nothing. Nothing is sent yet.
    """
    try:
        credentials = ShopifyCredentials(
            connection_id=access.id,
            domain=access.account,
            access_token=access.secrets["access_token"],
        )
    except (KeyError, ValueError) as error:
        message = f"The Shopify connection {access.account} is incomplete: {error}. Enter it again."
        if not probe:
            park_connection(access.id, message)
        raise Misconfigured(message, connection_id=access.id) from error
    return ShopifyClient(
        Transport(
            credentials,
            lane=open_http(access, deadline=deadline, job_id=job_id, probe=probe),
            points=PointsBudget(f"shopify:{access.id}", priority=priority),
        )
    )
