"""Pure translation between the wire and :mod:`connectors.shopify.contracts`. No I/O."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from . import wire
from .contracts import (
    KEEP,
    ItemStock,
    LivePrice,
    Location,
    PriceWrite,
    PriceWriteAnswer,
    Product,
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

_TOPICS: Final = {topic.name: topic.value for topic in Topic}
_ADDRESS_TAKEN: Final = "already been taken"  # contract §7; the type has no code
_ROWS_FIELD: Final = "variants"


def gid(kind: str, number: int) -> str:
    """Spell an id as GraphQL wants it: ``gid://shopify/Product/9001`` (contract §1)."""
    return f"gid://shopify/{kind}/{number}"


def number(text: str) -> int:
    """Return the number of a gid; what follows a ``?`` belongs to no id (contract §5)."""
    return int(text.rpartition("/")[2].partition("?")[0])


def utc(moment: dt.datetime) -> dt.datetime:
    """Return the same moment in UTC; webhooks carry the shop's offset (contract §8.3)."""
    return moment.astimezone(dt.UTC)


def shop_facts(shop: wire.Shop, api_version: str) -> ShopFacts:
    """Translate the answer of ShopFacts."""
    return ShopFacts(
        id=number(shop.id),
        name=shop.name,
        domain=shop.myshopify_domain,
        currency=shop.currency_code,
        timezone=shop.iana_timezone,
        taxes_included=shop.taxes_included,
        plan=shop.plan.public_display_name,
        plus=shop.plan.shopify_plus,
        development=shop.plan.partner_development,
        max_variants_per_product=shop.resource_limits.max_product_variants,
        api_version=api_version,
    )


def scopes(installation: wire.Installation) -> frozenset[str]:
    """Name the scopes, with the read scopes that write scopes imply (contract §2.1)."""
    told = {scope.handle for scope in installation.access_scopes}
    implied = {"read_" + name.removeprefix("write_") for name in told if name.startswith("write_")}
    return frozenset(told | implied)


def location(node: wire.Location) -> Location:
    """Translate a node of LocationPage."""
    return Location(
        id=number(node.id),
        name=node.name,
        active=node.is_active,
        fulfils_online_orders=node.fulfills_online_orders,
        ships_inventory=node.ships_inventory,
        updated_at=utc(node.updated_at),
    )


def product(node: wire.Product) -> Product:
    """Translate a node of ProductPage, ProductsChanged or ProductById."""
    preview = node.featured_media.preview if node.featured_media else None
    image = preview.image if preview else None
    return Product(
        id=number(node.id),
        title=node.title,
        handle=node.handle,
        status=node.status.lower(),
        vendor=node.vendor,
        product_type=node.product_type,
        tags=tuple(node.tags),
        picture_url=image.url if image else "",
        picture_alt=(image.alt_text or "") if image else "",
        created_at=utc(node.created_at),
        updated_at=utc(node.updated_at),
    )


def glance(node: wire.VariantScalars) -> VariantGlance:
    """Translate a node of VariantPageFlat."""
    return VariantGlance(
        id=number(node.id),
        title=node.title,
        sku=node.sku or "",
        barcode=node.barcode or "",
        position=node.position,
        price=node.price,
        compare_at=node.compare_at_price,
        stock=node.inventory_quantity,
        policy=node.inventory_policy.lower(),
        updated_at=utc(node.updated_at),
    )


def variant(node: wire.Variant, product_id: int | None = None) -> Variant:
    """Translate a variant; one of ProductById comes with the product it was asked of."""
    if product_id is None:
        if node.product is None:
            message = f"variant {node.id} came without its product"
            raise ValueError(message)
        product_id = number(node.product.id)
    item = node.inventory_item
    return Variant(
        id=number(node.id),
        product_id=product_id,
        inventory_item_id=number(item.id),
        title=node.title,
        sku=node.sku or "",
        barcode=node.barcode or "",
        position=node.position,
        price=node.price,
        compare_at=node.compare_at_price,
        stock=node.inventory_quantity,
        policy=node.inventory_policy.lower(),
        tracked=item.tracked,
        cost=item.unit_cost.amount if item.unit_cost else None,
        updated_at=utc(node.updated_at),
    )


