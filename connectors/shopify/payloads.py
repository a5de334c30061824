"""What deliveries say, by topic (contract §8.3). Pure functions on bytes that are believed.

Beyond its first 100 variants a product's payload names the rest by id only.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec

from .contracts import Product, ProductVariants, StockLevel, Variant
from .mapping import number, utc

Payload = TypeVar("Payload", bound=msgspec.Struct)
_Time = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class MalformedPayload(ValueError):
    """A believed delivery whose body is not what its topic promises.

    ``path`` is the JSON path of the fault, ``$`` for the whole.
    """

    def __init__(self, topic: str, message: str) -> None:
        """Split the decoder's sentence into words and place."""
        what, _, where = message.partition(" - at `")
        self.path = where.rstrip("`") or "$"
        super().__init__(f"{topic}: {what} at {self.path}")


class _Level(msgspec.Struct, frozen=True):
    inventory_item_id: int
    location_id: int


class _LevelAt(_Level, frozen=True, kw_only=True):
    updated_at: _Time
    available: int | None = None


class _Item(msgspec.Struct, frozen=True):
    id: int
    tracked: bool
    cost: Decimal | None = None


class _Gone(msgspec.Struct, frozen=True):
    id: int


class _Variant(msgspec.Struct, frozen=True):
    id: int
    product_id: int
    title: str
    price: Decimal
    position: int
    inventory_policy: str
    inventory_item_id: int
    updated_at: _Time
    sku: str | None = None
    barcode: str | None = None
    compare_at_price: Decimal | None = None
    inventory_quantity: int | None = None


class _VariantGid(msgspec.Struct, frozen=True):
    admin_graphql_api_id: str


class _Image(msgspec.Struct, frozen=True):
    src: str
    alt: str | None = None


class _Product(msgspec.Struct, frozen=True):
    id: int
    title: str
    handle: str
    status: str
    created_at: _Time
    updated_at: _Time
    variants: list[_Variant]
    vendor: str | None = None
    product_type: str | None = None
    tags: str | list[str] = ""
    image: _Image | None = None
    variant_gids: list[_VariantGid] | None = None


class _Shop(msgspec.Struct, frozen=True):
    id: int
    myshopify_domain: str


class _Privacy(msgspec.Struct, frozen=True):
    shop_domain: str
    data_request: _Gone | None = None
    orders_requested: list[int] | None = None
    orders_to_redact: list[int] | None = None


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """A compliance payload without the person it is about.

    ``number`` is Shopify's of a data request, None for the others; ``orders`` is how many it names.
    """

    domain: str
    number: int | None
    orders: int


@dataclass(frozen=True, slots=True)
class ProductDelivery:
    """A products/create or products/update payload.

    ``missing`` are the ids of variants the payload only names (it carries the first 100 in full):
    when there are any, read the product by id.
    """

    product: Product
    variants: tuple[Variant, ...]
    missing: frozenset[int]

    @property
    def complete(self) -> ProductVariants | None:
        """The product with all its variants; None when some were only named."""
        return None if self.missing else ProductVariants(self.product, self.variants)


@dataclass(frozen=True, slots=True)
class StockGone:
    """An inventory_levels/disconnect payload: the item is no longer kept at the location."""

    item_id: int
    location_id: int


@dataclass(frozen=True, slots=True)
class ItemDelivery:
    """An inventory_items/update payload: what an item costs, and whether its stock is counted."""

    item_id: int
    tracked: bool
    cost: Decimal | None


def read_item(topic: str, body: bytes) -> ItemDelivery:
    """Read inventory_items/update; ``cost`` is None where it is not set or not ours to see."""
    told = _decode(topic, body, _Item)
    return ItemDelivery(told.id, told.tracked, told.cost)


def read_stock_level(topic: str, body: bytes) -> StockLevel:
    """Read inventory_levels/update and …/connect; ``available`` is None for untracked items."""
    told = _decode(topic, body, _LevelAt)
    return StockLevel(
        item_id=told.inventory_item_id,
        location_id=told.location_id,
        available=told.available,
        on_hand=None,
        committed=None,
        incoming=None,
        updated_at=utc(told.updated_at),
    )


def read_stock_gone(topic: str, body: bytes) -> StockGone:
    """Read inventory_levels/disconnect, which carries no time."""
    told = _decode(topic, body, _Level)
    return StockGone(told.inventory_item_id, told.location_id)


def read_product(topic: str, body: bytes) -> ProductDelivery:
    """Read products/create and products/update; tracked and cost are not told there."""
    told = _decode(topic, body, _Product)
    tags = told.tags.split(",") if isinstance(told.tags, str) else told.tags
    variants = tuple(_variant(each) for each in told.variants)
    named = {number(each.admin_graphql_api_id) for each in told.variant_gids or ()}
    return ProductDelivery(
        product=Product(
            id=told.id,
            title=told.title,
            handle=told.handle,
            status=told.status.lower(),
            vendor=told.vendor or "",
            product_type=told.product_type or "",
            tags=tuple(tag.strip() for tag in tags if tag.strip()),
            picture_url=told.image.src if told.image else "",
            picture_alt=(told.image.alt or "") if told.image else "",
            created_at=utc(told.created_at),
            updated_at=utc(told.updated_at),
        ),
        variants=variants,
        missing=frozenset(named - {each.id for each in variants}),
    )


def read_product_gone(topic: str, body: bytes) -> int:
    """Read products/delete: the id of the product that is gone."""
    return _decode(topic, body, _Gone).id


def read_uninstalled(topic: str, body: bytes) -> str:
    """Read app/uninstalled: the shop's domain. Its token is dead already (contract §8.3)."""
    return _decode(topic, body, _Shop).myshopify_domain.lower()


def read_privacy_request(topic: str, body: bytes) -> PrivacyRequest:
    """Read customers/data_request, customers/redact and shop/redact."""
    told = _decode(topic, body, _Privacy)
    orders = told.orders_requested or told.orders_to_redact or ()
    number = told.data_request.id if told.data_request else None
    return PrivacyRequest(told.shop_domain.lower(), number, len(orders))


def _variant(told: _Variant) -> Variant:
    return Variant(
        id=told.id,
        product_id=told.product_id,
        inventory_item_id=told.inventory_item_id,
        title=told.title,
        sku=told.sku or "",
        barcode=told.barcode or "",
        position=told.position,
        price=told.price,
        compare_at=told.compare_at_price,
        stock=told.inventory_quantity,
        policy=told.inventory_policy.lower(),
        tracked=None,
        cost=None,
        updated_at=utc(told.updated_at),
    )


def _decode(topic: str, body: bytes, shape: type[Payload]) -> Payload:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedPayload(topic, str(error)) from error
