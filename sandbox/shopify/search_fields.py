"""What each list can be searched by: the filters of contract §6 that the sandbox knows."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sandbox.shopify.bulk import shown_status

if TYPE_CHECKING:
    from sandbox.shopify.state import Shop

Getter: TypeAlias = Callable[["Shop", Any], Any]


class Searchable(NamedTuple):
    """A filter of a list: how its value is read and compared."""

    kind: str
    read: Getter


def _variant_values(name: str) -> Getter:
    return lambda shop, product: [getattr(v, name) for v in shop.variants_of(product)]


def _total(shop: "Shop", product: Any) -> int:
    return sum(shop.available(variant) for variant in shop.variants_of(product))


def _attribute(name: str) -> Getter:
    return lambda _shop, record: getattr(record, name)


def _of_product(name: str) -> Getter:
    return lambda shop, variant: getattr(shop.products[variant.product_id], name)


PRODUCT: dict[str, Searchable] = {
    "id": Searchable("id", _attribute("id")),
    "updated_at": Searchable("date", _attribute("updated")),
    "created_at": Searchable("date", _attribute("created")),
    "published_at": Searchable("date", _attribute("published")),
    "status": Searchable("text", _attribute("status")),
    "published_status": Searchable(
        "text", lambda _s, p: ["any", "published" if p.published else "unpublished"]
    ),
    "tag": Searchable("text", _attribute("tags")),
    "tag_not": Searchable("not", _attribute("tags")),
    "vendor": Searchable("text", _attribute("vendor")),
    "product_type": Searchable("text", _attribute("product_type")),
    "handle": Searchable("text", _attribute("handle")),
    "title": Searchable("words", _attribute("title")),
    "sku": Searchable("text", _variant_values("sku")),
    "barcode": Searchable("text", _variant_values("barcode")),
    "variant_id": Searchable("id", _attribute("variant_ids")),
    "variant_title": Searchable("text", _variant_values("title")),
    "price": Searchable("number", lambda shop, p: [float(v.price) for v in shop.variants_of(p)]),
    "is_price_reduced": Searchable(
        "flag",
        lambda shop, p: any(
            v.compare_at and float(v.compare_at) > float(v.price) for v in shop.variants_of(p)
        ),
    ),
    "inventory_total": Searchable("number", _total),
    "tracks_inventory": Searchable(
        "flag", lambda shop, p: any(shop.items[v.item_id].tracked for v in shop.variants_of(p))
    ),
    "out_of_stock_somewhere": Searchable(
        "flag",
        lambda shop, p: any(
            shop.items[v.item_id].tracked and shop.available(v) <= 0 for v in shop.variants_of(p)
        ),
    ),
}

VARIANT: dict[str, Searchable] = {
    "id": Searchable("id", _attribute("id")),
    "updated_at": Searchable("date", _attribute("updated")),
    "product_id": Searchable("id", _attribute("product_id")),
    "product_ids": Searchable("id", _attribute("product_id")),
    "sku": Searchable("text", _attribute("sku")),
    "barcode": Searchable("text", _attribute("barcode")),
    "title": Searchable("words", _attribute("title")),
    "inventory_quantity": Searchable("number", lambda shop, v: shop.available(v)),
    "location_id": Searchable("id", lambda shop, v: list(shop.levels_of(v.item_id))),
    "managed": Searchable("flag", lambda shop, v: shop.items[v.item_id].tracked),
    "taxable": Searchable("flag", _attribute("taxable")),
    "option1": Searchable("text", lambda _s, v: v.choices[0:1]),
    "option2": Searchable("text", lambda _s, v: v.choices[1:2]),
    "option3": Searchable("text", lambda _s, v: v.choices[2:3]),
    "product_status": Searchable("text", _of_product("status")),
    "product_type": Searchable("text", _of_product("product_type")),
    "tag": Searchable("text", _of_product("tags")),
    "vendor": Searchable("text", _of_product("vendor")),
}

ITEM: dict[str, Searchable] = {
    "id": Searchable("id", _attribute("id")),
    "created_at": Searchable("date", _attribute("created")),
    "updated_at": Searchable("date", _attribute("updated")),
    "sku": Searchable("text", lambda shop, item: shop.variants[item.variant_id].sku),
}


def _product_words(shop: "Shop", product: Any) -> str:
    skus = " ".join(v.sku or "" for v in shop.variants_of(product))
    parts = (product.title, product.vendor, product.product_type, *product.tags, skus)
    return " ".join(parts)


def _variant_words(shop: "Shop", variant: Any) -> str:
    product = shop.products[variant.product_id]
    parts = (product.title, variant.title, variant.sku or "", variant.barcode or "")
    return " ".join((*parts, product.vendor, product.product_type))


BULK: dict[str, Searchable] = {
    "id": Searchable("id", _attribute("id")),
    "created_at": Searchable("date", _attribute("created")),
    "status": Searchable("text", lambda shop, each: shown_status(each, shop.settings)),
    "operation_type": Searchable("text", lambda _s, _r: "query"),
}

RESOURCES: dict[str, tuple[dict[str, Searchable], Getter]] = {
    "product": (PRODUCT, _product_words),
    "variant": (VARIANT, _variant_words),
    "bulk": (BULK, lambda _shop, _operation: ""),
    "item": (ITEM, lambda shop, item: shop.variants[item.variant_id].sku or ""),
}