def item_stock(node: wire.ItemFacts, levels: Iterable[wire.Level]) -> ItemStock:
    """Translate an inventory item with the levels collected for it."""
    item_id = number(node.id)
    return ItemStock(
        item_id=item_id,
        sku=node.sku or "",
        tracked=node.tracked,
        updated_at=utc(node.updated_at),
        levels=tuple(_level(item_id, level) for level in levels),
    )


def stock_export(node: wire.BulkOperation) -> StockExport:
    """Translate a bulk operation."""
    return StockExport(
        id=number(node.id),
        status=node.status.lower(),
        objects=int(node.object_count),
        items=int(node.root_object_count),
        created_at=utc(node.created_at),
        url=node.url or "",
    )


def _level(item_id: int, node: wire.Level) -> StockLevel:
    told = {each.name: each.quantity for each in node.quantities}
    return StockLevel(
        item_id=item_id,
        location_id=number(node.location.id),
        available=told.get("available"),
        on_hand=told.get("on_hand"),
        committed=told.get("committed"),
        incoming=told.get("incoming"),
        updated_at=utc(node.updated_at),
    )


def live_price(node: wire.Price) -> LivePrice:
    """Translate a node of VariantPriceCheck."""
    return LivePrice(node.price, node.compare_at_price, utc(node.updated_at))


def amount(value: Decimal) -> str:
    """Spell money for the wire: a plain decimal string, never an exponent (contract §1)."""
    if not value.is_finite():
        message = f"{value} is not an amount of money"
        raise ValueError(message)
    return format(value, "f")


def price_input(row: PriceWrite) -> dict[str, Any]:
    """Spell one row of PriceWrite; compare-at omitted stays, null clears it (contract §4.1)."""
    given: dict[str, Any] = {
        "id": gid("ProductVariant", row.variant_id),
        "price": amount(row.price),
    }
    if row.compare_at is not KEEP:
        given["compareAtPrice"] = None if row.compare_at is None else amount(row.compare_at)
    return given


def price_write_answer(
    rows: Sequence[PriceWrite], payload: wire.PricePayload, request_id: str
) -> PriceWriteAnswer:
    """Sort the answer of PriceWrite by row.

    A partial write lists *all* submitted rows, the refused ones with their old price, so a row
    counts as answered only when no error names it (contract §4.1).
    """
    errors: dict[int, RowError] = {}
    product_error: RowError | None = None
    for error in payload.errors:
        told = RowError(error.code or "", error.message)
        index = _row_index(error.field, len(rows))
        if index is None:
            product_error = product_error or told
            continue
        variant_id = rows[index].variant_id
        earlier = errors.get(variant_id)
        errors[variant_id] = (
            told
            if earlier is None
            else RowError(earlier.code, f"{earlier.message}; {told.message}")
        )
    written = {
        number(node.id): WrittenPrice(node.price, node.compare_at_price, utc(node.updated_at))
        for node in payload.variants or ()
    }
    submitted = [row.variant_id for row in rows]
    answered = {each: written[each] for each in submitted if each in written and each not in errors}
    # With any error and no list, nothing at all was written; without an error that is a riddle.
    refused = payload.variants is None and bool(payload.errors)
    silent = () if refused else (each for each in submitted if each not in answered)
    return PriceWriteAnswer(
        rows=answered,
        errors=errors,
        product_error=product_error,
        request_id=request_id,
        unanswered=frozenset(each for each in silent if each not in errors),
    )


def _row_index(path: list[str] | None, rows: int) -> int | None:
    """Return the row an error's field names: ``["variants", "1", "price"]`` is row 1."""
    match path:
        case [str(head), str(index), *_] if head == _ROWS_FIELD and index.isdecimal():
            return int(index) if int(index) < rows else None
        case _:
            return None


def subscription(node: wire.Hook) -> Subscription:
    """Translate a node of HookList or HookCreate."""
    return Subscription(
        id=number(node.id),
        topic=_TOPICS.get(node.topic, node.topic),
        uri=node.uri,
        format=node.format,
        filter=node.filter or "",
        include_fields=tuple(node.include_fields),
        api_version=node.api_version.handle,
        created_at=utc(node.created_at),
        updated_at=utc(node.updated_at),
    )


def address_taken(errors: Iterable[wire.UserError]) -> bool:
    """Whether a subscription was refused because it is there already (contract §7)."""
    return any(_ADDRESS_TAKEN in error.message for error in errors)


def words(errors: Iterable[wire.UserError]) -> str:
    """Put refusals into one line for people."""
    return "; ".join(error.message for error in errors) or "no reason given"
