"""The shapes of GraphQL answers as they travel, one struct for each selection of a document.

Decoding checks them: a field that is missing or of another type is an error with its JSON path.
Only :mod:`connectors.shopify.mapping` reads these.
"""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta, Raw, Struct, field

Node = TypeVar("Node")
Time = Annotated[dt.datetime, Meta(tz=True)]


class Wire(Struct, rename="camel"):
    """Camel case outside, snake case inside; unknown fields are ignored."""


# --- the envelope (contract §3.1, §3.4) ---------------------------------------------------------


class ThrottleStatus(Wire):
    """The vendor's bucket at the moment of the answer."""

    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(Wire):
    """Points of one call; ``actual_query_cost`` is null when it was refused."""

    requested_query_cost: float
    throttle_status: ThrottleStatus
    actual_query_cost: float | None = None


class Extensions(Wire):
    """What travels beside the data; ``search`` warns of filters that were ignored."""

    cost: Cost | None = None
    search: list[dict[str, Any]] | None = None


class GraphError(Wire):
    """A top-level error."""

    message: str = ""
    path: list[str | int] | None = None
    extensions: dict[str, Any] | None = None

    @property
    def code(self) -> str:
        """Shopify's code, empty when it gave none."""
        return str((self.extensions or {}).get("code", ""))


class Envelope(Wire):
    """One answer; ``data`` stays raw until the errors beside it are judged."""

    data: Raw = Raw(b"null")
    errors: list[GraphError] | str | None = None
    extensions: Extensions | None = None


class UserError(Wire):
    """A refusal inside a payload; ``code`` only where the type has one."""

    message: str
    field: list[str] | None = None
    code: str | None = None


class PageInfo(Wire):
    """Where a list goes on."""

    has_next_page: bool
    end_cursor: str | None = None


class Nodes(Wire, Generic[Node]):
    """A connection."""

    nodes: list[Node]
    page_info: PageInfo

    @property
    def next(self) -> str | None:
        """The cursor of the next page, None at the end."""
        return self.page_info.end_cursor if self.page_info.has_next_page else None


class Ref(Wire):
    """An object of which only the id was asked."""

    id: str


# --- the shop -------------------------------------------------------------------------------------


class Plan(Wire):
    """The shop's plan."""

    public_display_name: str
    shopify_plus: bool
    partner_development: bool


class ResourceLimits(Wire):
    """The shop's limits."""

    max_product_variants: int


class Shop(Wire):
    """Selection of ShopFacts."""

    id: str
    name: str
    myshopify_domain: str
    currency_code: str
    iana_timezone: str
    taxes_included: bool
    plan: Plan
    resource_limits: ResourceLimits


class ShopData(Wire):
    """Answer of ShopFacts."""

    shop: Shop


class Scope(Wire):
    """A granted scope."""

    handle: str


class Installation(Wire):
    """Selection of GrantedScopes."""

    access_scopes: list[Scope]


class ScopesData(Wire):
    """Answer of GrantedScopes."""

    installation: Installation = field(name="currentAppInstallation")


class Count(Wire):
    """A count; ``limit: null`` makes it exact."""

    count: int


class CountsData(Wire):
    """Answer of CatalogueCounts."""

    products: Count = field(name="productsCount")
    variants: Count = field(name="productVariantsCount")


class Location(Wire):
    """Selection of LocationPage."""

    id: str
    name: str
    is_active: bool
    fulfills_online_orders: bool
    ships_inventory: bool
    updated_at: Time


class LocationsData(Wire):
    """Answer of LocationPage."""

    locations: Nodes[Location]


# --- the catalogue --------------------------------------------------------------------------------


class Image(Wire):
    """A picture's address."""

    url: str
    alt_text: str | None = None


class Preview(Wire):
    """The picture that stands for a medium."""

    image: Image | None = None


class Media(Wire):
    """A medium; only its preview is read."""

    preview: Preview | None = None


class Product(Wire):
    """Selection of ProductPage."""

    id: str
    title: str
    handle: str
    status: str
    vendor: str
    product_type: str
    tags: list[str]
    created_at: Time
    updated_at: Time
    featured_media: Media | None = None


