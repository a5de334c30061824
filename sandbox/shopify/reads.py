"""Resolvers of the catalogue: products, variants, nodes, counts."""

from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.shopify import clock, paging, search
from sandbox.shopify.entities import Option, Product, Variant, gid
from sandbox.shopify.ids import find, number_of
from sandbox.shopify.paging import Page
from sandbox.shopify.plan import Resolver, resolves

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

Args: TypeAlias = dict[str, Any]
Doc: TypeAlias = dict[str, Any]

DEFAULT_TITLE = "Default Title"


@resolves("QueryRoot", "node")
def _node(_root: None, args: Args, call: "Call") -> Any:
    return find(call, args["id"])


@resolves("QueryRoot", "nodes")
def _nodes(_root: None, args: Args, call: "Call") -> list[Any]:
    return [find(call, text) for text in args["ids"]]


@resolves("QueryRoot", "product")
def _product(_root: None, args: Args, call: "Call") -> Product | None:
    number = number_of(args["id"], "Product")
    return None if number is None else call.shop.products.get(number)


@resolves("QueryRoot", "productVariant")
def _variant(_root: None, args: Args, call: "Call") -> Variant | None:
    number = number_of(args["id"], "ProductVariant")
    return None if number is None else call.shop.variants.get(number)


def _total(call: "Call", product: Product) -> int:
    return sum(call.shop.available(variant) for variant in call.shop.variants_of(product))


@resolves("QueryRoot", "products")
def _products(_root: None, args: Args, call: "Call") -> Page:
    key = args["sortKey"]
    sort = {
        "CREATED_AT": lambda p: p.created,
        "INVENTORY_TOTAL": lambda p: _total(call, p),
        "PRODUCT_TYPE": lambda p: p.product_type,
        "PUBLISHED_AT": lambda p: p.published or 0,
        "TITLE": lambda p: p.title.lower(),
        "UPDATED_AT": lambda p: p.updated,
        "VENDOR": lambda p: p.vendor,
    }.get(key)
    return paging.listing(call, "product", args, sort)


@resolves("QueryRoot", "productVariants")
def _variants(_root: None, args: Args, call: "Call") -> Page:
    shop = call.shop
    sort = {
        "FULL_TITLE": lambda v: f"{shop.products[v.product_id].title} {v.title}".lower(),
        "INVENTORY_LEVELS_AVAILABLE": shop.available,
        "INVENTORY_MANAGEMENT": lambda v: shop.items[v.item_id].tracked,
        "INVENTORY_POLICY": lambda v: v.policy,
        "INVENTORY_QUANTITY": shop.available,
        "NAME": lambda v: v.title.lower(),
        "POSITION": lambda v: v.position,
        "SKU": lambda v: v.sku or "",
        "TITLE": lambda v: v.title.lower(),
    }.get(args["sortKey"])
    return paging.listing(call, "variant", args, sort)


def _count(call: "Call", kind: str, args: Args) -> Doc:
    ids = call.shop.ids(kind)
    query = search.compiled(kind, args.get("query") or "")
    call.warn(args.get("query") or "", query)
    total = len(ids)
    if query.predicate is not None:
        total = sum(1 for _ in paging.matching(call, kind, ids, query))
    limit = args.get("limit")
    if limit is not None and total > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": total, "precision": "EXACT"}


@resolves("QueryRoot", "productsCount")
def _products_count(_root: None, args: Args, call: "Call") -> Doc:
    return _count(call, "product", args)


@resolves("QueryRoot", "productVariantsCount")
def _variants_count(_root: None, args: Args, call: "Call") -> Doc:
    return _count(call, "variant", args)


@resolves("Product", "id")
def _product_id(product: Product, _args: Args, _call: "Call") -> str:
    return gid("Product", product.id)


@resolves("Product", "legacyResourceId")
@resolves("ProductVariant", "legacyResourceId")
@resolves("InventoryItem", "legacyResourceId")
@resolves("Location", "legacyResourceId")
def _legacy_id(record: Any, _args: Args, _call: "Call") -> str:
    return str(record.id)


@resolves("Product", "createdAt")
@resolves("ProductVariant", "createdAt")
@resolves("InventoryItem", "createdAt")
@resolves("InventoryLevel", "createdAt")
@resolves("Location", "createdAt")
@resolves("WebhookSubscription", "createdAt")
def _created(record: Any, _args: Args, _call: "Call") -> str:
    return clock.zulu(record.created)


