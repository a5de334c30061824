"""The merchant and other outsiders: edits, sales, goods that arrive, none of it by API calls."""

from typing import Any

import msgspec

from sandbox.control_edge import RefusedError
from sandbox.shopify import money, payloads
from sandbox.shopify.entities import Level, Product, Variant
from sandbox.shopify.price_writes import prices
from sandbox.shopify.state import Shop, Work, new_token
from sandbox.shopify.world import World


class PriceEdit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """New prices of a variant; `compare_at_price` left out stays, null clears."""

    variant_id: int
    price: str | None = None
    compare_at_price: str | msgspec.UnsetType | None = msgspec.UNSET


def _variant(shop: Shop, number: int) -> Variant:
    variant = shop.variants.get(number)
    if variant is None:
        message = f"no variant {number} in {shop.domain}"
        raise RefusedError(message)
    return variant


def product_of(shop: Shop, number: int) -> Product:
    """A product by id.

    Raises:
        RefusedError: there is none.
    """
    product = shop.products.get(number)
    if product is None:
        message = f"no product {number} in {shop.domain}"
        raise RefusedError(message)
    return product


def _outside(shop: Shop, operation: str) -> Work:
    return Work(shop, source="outside", operation=operation)


def edit_prices(
    world: World, shop: Shop, edits: list[PriceEdit], *, operation: str = "edit"
) -> int:
    """Set prices by hand, in one moment; returns that moment in milliseconds."""
    variants = [_variant(shop, edit.variant_id) for edit in edits]
    work = _outside(shop, operation)
    digits = shop.facts.digits
    for variant, edit in zip(variants, edits, strict=True):
        before = prices(variant)
        work.edit(variant)
        if edit.price is not None:
            variant.price = money.written(money.read(edit.price), digits)
        if edit.compare_at_price is None:
            variant.compare_at = None
        elif isinstance(edit.compare_at_price, str):
            variant.compare_at = money.written(money.read(edit.compare_at_price), digits)
        variant.updated = work.at
        product = shop.products[variant.product_id]
        work.edit(product)
        product.updated = work.at
        work.touched_products[product.id] = None
        after = prices(variant)
        work.effect(
            changed=before != after,
            variant_id=variant.id,
            product_id=product.id,
            before=before,
            after=after,
        )
    world.commit(work)
    return work.at


def _level(shop: Shop, variant: Variant, location_id: int | None) -> Level:
    levels = shop.levels_of(variant.item_id)
    if location_id is not None:
        level = levels.get(location_id)
    else:
        level = max(levels.values(), key=lambda row: row.available, default=None)
    if level is None:
        message = f"variant {variant.id} is not stocked there"
        raise RefusedError(message)
    return level


def _move(work: Work, level: Level, variant: Variant, *, delta: int, committed: int = 0) -> None:
    shop = work.shop
    before = level.available
    work.edit(level)
    level.available += delta
    level.committed += committed
    level.updated = work.at
    work.event("inventory_levels/update", payloads.level(shop, level))
    work.effect(
        changed=delta != 0,
        variant_id=variant.id,
        product_id=variant.product_id,
        item_id=level.item_id,
        location_id=level.location_id,
        before={"available": before},
        after={"available": level.available},
    )


def sell(
    world: World, shop: Shop, variant_id: int, quantity: int, location_id: int | None = None
) -> None:
    """An order: available goes to committed, the product's updatedAt moves too (contract §6)."""
    variant = _variant(shop, variant_id)
    work = _outside(shop, "sell")
    if shop.items[variant.item_id].tracked:
        level = _level(shop, variant, location_id)
        _move(work, level, variant, delta=-quantity, committed=quantity)
    product = shop.products[variant.product_id]
    work.edit(product)
    product.updated = work.at
    work.touched_products[product.id] = None
    world.commit(work)


