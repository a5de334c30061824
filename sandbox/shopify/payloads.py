"""Webhook payloads with the exact key sets of contract §8.3."""

from typing import Any, TypeAlias

from sandbox.shopify import clock
from sandbox.shopify.entities import Item, Level, Product, Variant, gid
from sandbox.shopify.state import Shop
from sandbox.shopify.stock_reads import level_gid

Doc: TypeAlias = dict[str, Any]

FULL_VARIANTS = 100


def _variant(shop: Shop, variant: Variant) -> Doc:
    zone = shop.facts.zone
    quantity = shop.available(variant)
    choices = [*variant.choices, None, None, None]
    return {
        "admin_graphql_api_id": gid("ProductVariant", variant.id),
        "id": variant.id,
        "product_id": variant.product_id,
        "title": variant.title,
        "sku": variant.sku,
        "price": variant.price,
        "compare_at_price": variant.compare_at,
        "position": variant.position,
        "barcode": variant.barcode,
        "taxable": variant.taxable,
        "inventory_policy": variant.policy.lower(),
        "inventory_item_id": variant.item_id,
        "inventory_quantity": quantity,
        "old_inventory_quantity": quantity,
        "option1": choices[0],
        "option2": choices[1],
        "option3": choices[2],
        "image_id": None,
        "created_at": clock.local(variant.created, zone),
        "updated_at": clock.local(variant.updated, zone),
    }


def product(shop: Shop, record: Product) -> Doc:
    """`products/create` and `products/update`: full variants for the first 100, gids for all."""
    zone = shop.facts.zone
    variants = shop.variants_of(record)
    return {
        "admin_graphql_api_id": gid("Product", record.id),
        "id": record.id,
        "title": record.title,
        "handle": record.handle,
        "body_html": record.description,
        "vendor": record.vendor,
        "product_type": record.product_type,
        "status": record.status.lower(),
        "tags": ", ".join(record.tags),
        "template_suffix": None,
        "published_scope": "global",
        "created_at": clock.local(record.created, zone),
        "updated_at": clock.local(record.updated, zone),
        "published_at": clock.local(record.published, zone) if record.published else None,
        "has_variants_that_requires_components": False,
        "category": None,
        "options": [
            {
                "id": option.id,
                "product_id": record.id,
                "name": option.name,
                "position": at,
                "values": option.values,
            }
            for at, option in enumerate(record.options, start=1)
        ],
        "images": [],
        "image": None,
        "media": [],
        "variants": [_variant(shop, variant) for variant in variants[:FULL_VARIANTS]],
        "variant_gids": [
            {
                "admin_graphql_api_id": gid("ProductVariant", variant.id),
                "updated_at": clock.zulu_ms(variant.updated),
            }
            for variant in variants
        ],
    }


def level(shop: Shop, record: Level) -> Doc:
    """`inventory_levels/update` and `/connect`; `available` is null for an untracked item."""
    tracked = shop.items[record.item_id].tracked
    return {
        "inventory_item_id": record.item_id,
        "location_id": record.location_id,
        "available": record.available if tracked else None,
        "updated_at": clock.local(record.updated, shop.facts.zone),
        "admin_graphql_api_id": level_gid(record),
    }


def item(shop: Shop, record: Item) -> Doc:
    """`inventory_items/create` and `/update`: keys of the official sample, not in the contract."""
    zone = shop.facts.zone
    return {
        "id": record.id,
        "sku": shop.variants[record.variant_id].sku,
        "created_at": clock.local(record.created, zone),
        "updated_at": clock.local(record.updated, zone),
        "requires_shipping": record.requires_shipping,
        "cost": record.cost,
        "country_code_of_origin": None,
        "province_code_of_origin": None,
        "harmonized_system_code": None,
        "tracked": record.tracked,
        "country_harmonized_system_codes": [],
        "admin_graphql_api_id": gid("InventoryItem", record.id),
    }


def scopes(shop: Shop, previous: list[str], at: int) -> Doc:
    """`app/scopes_update` (key set of the official sample, not in the contract)."""
    return {
        "id": shop.facts.installation_id,
        "previous": previous,
        "current": shop.facts.scopes,
        "updated_at": clock.local(at, shop.facts.zone),
    }


def shop_facts(shop: Shop, at: int) -> Doc:
    """`app/uninstalled` and `shop/update`: the REST shop object."""
    facts = shop.facts
    primary = next((place.id for place in shop.locations.values() if place.primary), None)
    return {
        "id": facts.id,
        "name": facts.name,
        "email": facts.email,
        "domain": facts.domain,
        "myshopify_domain": facts.domain,
        "province": "Ontario",
        "country": "CA",
        "country_code": "CA",
        "country_name": "Canada",
        "address1": "12 Maple Row",
        "address2": None,
        "zip": "M5V 2T6",
        "city": "Toronto",
        "phone": None,
        "source": None,
        "latitude": None,
        "longitude": None,
        "primary_locale": "en",
        "primary_location_id": primary,
        "created_at": clock.local(facts.created, facts.zone),
        "updated_at": clock.local(at, facts.zone),
        "currency": facts.currency,
        "enabled_presentment_currencies": [facts.currency],
        "money_format": "${{amount}}",
        "money_with_currency_format": f"${{{{amount}}}} {facts.currency}",
        "customer_email": facts.email,
        "timezone": f"(GMT-05:00) {facts.zone}",
        "iana_timezone": facts.zone,
        "shop_owner": facts.owner,
        "weight_unit": "kg",
        "taxes_included": facts.taxes_included,
        "plan_display_name": facts.plan.capitalize(),
        "plan_name": facts.plan,
    }
