"""Global ids on the way in: `gid://shopify/{Kind}/{number}`."""

from typing import TYPE_CHECKING, Any

from sandbox.shopify.errors import bad_id
from sandbox.shopify.shop_doc import shop_doc

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

_PREFIX = {
    kind: f"gid://shopify/{kind}/"
    for kind in (
        "Product",
        "ProductVariant",
        "InventoryItem",
        "Location",
        "WebhookSubscription",
        "BulkOperation",
    )
}


def number_of(text: Any, kind: str | None = None) -> int | None:
    """Numeric part of a global id; None when it is of another kind.

    Raises:
        FieldError: RESOURCE_NOT_FOUND for a malformed id.
    """
    if (
        kind is not None
        and (digits := str(text).removeprefix(_PREFIX[kind])).isdecimal()
        and digits != text
    ):
        return int(digits)
    parts = str(text).split("?")[0].split("/")
    if len(parts) != 5 or parts[:3] != ["gid:", "", "shopify"] or not parts[4].isdigit():  # noqa: PLR2004 - gid://shopify/Kind/1
        raise bad_id()
    return int(parts[4]) if kind in {None, parts[3]} else None


def find(call: "Call", text: Any) -> Any:
    """The record behind a global id of any kind, or None."""
    number = number_of(text)
    if number is None:
        return None
    shop = call.shop
    kind = str(text).split("/")[3]
    if kind == "InventoryLevel":
        item = str(text).rpartition("inventory_item_id=")[2]
        return shop.levels_of(int(item)).get(number) if item.isdigit() else None
    tables: dict[str, dict[int, Any]] = {
        "Product": shop.products,
        "ProductVariant": shop.variants,
        "InventoryItem": shop.items,
        "Location": shop.locations,
        "WebhookSubscription": shop.subscriptions,
        "BulkOperation": shop.bulk,
    }
    if kind == "Shop" and number == shop.facts.id:
        return shop_doc(None, {}, call)
    return tables.get(kind, {}).get(number)
