"""Columns that exports of several kinds have, here and in the apps above."""

from typing import Final

from foundation.exports.api import Column

WARES: Final = (
    Column("product", "variant__product__title"),
    Column("variant", "variant__title"),
    Column("sku", "variant__sku"),
)
"""What a row with a ``variant`` is about."""

LEDGER_PRICES: Final = (
    Column("currency", "shop__currency", plain=True),
    Column("price_before", "price_before", plain=True),
    Column("price_after", "price_after", plain=True),
    Column("compare_at_before", "compare_at_before", plain=True),
    Column("compare_at_after", "compare_at_after", plain=True),
)
"""What an entry of the ledger says was shown before and after."""
