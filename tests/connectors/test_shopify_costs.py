"""Requested costs against the contract's own list (§3.2, §10)."""

import pytest

from connectors.shopify import bulk_documents, documents
from connectors.shopify.costs import connection, price_write, requested
from connectors.shopify.documents import Document

LISTED = [
    (documents.SHOP_FACTS, {}, 3),
    (documents.GRANTED_SCOPES, {}, 2),
    (documents.LOCATION_PAGE, {}, 9),
    (documents.VARIANT_PAGE, {}, 35),
    (documents.VARIANT_PRICE_CHECK, {"ids": ["gid"] * 250}, 1),
    (documents.PRICE_WRITE, {"variants": [{}] * 5}, 11),
    (documents.PRICE_WRITE, {"variants": [{}] * 250}, 60),
    (documents.HOOK_CREATE, {}, 11),
    (documents.HOOK_DELETE, {}, 10),
    (documents.VARIANT_PAGE_FLAT, {}, 13),
    (documents.VARIANTS_BY_IDS, {"ids": ["gid"] * 250}, 3),
    # Not in the list, by its rules.
    (documents.PRODUCTS_THERE, {"ids": ["gid"] * 250}, 1),
    (documents.PRODUCT_PAGE, {}, 46),
    (documents.PRODUCTS_CHANGED, {}, 46),
    (documents.PRODUCT_BY_ID, {}, 28),
    (documents.STOCK_PAGE, {"levels": 2}, 68),
    (documents.STOCK_PAGE, {"levels": 10}, 167),
    (documents.STOCK_BY_ITEM_IDS, {"levels": 10}, 15),
    (documents.LEVELS_OF_ITEM, {}, 36),
    (documents.HOOK_LIST, {}, 16),
    # 10 for each of the two counts.
    (documents.CATALOGUE_COUNTS, {}, 20),
    (bulk_documents.STOCK_EXPORT_START, {}, 10),
    (bulk_documents.EXPORT_POLL, {}, 1),
    (bulk_documents.EXPORT_LIST, {}, 6),
    (bulk_documents.EXPORT_CANCEL, {}, 10),
]


@pytest.mark.parametrize(
    ("document", "given", "points"), LISTED, ids=[each[0].name for each in LISTED]
)
def test_documents_cost_what_the_contract_says(
    document: Document, given: dict[str, object], points: int
) -> None:
    assert requested(document, given) == points


def test_every_document_has_a_cost_below_the_limit_of_one_query() -> None:
    widest = {"levels": 250, "variants": [{}] * 2048}
    every = (*documents.ALL, *bulk_documents.ALL)
    assert all(0 < requested(document, widest) <= 1000 for document in every)


def test_lists_cost_the_logarithm_of_their_length() -> None:
    lengths = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250)
    assert [connection(rows, 1) - 2 for rows in lengths] == [1, 1, 3, 4, 5, 6, 7, 9, 10, 11]


def test_nested_lists_of_the_contract_come_out_right() -> None:
    # VariantPageFlat; ProductsChanged (50 x 25); ProductFull (100 variants); StockPage (50 x 10).
    assert connection(250, 1) == 13
    assert connection(50, 1 + 1 + connection(25, 3)) == 156
    assert 1 + 1 + connection(100, 2) == 22
    assert connection(50, 1 + connection(10, 3) + connection(5, 2)) == 163


def test_price_writes_are_rounded_up() -> None:
    counts = (0, 1, 5, 10, 100, 250, 2048)
    assert [price_write(count) for count in counts] == [10, 11, 11, 12, 30, 60, 420]