class ProductsData(Wire):
    """Answer of ProductPage and ProductsChanged."""

    products: Nodes[Product]


class Money(Wire):
    """An amount in the shop's currency."""

    amount: Decimal


class InventoryItemOfVariant(Wire):
    """The inventory item beside a variant."""

    id: str
    tracked: bool
    unit_cost: Money | None = None


class Variant(Wire):
    """Selection of VariantPage and ProductById; the latter leaves out ``product``."""

    id: str
    title: str
    position: int
    price: Decimal
    inventory_policy: str
    updated_at: Time
    inventory_item: InventoryItemOfVariant
    product: Ref | None = None
    sku: str | None = None
    barcode: str | None = None
    compare_at_price: Decimal | None = None
    inventory_quantity: int | None = None


class VariantsData(Wire):
    """Answer of VariantPage."""

    variants: Nodes[Variant] = field(name="productVariants")


class ProductWithVariants(Product, kw_only=True):
    """Selection of ProductById."""

    variants: Nodes[Variant]


class ProductData(Wire):
    """Answer of ProductById."""

    product: ProductWithVariants | None


# --- stock ----------------------------------------------------------------------------------------


class Quantity(Wire):
    """One quantity by name."""

    name: str
    quantity: int


class Level(Wire):
    """An item at a location."""

    updated_at: Time
    location: Ref
    quantities: list[Quantity]


class Item(Wire):
    """Selection of StockPage and StockByItemIds."""

    id: str
    tracked: bool
    updated_at: Time
    levels: Nodes[Level] = field(name="inventoryLevels")
    sku: str | None = None


class StockData(Wire):
    """Answer of StockPage."""

    items: Nodes[Item] = field(name="inventoryItems")


class StockNodesData(Wire):
    """Answer of StockByItemIds."""

    nodes: list[Item | None]


class ItemLevels(Wire):
    """Selection of LevelsOfItem."""

    levels: Nodes[Level] = field(name="inventoryLevels")


class LevelsData(Wire):
    """Answer of LevelsOfItem."""

    item: ItemLevels | None = field(name="inventoryItem")


# --- prices ---------------------------------------------------------------------------------------


class Price(Wire):
    """Selection of VariantPriceCheck and PriceWrite."""

    id: str
    price: Decimal
    updated_at: Time
    compare_at_price: Decimal | None = None


class PricesData(Wire):
    """Answer of VariantPriceCheck."""

    nodes: list[Price | None]


class PricePayload(Wire):
    """Payload of PriceWrite; no variants when nothing was written."""

    variants: list[Price] | None = field(name="productVariants")
    errors: list[UserError] = field(name="userErrors")


class PriceWriteData(Wire):
    """Answer of PriceWrite."""

    payload: PricePayload = field(name="productVariantsBulkUpdate")


# --- webhook subscriptions ------------------------------------------------------------------------


class Version(Wire):
    """An API version."""

    handle: str


class Hook(Wire):
    """Selection of HookList and HookCreate."""

    id: str
    topic: str
    uri: str
    format: str
    include_fields: list[str]
    api_version: Version
    created_at: Time
    updated_at: Time
    filter: str | None = None


class HooksData(Wire):
    """Answer of HookList."""

    hooks: Nodes[Hook] = field(name="webhookSubscriptions")


class HookCreatePayload(Wire):
    """Payload of HookCreate."""

    hook: Hook | None = field(name="webhookSubscription")
    errors: list[UserError] = field(name="userErrors")


class HookCreateData(Wire):
    """Answer of HookCreate."""

    payload: HookCreatePayload = field(name="webhookSubscriptionCreate")


class HookDeletePayload(Wire):
    """Payload of HookDelete."""

    deleted_id: str | None = field(name="deletedWebhookSubscriptionId")
    errors: list[UserError] = field(name="userErrors")


class HookDeleteData(Wire):
    """Answer of HookDelete."""

    payload: HookDeletePayload = field(name="webhookSubscriptionDelete")
