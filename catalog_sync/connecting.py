"""Probe a shop's connection: who answers, and what we may do there."""

from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from connectors.shopify.api import Priority
from foundation.shops.api import store_facts

from .shopify.client import shopify_client

NEEDED_SCOPES: Final = ("read_products", "write_products", "read_inventory", "read_locations")
"""The least this project works with (contract §2.4)."""


def probe_connection(connection_id: UUID) -> dict[str, Any]:
    """Ask the shop who it is and what our token may do; keep the answer with the connection.

    Works on a parked connection too. Calls abroad while a person waits, five points in all, so
    never inside a transaction. Returns ``name``, ``domain``, ``currency``, ``timezone``, ``plan``,
    ``plus``, ``api_version``, ``granted``, ``needed`` and ``missing`` scopes, and ``ok``. Raises
    the failure kinds of :mod:`foundation.failures`; ``Misconfigured`` names what to change.
    """
    client = shopify_client(connection_id, priority=Priority.URGENT, probe=True)
    shop = client.shop_facts()
    granted = client.granted_scopes()
    missing = sorted(set(NEEDED_SCOPES) - granted)
    facts: dict[str, Any] = {
        "shop_id": shop.id,
        "name": shop.name,
        "domain": shop.domain,
        "currency": shop.currency,
        "timezone": shop.timezone,
        "taxes_included": shop.taxes_included,
        "plan": shop.plan,
        "plus": shop.plus,
        "development": shop.development,
        "max_variants_per_product": shop.max_variants_per_product,
        "api_version": shop.api_version,
        "granted": sorted(granted),
        "needed": sorted(NEEDED_SCOPES),
        "missing": missing,
        "ok": not missing,
        "tested_at": timezone.now().isoformat(),
    }
    store_facts(connection_id=connection_id, facts=facts)
    return facts
