"""`productCreate`, `productUpdate`, `productDelete` (contract §4.2)."""

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from sandbox.shopify import merchant, payloads
from sandbox.shopify.entities import Item, Level, Option, Product, Variant, gid
from sandbox.shopify.ids import number_of
from sandbox.shopify.plan import resolves
from sandbox.shopify.reads import DEFAULT_TITLE
from sandbox.shopify.state import Work

if TYPE_CHECKING:
    from sandbox.shopify.execution import Call

Doc: TypeAlias = dict[str, Any]

LONGEST_TITLE = 255
COLOURS = ("#475569", "#e2e8f0")

# Input field -> attribute of Product; a null is ignored as in a patch.
PLAIN = {
    "title": "title",
    "vendor": "vendor",
    "productType": "product_type",
    "descriptionHtml": "description",
}


def _error(field: list[str] | None, message: str) -> Doc:
    return {"field": field, "message": message}


def _work(call: "Call", operation: str) -> Work:
    return Work(call.shop, source="api", operation=operation, request_id=call.request_id)


def _title_errors(title: Any) -> list[Doc]:
    if not title or not title.strip():
        return [_error(["title"], "Title can't be blank")]
    if len(title) > LONGEST_TITLE:
        message = f"Title is too long (maximum is {LONGEST_TITLE} characters)"
        return [_error(["title"], message)]
    return []


def _handle(call: "Call", wanted: str, own: Product | None = None) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-") or "product"
    taken = {p.handle for p in call.shop.products.values() if p is not own}
    handle, number = stem, 0
    while handle in taken:
        number += 1
        handle = f"{stem}-{number}"
    return handle


def _tags(given: list[str]) -> list[str]:
    return sorted({tag.strip() for tag in given if tag.strip()}, key=str.lower)


@resolves("Mutation", "productCreate")
def create(_root: None, args: Doc, call: "Call") -> Doc:
    """A product with one default variant; its price comes with a later price write."""
    given = args.get("product") or {}
    errors = _title_errors(given.get("title"))
    if errors:
        return {"product": None, "userErrors": errors}
    work = _work(call, "productCreate")
    shop = call.shop
    work.edit(shop.facts)
    options = _options(call, given)
    first = shop.take_ids(3)
    status = given.get("status") or "ACTIVE"
    product = Product(
        id=first,
        title=given["title"].strip(),
        handle=_handle(call, given.get("handle") or given["title"]),
        vendor=given.get("vendor") or shop.facts.name,
        product_type=given.get("productType") or "",
        tags=_tags(given.get("tags") or []),
        status=status,
        description=given.get("descriptionHtml") or "",
        options=options,
        variant_ids=[first + 1],
        created=work.at,
        updated=work.at,
        published=work.at if status == "ACTIVE" else None,
        colours=COLOURS,
    )
    shop.products[product.id] = product
    work.add(product)
    _default_variant(work, product, first + 2)
    work.event("products/create", payloads.product(shop, product))
    work.event("inventory_items/create", payloads.item(shop, shop.items[first + 2]))
    work.effect(changed=True, product_id=product.id, variant_id=first + 1, created=True)
    call.world.commit(work)
    return {"product": product, "userErrors": []}


def _options(call: "Call", given: Doc) -> list[Option]:
    wanted = given.get("productOptions") or [{"name": "Title", "values": [{"name": DEFAULT_TITLE}]}]
    number = call.shop.take_ids(len(wanted))
    return [
        Option(number + at, option["name"], [value["name"] for value in option["values"]])
        for at, option in enumerate(wanted)
    ]


def _default_variant(work: Work, product: Product, item_id: int) -> None:
    shop, at = work.shop, work.at
    choices = [option.values[0] for option in product.options]
    variant = Variant(
        id=product.variant_ids[0],
        product_id=product.id,
        item_id=item_id,
        title=" / ".join(choices),
        sku=None,
        barcode=None,
        price=f"{0:.{shop.facts.digits}f}",
        compare_at=None,
        position=1,
        choices=choices,
        policy="DENY",
        taxable=True,
        created=at,
        updated=at,
    )
    item = Item(
        id=item_id,
        variant_id=variant.id,
        tracked=False,
        requires_shipping=True,
        cost=None,
        created=at,
        updated=at,
    )
    shop.variants[variant.id], shop.items[item.id] = variant, item
    place = next(place for place in shop.locations.values() if place.primary)
    level = Level(item.id, place.id, created=at, updated=at)
    shop.levels[item.id] = {place.id: level}
    for record in (variant, item, level):
        work.add(record)
    work.event("inventory_levels/connect", payloads.level(shop, level))


@resolves("Mutation", "productUpdate")
def update(_root: None, args: Doc, call: "Call") -> Doc:
    """Patch a product; `tags` replaces the whole list."""
    given = args.get("product") or {}
    if given.get("id") is None:
        return {"product": None, "userErrors": [_error(["id"], "Product id is required")]}
    product = call.shop.products.get(number_of(given["id"], "Product") or 0)
    if product is None:
        return {"product": None, "userErrors": [_error(["id"], "Product does not exist")]}
    if "title" in given and given["title"] is not None:
        errors = _title_errors(given["title"])
        if errors:
            return {"product": product, "userErrors": errors}
    work = _work(call, "productUpdate")
    work.edit(product)
    before = _facts(product)
    _patch(call, product, given)
    if product.status == "ACTIVE" and product.published is None:
        product.published = work.at
    after = _facts(product)
    product.updated = work.at
    work.touched_products[product.id] = None
    work.effect(changed=before != after, product_id=product.id, before=before, after=after)
    call.world.commit(work)
    return {"product": product, "userErrors": []}


def _patch(call: "Call", product: Product, given: Doc) -> None:
    for name, attribute in PLAIN.items():
        if given.get(name) is not None:
            setattr(product, attribute, given[name])
    if given.get("handle"):
        product.handle = _handle(call, given["handle"], product)
    if given.get("tags") is not None:
        product.tags = _tags(given["tags"])
    if given.get("status"):
        product.status = given["status"]


def _facts(product: Product) -> Doc:
    return {
        "title": product.title,
        "handle": product.handle,
        "vendor": product.vendor,
        "product_type": product.product_type,
        "description": product.description,
        "tags": product.tags,
        "status": product.status,
    }


@resolves("Mutation", "productDelete")
def delete(_root: None, args: Doc, call: "Call") -> Doc:
    """Delete a product with its variants and stock."""
    product = call.shop.products.get(number_of(args["input"]["id"], "Product") or 0)
    if product is None:
        errors = [_error(["id"], "Product does not exist")]
        return {"deletedProductId": None, "userErrors": errors}
    work = _work(call, "productDelete")
    merchant.remove_product(work, product)
    call.world.commit(work)
    return {"deletedProductId": gid("Product", product.id), "userErrors": []}