@resolves("Product", "updatedAt")
@resolves("ProductVariant", "updatedAt")
@resolves("InventoryItem", "updatedAt")
@resolves("InventoryLevel", "updatedAt")
@resolves("Location", "updatedAt")
@resolves("WebhookSubscription", "updatedAt")
def _updated(record: Any, _args: Args, _call: "Call") -> str:
    return clock.zulu(record.updated)


def _getter(attribute: str) -> Resolver:
    return lambda record, _args, _call: getattr(record, attribute)


def _plain(type_name: str, **fields: str) -> None:
    for name, attribute in fields.items():
        resolves(type_name, name)(_getter(attribute))


_plain(
    "Product",
    title="title",
    handle="handle",
    vendor="vendor",
    productType="product_type",
    tags="tags",
    status="status",
    descriptionHtml="description",
)
_plain(
    "ProductVariant",
    title="title",
    sku="sku",
    barcode="barcode",
    price="price",
    compareAtPrice="compare_at",
    position="position",
    inventoryPolicy="policy",
    taxable="taxable",
)


@resolves("Product", "publishedAt")
def _published(product: Product, _args: Args, _call: "Call") -> str | None:
    return clock.zulu(product.published) if product.published else None


@resolves("Product", "totalInventory")
def _total_inventory(product: Product, _args: Args, call: "Call") -> int:
    return _total(call, product)


@resolves("Product", "tracksInventory")
def _tracks(product: Product, _args: Args, call: "Call") -> bool:
    return any(call.shop.items[v.item_id].tracked for v in call.shop.variants_of(product))


@resolves("Product", "hasOnlyDefaultVariant")
def _only_default(product: Product, _args: Args, call: "Call") -> bool:
    variants = call.shop.variants_of(product)
    return len(variants) == 1 and variants[0].title == DEFAULT_TITLE


@resolves("Product", "variantsCount")
def _count_of_product(product: Product, _args: Args, _call: "Call") -> Doc:
    return {"count": len(product.variant_ids), "precision": "EXACT"}


@resolves("Product", "options")
def _options(product: Product, args: Args, _call: "Call") -> list[Doc]:
    options = product.options[: args.get("first")]
    return [option_doc(option, at) for at, option in enumerate(options, start=1)]


def option_doc(option: Option, position: int) -> Doc:
    """`ProductOption` fields."""
    return {
        "id": gid("ProductOption", option.id),
        "name": option.name,
        "position": position,
        "values": option.values,
    }


@resolves("Product", "featuredMedia")
def _media(product: Product, _args: Args, call: "Call") -> Doc:
    url = f"{call.origin}/pictures/{call.shop.domain}/{product.id}.svg"
    image = {"url": url, "altText": product.title}
    return {
        "__typename": "MediaImage",
        "id": gid("MediaImage", product.id),
        "alt": product.title,
        "image": image,
        "preview": {"image": image},
    }


@resolves("Product", "variants")
def _variants_of(product: Product, args: Args, call: "Call") -> Page:
    roots = call.plan.roots
    alone = len(roots) == 1 and roots[0].name == "product" and call.root_field is roots[0]
    most = paging.PRODUCT_VARIANTS_PAGE if alone else call.settings.array_ceiling
    paging.size(call, args, most)
    rows = call.shop.variants_of(product)
    return paging.sliced(rows, args, lambda variant: variant.position, in_order=True)


@resolves("ProductVariant", "id")
def _variant_id(variant: Variant, _args: Args, _call: "Call") -> str:
    return f"gid://shopify/ProductVariant/{variant.id}"


@resolves("ProductVariant", "displayName")
def _display_name(variant: Variant, _args: Args, call: "Call") -> str:
    return f"{call.shop.products[variant.product_id].title} - {variant.title}"


@resolves("ProductVariant", "inventoryQuantity")
def _quantity(variant: Variant, _args: Args, call: "Call") -> int:
    return call.shop.available(variant)


@resolves("ProductVariant", "availableForSale")
def _for_sale(variant: Variant, _args: Args, call: "Call") -> bool:
    tracked = call.shop.items[variant.item_id].tracked
    return not tracked or variant.policy == "CONTINUE" or call.shop.available(variant) > 0


@resolves("ProductVariant", "selectedOptions")
def _selected(variant: Variant, _args: Args, call: "Call") -> list[Doc]:
    options = call.shop.products[variant.product_id].options
    return [
        {"name": option.name, "value": value}
        for option, value in zip(options, variant.choices, strict=False)
    ]


@resolves("ProductVariant", "product")
def _product_of(variant: Variant, _args: Args, call: "Call") -> Product:
    return call.shop.products[variant.product_id]


@resolves("ProductVariant", "inventoryItem")
def _item_of(variant: Variant, _args: Args, call: "Call") -> Any:
    return call.shop.items[variant.item_id]
