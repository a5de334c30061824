"""What the connector speaks: frozen values with plain Python types.

Ids are Shopify's numbers as ``int`` (gids exist on the wire only). Money is ``Decimal`` in the
shop's currency (contract §6). Times are aware and in UTC.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final, Generic, Literal, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list; ``next`` is the cursor to ask the next one with, None at the end.

    Cursors are opaque and belong to the filter they were made under (contract §6).
    """

    rows: tuple[Row, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What the shop says of itself; ``api_version`` is the version that really answered."""

    id: int
    name: str
    domain: str
    currency: str
    timezone: str
    taxes_included: bool
    plan: str
    plus: bool
    development: bool
    max_variants_per_product: int
    api_version: str


@dataclass(frozen=True, slots=True)
class Location:
    """A place that holds stock."""

    id: int
    name: str
    active: bool
    fulfils_online_orders: bool
    ships_inventory: bool
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Product:
    """A product without its variants. ``status`` is lower case: active, archived, draft, unlisted.

    ``picture_url`` and ``picture_alt`` are empty when there is no picture.
    """

    id: int
    title: str
    handle: str
    status: str
    vendor: str
    product_type: str
    tags: tuple[str, ...]
    picture_url: str
    picture_alt: str
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Variant:
    """What is sold. ``stock`` is Shopify's total over all locations, None when unknown.

    ``tracked`` and ``cost`` are None where the source does not tell them (webhooks do not).
    ``policy`` is ``deny`` or ``continue``: whether it is sold below zero.
    """

    id: int
    product_id: int
    inventory_item_id: int
    title: str
    sku: str
    barcode: str
    position: int
    price: Decimal
    compare_at: Decimal | None
    stock: int | None
    policy: str
    tracked: bool | None
    cost: Decimal | None
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class VariantGlance:
    """What a variant tells without its product and its inventory item; fields as there."""

    id: int
    title: str
    sku: str
    barcode: str
    position: int
    price: Decimal
    compare_at: Decimal | None
    stock: int | None
    policy: str
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ProductVariants:
    """A product with every one of its variants, by position."""

    product: Product
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class StockLevel:
    """The quantities of one inventory item at one location; None where not told.

    ``updated_at`` is the level's own time: the later one wins, whatever order they arrive in.
    """

    item_id: int
    location_id: int
    available: int | None
    on_hand: int | None
    committed: int | None
    incoming: int | None
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ItemStock:
    """An inventory item with all its levels (the connector follows long lists by itself)."""

    item_id: int
    sku: str
    tracked: bool
    updated_at: dt.datetime
    levels: tuple[StockLevel, ...]


@dataclass(frozen=True, slots=True)
class StockExport:
    """A bulk export of all stock (contract §9): keep its ``id``, everything else is told again.

    ``objects`` counts items and levels together, ``items`` the items: what was got through until
    now, or all there is once it is ``ready``. ``url`` is signed, so it is as good as a password
    for seven days; it is empty while there is none, and for a shop without items.
    """

    id: int
    status: str
    objects: int
    items: int
    created_at: dt.datetime
    url: str = field(default="", repr=False)

    @property
    def ready(self) -> bool:
        """Whether it can be read; otherwise it is under way."""
        return self.status == "completed"


@dataclass(frozen=True, slots=True)
class LivePrice:
    """What a variant costs abroad at this moment."""

    price: Decimal
    compare_at: Decimal | None
    updated_at: dt.datetime


class Keep(Enum):
    """The one value that means "leave compare-at as it is"; ``None`` would clear it (§4.1)."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class PriceWrite:
    """The absolute target of one variant; compare-at: an amount, None to clear, or KEEP."""

    variant_id: int
    price: Decimal
    compare_at: Decimal | Literal[Keep.KEEP] | None = KEEP


@dataclass(frozen=True, slots=True)
class WrittenPrice:
    """What Shopify says a variant costs after the write."""

    price: Decimal
    compare_at: Decimal | None
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row was not written; ``code`` is Shopify's own, empty when it gave none."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PriceWriteAnswer:
    """The outcome of one price mutation, by variant id.

    ``rows`` holds what is there now for the rows without an error. A row in neither ``rows``
    nor ``errors`` was not answered: its outcome is unknown and must be read back.
    ``product_error`` means that nothing of this call was written, for a reason of the product.
    """

    rows: Mapping[int, WrittenPrice]
    errors: Mapping[int, RowError]
    product_error: RowError | None
    request_id: str
    unanswered: frozenset[int] = field(default_factory=frozenset)


class Topic(StrEnum):
    """Webhook topics this project knows, spelled as in the delivery's header (contract §7)."""

    PRODUCTS_CREATE = "products/create"
    PRODUCTS_UPDATE = "products/update"
    PRODUCTS_DELETE = "products/delete"
    INVENTORY_LEVELS_UPDATE = "inventory_levels/update"
    INVENTORY_LEVELS_CONNECT = "inventory_levels/connect"
    INVENTORY_LEVELS_DISCONNECT = "inventory_levels/disconnect"
    INVENTORY_ITEMS_UPDATE = "inventory_items/update"
    LOCATIONS_CREATE = "locations/create"
    LOCATIONS_UPDATE = "locations/update"
    LOCATIONS_DELETE = "locations/delete"
    APP_UNINSTALLED = "app/uninstalled"
    APP_SCOPES_UPDATE = "app/scopes_update"
    SHOP_UPDATE = "shop/update"
    # Set in the app's configuration alone; they cannot be subscribed to (contract §7).
    CUSTOMERS_DATA_REQUEST = "customers/data_request"
    CUSTOMERS_REDACT = "customers/redact"
    SHOP_REDACT = "shop/redact"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook subscription. ``topic`` is a :class:`Topic` value, or the enum's name if unknown.

    ``api_version`` is the version of the payloads, set in the app's configuration and not by
    the request that subscribes (contract §7).
    """

    id: int
    topic: str
    uri: str
    format: str
    filter: str
    include_fields: tuple[str, ...]
    api_version: str
    created_at: dt.datetime
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is. Counts come from the search index, which lags behind (contract §6)."""

    products: int
    variants: int
