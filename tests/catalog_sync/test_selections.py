"""Which variants are meant, and never those of another shop."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from catalog_sync.api import InvalidSelection, Selection, facets, totals, variants_matching
from catalog_sync.models import Product, Variant
from foundation.shops.models import Connection, Shop
from tests.factories import shopify_connection


def make(connection: Connection, number: int, **product: Any) -> Variant:
    row: dict[str, Any] = {"title": f"Mug {number}", "status": "active", **product}
    common: dict[str, Any] = {
        "shop_id": connection.shop_id,
        "connection": connection,
        "vendor_id": number,
        "vendor_updated_at": timezone.now(),
    }
    return Variant.objects.create(
        product=Product.objects.create(**row, **common),
        inventory_item_id=number,
        sku=f"Sku-{number}",
        price=Decimal(number),
        stock=number,
        **common,
    )


@pytest.fixture
def three(connection: Connection) -> list[Variant]:
    return [
        make(connection, 1, vendor="Acme", tags=["blue"]),
        make(connection, 2, vendor="Acme", tags=["blue", "new"], status="draft"),
        make(connection, 3, vendor="Other 100%", product_type="Cup"),
    ]


@pytest.fixture
def theirs(stranger: Any) -> Variant:
    """A variant of another shop that would match everything."""
    other = Shop.objects.get(name="Elsewhere", memberships__user=stranger)
    connection = shopify_connection(other, account="elsewhere.myshopify.com")
    return make(connection, 1, vendor="Acme", tags=["blue"])


CASES: list[tuple[dict[str, Any], set[int]]] = [
    ({}, set()),
    ({"all": True}, {1, 2, 3}),
    ({"text": "mug 2"}, {2}),
    ({"text": "SKU acme"}, {1, 2}),
    ({"text": "100%"}, {3}),
    ({"text": "nothing"}, set()),
    ({"vendor": "Acme"}, {1, 2}),
    ({"vendor": "Acme", "status": "active"}, {1}),
    ({"product_type": "Cup"}, {3}),
    ({"tag": "new"}, {2}),
    ({"stock_min": 2}, {2, 3}),
    ({"stock_max": "2"}, {1, 2}),
    ({"price_min": "1.50", "price_max": "2.00"}, {2}),
    ({"skus": ["sku-1", "SKU-3", "unknown"]}, {1, 3}),
    ({"skus": ["sku-1"], "vendor": "Other 100%"}, set()),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "expected"), CASES)
@pytest.mark.usefixtures("three", "theirs")
def test_selections(query: dict[str, Any], expected: set[int], shop: Shop) -> None:
    selection = Selection.from_query(query)
    found = variants_matching(shop.pk, selection).values_list("vendor_id", flat=True)
    assert set(found) == expected
    assert Selection.from_query(selection.to_query()) == selection
    assert totals(shop.pk, selection).variants == len(expected)


@pytest.mark.django_db
def test_ids_of_another_shop_never_match(three: list[Variant], theirs: Variant, shop: Shop) -> None:
    chosen = Selection(
        variant_ids=(three[0].pk, theirs.pk, uuid4()), product_ids=(theirs.product_id,)
    )
    assert list(variants_matching(shop.pk, chosen)) == [three[0]]


@pytest.mark.django_db
def test_deleted_things_never_match(three: list[Variant], shop: Shop) -> None:
    Variant.objects.filter(pk=three[0].pk).update(deleted_at=timezone.now())
    Product.objects.filter(pk=three[1].product_id).update(deleted_at=timezone.now())
    assert list(variants_matching(shop.pk, Selection(all=True))) == [three[2]]


@pytest.mark.django_db
@pytest.mark.usefixtures("three", "theirs")
def test_facets_keep_the_other_values_in_sight(shop: Shop, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4):
        found = facets(shop.pk, Selection(vendor="Acme"))
    assert [(each.value, each.products) for each in found.vendor] == [
        ("Acme", 2),
        ("Other 100%", 1),
    ]
    assert [(each.value, each.variants) for each in found.tag] == [("blue", 2), ("new", 1)]
    assert [(each.label, each.products) for each in found.status] == [("Active", 1), ("Draft", 1)]
    assert found.product_type == ()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"colour": "blue"}, "colour"),
        ({"status": "sold"}, "status"),
        ({"stock_min": "many"}, "stock_min"),
        ({"stock_min": 1.5}, "stock_min"),
        ({"stock_min": True}, "stock_min"),
        ({"stock_min": 10**20}, "stock_min"),
        ({"stock_min": 5, "stock_max": 4}, "stock_max"),
        ({"price_min": "NaN"}, "price_min"),
        ({"price_min": "1e-99999"}, "price_min"),
        ({"price_min": 0.1}, "price_min"),
        ({"price_min": "-1"}, "price_min"),
        ({"price_max": "1e99"}, "price_max"),
        ({"variant_ids": ["nonsense"]}, "variant_ids"),
        ({"variant_ids": "nonsense"}, "variant_ids"),
        ({"variant_ids": [{}]}, "variant_ids"),
        ({"text": ["a"]}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "a" * 201}, "text"),
        ({"skus": [1]}, "skus"),
        ({"all": "maybe"}, "all"),
    ],
)
def test_nonsense_is_told_by_field(query: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidSelection) as caught:
        Selection.from_query(query)
    assert list(caught.value.errors) == [field]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*Selection().__dataclass_fields__]), json_values))
def test_whatever_is_sent_is_read_or_refused(query: dict[str, Any]) -> None:
    selection, refused = Selection(), set[str]()
    try:
        selection = Selection.from_query(query)
    except InvalidSelection as error:
        refused = set(error.errors)

    assert refused <= set(query)
    assert Selection.from_query(selection.to_query()) == selection
    assert all(isinstance(each, UUID) for each in selection.variant_ids)
