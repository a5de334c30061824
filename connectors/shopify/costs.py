"""Points a document will be charged, computed before it is sent (contract §3.2).

Not done here: the actual cost. Shopify tells it with the answer and the budget is settled with
that; a wrong number here costs a few points for the length of one call.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from . import bulk_documents, documents
from .documents import ROWS_PER_PAGE, Document

MUTATION: Final = 10
COUNT: Final = 10


def connection(rows: int, node: int) -> int:
    """Points of a list asked with ``first: rows`` whose node costs ``node``, its own 1 included."""
    return 2 + math.floor(2 * math.log(max(2, rows))) * node


def price_write(variants: int) -> int:
    """10 points and a fifth for each variant, rounded up: Shopify's rounding is not known."""
    return MUTATION + -(-variants // 5)


_PICTURE = 3  # featuredMedia, preview, image
_LEVEL = 3  # the level, its location, its quantities
_PRODUCT_LIST = connection(ROWS_PER_PAGE, 1 + _PICTURE)

_COSTS: Final[Mapping[str, Callable[[Mapping[str, Any]], int]]] = {
    documents.SHOP_FACTS.name: lambda _: 3,
    documents.GRANTED_SCOPES.name: lambda _: 2,
    documents.LOCATION_PAGE.name: lambda _: connection(50, 1),
    documents.PRODUCT_PAGE.name: lambda _: _PRODUCT_LIST,
    documents.PRODUCTS_CHANGED.name: lambda _: _PRODUCT_LIST,
    documents.VARIANT_PAGE.name: lambda _: connection(ROWS_PER_PAGE, 3),
    documents.VARIANT_PAGE_FLAT.name: lambda _: connection(ROWS_PER_PAGE, 1),
    documents.VARIANTS_BY_IDS.name: lambda _: 3,
    documents.PRODUCTS_THERE.name: lambda _: 1,
    documents.PRODUCT_BY_ID.name: lambda _: 1 + _PICTURE + connection(ROWS_PER_PAGE, 2),
    documents.VARIANT_PRICE_CHECK.name: lambda _: 1,
    documents.STOCK_PAGE.name: lambda given: connection(
        ROWS_PER_PAGE, 1 + connection(given["levels"], _LEVEL)
    ),
    documents.STOCK_BY_ITEM_IDS.name: lambda given: 1 + connection(given["levels"], _LEVEL),
    documents.LEVELS_OF_ITEM.name: lambda _: 1 + connection(ROWS_PER_PAGE, _LEVEL),
    documents.PRICE_WRITE.name: lambda given: price_write(len(given["variants"])),
    documents.HOOK_LIST.name: lambda _: connection(50, 2),
    documents.HOOK_CREATE.name: lambda _: MUTATION + 1,
    documents.HOOK_DELETE.name: lambda _: MUTATION,
    documents.CATALOGUE_COUNTS.name: lambda _: 2 * COUNT,
    bulk_documents.STOCK_EXPORT_START.name: lambda _: MUTATION,
    bulk_documents.EXPORT_POLL.name: lambda _: 1,
    bulk_documents.EXPORT_LIST.name: lambda _: connection(10, 1),
    bulk_documents.EXPORT_CANCEL.name: lambda _: MUTATION,
}


def requested(document: Document, variables: Mapping[str, Any]) -> int:
    """Return the points Shopify will ask for before it runs ``document`` (contract §3.1)."""
    return _COSTS[document.name](variables)
