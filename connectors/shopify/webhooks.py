"""Deliveries: is it from Shopify, what is it about, and what does it say (contract §8).

Pure functions on bytes and headers. Not done here: finding the shop's secrets, storing the
delivery once, handing it on (``foundation.inbox``).
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, TypeVar

import msgspec

from .contracts import Product, ProductVariants, StockLevel, Variant
from .mapping import number, utc
from .settings import is_shop_domain

SIGNATURE_HEADER: Final = "X-Shopify-Hmac-Sha256"
SHOP_HEADER: Final = "X-Shopify-Shop-Domain"
TOPIC_HEADER: Final = "X-Shopify-Topic"
FULL_VARIANTS: Final = 100  # beyond, a products/* payload names the rest by id only

Payload = TypeVar("Payload", bound=msgspec.Struct)
_Time = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class Refusal(StrEnum):
    """Why a delivery is not believed; kept inside, the sender sees 401 and nothing else."""

    NO_SIGNATURE = "no_signature"
    MALFORMED_SIGNATURE = "malformed_signature"
    WRONG_SIGNATURE = "wrong_signature"
    NO_SHOP = "no_shop"
    MALFORMED_SHOP = "malformed_shop"
    NO_TOPIC = "no_topic"
    NO_DELIVERY_ID = "no_delivery_id"


class Refused(Exception):
    """A delivery that is not believed."""

    def __init__(self, reason: Refusal) -> None:
        """``reason`` is for our own log."""
        super().__init__(reason.value)
        self.reason = reason


class MalformedPayload(ValueError):
    """A believed delivery whose body is not what its topic promises.

    ``path`` is the JSON path of the fault, ``$`` for the whole.
    """

    def __init__(self, topic: str, message: str) -> None:
        """Split the decoder's sentence into words and place."""
        what, _, where = message.partition(" - at `")
        self.path = where.rstrip("`") or "$"
        super().__init__(f"{topic}: {what} at {self.path}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The headers of a delivery. ``delivery_id`` is the same on its retries: the dedupe key.

    ``event_id`` joins all deliveries of one merchant action; ``triggered_at`` may be missing.
    """

    topic: str
    shop_domain: str
    delivery_id: str
    event_id: str
    api_version: str
    triggered_at: dt.datetime | None


def verify_signature(body: bytes, signature: str | None, secrets: Iterable[str]) -> None:
    """Raise :class:`Refused` unless ``signature`` was made over ``body`` with one of ``secrets``.

    Every secret is tried, in constant time each: the old one signs for up to an hour after a
    rotation (contract §2.3).
    """
    if not signature:
        raise Refused(Refusal.NO_SIGNATURE)
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(Refusal.MALFORMED_SIGNATURE) from error
    matches = [
        hmac.compare_digest(hmac.digest(secret.encode(), body, hashlib.sha256), given)
        for secret in secrets
        if secret
    ]
    if not any(matches):
        raise Refused(Refusal.WRONG_SIGNATURE)


def read_envelope(headers: Mapping[str, str]) -> Envelope:
    """Read a delivery's headers, whatever their letters' case; raise :class:`Refused`."""
    told = {name.lower(): value.strip() for name, value in headers.items()}
    shop = told.get("x-shopify-shop-domain", "").lower()
    topic = told.get("x-shopify-topic", "").lower()
    delivery_id = told.get("x-shopify-webhook-id", "")
    if not shop:
        raise Refused(Refusal.NO_SHOP)
    if not is_shop_domain(shop):
        raise Refused(Refusal.MALFORMED_SHOP)
    if not topic:
        raise Refused(Refusal.NO_TOPIC)
    if not delivery_id:
        raise Refused(Refusal.NO_DELIVERY_ID)
    return Envelope(
        topic=topic,
        shop_domain=shop,
        delivery_id=delivery_id,
        event_id=told.get("x-shopify-event-id", ""),
        api_version=told.get("x-shopify-api-version", ""),
        triggered_at=_time(told.get("x-shopify-triggered-at", "")),
    )


def _time(text: str) -> dt.datetime | None:
    """Read a header's time; nanoseconds are cut. It is a hint, so nonsense is None."""
    try:
        moment = msgspec.convert(text, _Time)
    except msgspec.ValidationError:
        return None
    return utc(moment)


# --- payloads ---------------------------------------------------------------------------------


class _Level(msgspec.Struct, frozen=True):
    inventory_item_id: int
    location_id: int


class _LevelAt(_Level, frozen=True, kw_only=True):
    updated_at: _Time
    available: int | None = None


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