def restock(
    world: World, shop: Shop, variant_id: int, quantity: int, location_id: int | None = None
) -> None:
    """Goods arrive."""
    variant = _variant(shop, variant_id)
    level = _level(shop, variant, location_id)
    work = _outside(shop, "restock")
    _move(work, level, variant, delta=quantity)
    world.commit(work)


def transfer(
    world: World, shop: Shop, variant_id: int, quantity: int, places: tuple[int, int]
) -> None:
    """Goods move between two locations; the target is connected when it did not stock them."""
    variant = _variant(shop, variant_id)
    from_id, to_id = places
    source = _level(shop, variant, from_id)
    if to_id not in shop.locations:
        message = f"no location {to_id}"
        raise RefusedError(message)
    work = _outside(shop, "transfer")
    levels = shop.levels.setdefault(variant.item_id, {})
    target = levels.get(to_id)
    if target is None:
        target = levels[to_id] = Level(variant.item_id, to_id, created=work.at, updated=work.at)
        work.add(target)
        work.event("inventory_levels/connect", payloads.level(shop, target))
    _move(work, source, variant, delta=-quantity)
    _move(work, target, variant, delta=quantity)
    world.commit(work)


def remove_product(work: Work, product: Product) -> None:
    """Take a product with all its records out of the shop, inside a work."""
    shop = work.shop
    for variant in shop.variants_of(product):
        for level in shop.levels.pop(variant.item_id, {}).values():
            work.remove(level)
        work.remove(shop.items.pop(variant.item_id))
        work.remove(shop.variants.pop(variant.id))
        work.event("inventory_items/delete", {"id": variant.item_id})
        work.effect(changed=True, variant_id=variant.id, product_id=product.id, deleted=True)
    work.remove(shop.products.pop(product.id))
    work.event("products/delete", {"id": product.id})


def delete_product(world: World, shop: Shop, product_id: int) -> None:
    """Delete a product by hand."""
    product = product_of(shop, product_id)
    work = _outside(shop, "delete_product")
    remove_product(work, product)
    world.commit(work)


def suspend_product(world: World, shop: Shop, product_id: int, *, suspended: bool) -> None:
    """Make price writes to a product fail with PRODUCT_SUSPENDED, or let them pass again."""
    product = product_of(shop, product_id)
    work = _outside(shop, "suspend_product")
    work.edit(product)
    product.suspended = suspended
    world.commit(work)


def rotate(world: World, shop: Shop, *, token: str | None, secret: str | None) -> dict[str, Any]:
    """New token (None: a random one) and, when given, a new webhook secret; returns both."""
    work = _outside(shop, "rotate")
    work.edit(shop.facts)
    shop.facts.token = token or new_token()
    shop.facts.secret = secret or shop.facts.secret
    world.commit(work)
    return {"token": shop.facts.token, "secret": shop.facts.secret}


def set_scopes(world: World, shop: Shop, scopes: list[str]) -> None:
    """Grant exactly these scopes and tell `app/scopes_update`."""
    previous = shop.facts.scopes
    work = _outside(shop, "scopes")
    work.edit(shop.facts)
    shop.facts.scopes = scopes
    work.event("app/scopes_update", payloads.scopes(shop, previous, work.at))
    world.commit(work)


def uninstall(world: World, shop: Shop) -> None:
    """Uninstall the app: `app/uninstalled` goes out, token and subscriptions die."""
    work = _outside(shop, "uninstall")
    work.edit(shop.facts)
    shop.facts.installed = False
    work.event("app/uninstalled", payloads.shop_facts(shop, work.at))
    world.commit(work)
    end = _outside(shop, "uninstall")
    for hook in shop.subscriptions.values():
        end.remove(hook)
    shop.subscriptions.clear()
    world.commit(end)


def install(world: World, shop: Shop) -> None:
    """Install the app again, without subscriptions."""
    work = _outside(shop, "install")
    work.edit(shop.facts)
    shop.facts.installed = True
    world.commit(work)
