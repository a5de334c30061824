"""Importing this module's parts registers every resolver of the schema."""

import importlib

PARTS = (
    "reads",
    "stock_reads",
    "shop_reads",
    "price_writes",
    "product_writes",
    "stock_writes",
    "hook_writes",
    "bulk_reads",
    "bulk_writes",
)


def register() -> None:
    """Register all resolvers; doing it twice changes nothing."""
    for part in PARTS:
        importlib.import_module(f"sandbox.shopify.{part}")
