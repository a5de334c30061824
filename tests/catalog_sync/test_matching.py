"""A selection means the same variants in memory as in SQL, whatever it asks and of whom."""

import unicodedata
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection as database
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog_sync.api import (
    Selection,
    selection_facts,
    selection_matches,
    variants_matching,
)
from catalog_sync.letters import upper
from catalog_sync.models import Product, Variant
from foundation.shops.models import Connection, Shop
from tests.factories import shopify_connection

pytestmark = pytest.mark.django_db

TITLES = ("Mug", "Straße 100%", "ŒUF_ÉTÉ", "a\\b'c", "mug mug")
VENDORS = ("Acme", "ACME", "Ótimo", "")
TAGS: tuple[list[str], ...] = (["blue"], ["blue", "new"], [])
SKUS = ("mug-1", "MUG-1", "œuf", "ß", "")


def catalogue(connection: Connection) -> list[Variant]:
    """A shop in which everything differs from something; some of it is gone."""
    common: dict[str, Any] = {
        "shop_id": connection.shop_id,
        "connection": connection,
        "vendor_updated_at": timezone.now(),
    }
    products = Product.objects.bulk_create(
        Product(
            vendor_id=number,
            title=TITLES[number % 5],
            vendor=VENDORS[number % 4],
            product_type=("Cup", "cup", "")[number % 3],
            status=("active", "draft", "archived")[number % 3],
            tags=TAGS[number % 3],
            deleted_at=timezone.now() if number == 11 else None,
            **common,
        )
        for number in range(12)
    )
    return Variant.objects.bulk_create(
        Variant(
            product=products[number % 12],
            vendor_id=number,
            inventory_item_id=number,
            title=("S", "été", "X_L")[number % 3],
            sku=SKUS[number % 5],
            barcode=("", "4006381333931")[number % 2],
            price=Decimal(number % 7) + Decimal("0.50"),
            stock=None if number % 6 == 0 else number % 9 - 2,
            deleted_at=timezone.now() if number == 5 else None,
            **common,
        )
        for number in range(48)
    )


def agreed(shop_id: UUID, selection: Selection, ids: list[UUID]) -> set[UUID]:
    """Return whom both mean, after seeing that it is the same."""
    told = {each.pk for each in variants_matching(shop_id, selection)}
    here = {
        each.variant_id
        for each in selection_facts(shop_id, ids)
        if selection_matches(selection, each)
    }
    assert here == told
    return told


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), 0),
        (Selection(all=True), 43),
        (Selection(text="straße"), 8),
        (Selection(text="STRASSE"), 0),
        (Selection(text="100%"), 8),
        (Selection(text="œuf_été"), 8),
        (Selection(text="a\\b'c"), 8),
        (Selection(text="mug\u00a04006"), 11),
        (Selection(vendor="acme"), 0),
        (Selection(vendor="Acme", status="active"), 4),
        (Selection(product_type="cup", tag="new"), 16),
        (Selection(stock_max=0), 13),
        (Selection(stock_min=-2, price_max=Decimal("1.50")), 10),
        (Selection(skus=("Mug-1", "Œuf")), 26),
        (Selection(skus=("ß",)), 8),
        (Selection(skus=("ss",)), 0),
    ],
)
def test_both_mean_the_same(
    selection: Selection, found: int, connection: Connection, shop: Shop
) -> None:
    rows = catalogue(connection)

    assert len(agreed(shop.pk, selection, [each.pk for each in rows])) == found


some = st.sampled_from
word = some(("mug", "ß", "STRA", "été", "œ", "%", "_", "\\", "'", "4006", "acme", "ótimo", "S"))


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_both_mean_the_same_whatever_is_asked(data: Any, connection: Connection) -> None:
    rows = list(Variant.objects.for_shop(connection.shop_id)) or catalogue(connection)
    maybe: dict[str, st.SearchStrategy[Any]] = {
        "text": st.lists(word, max_size=3).map(" ".join),
        "vendor": some(VENDORS),
        "product_type": some(("Cup", "cup")),
        "tag": some(("blue", "new", "old")),
        "status": some(("active", "draft")),
        "stock_min": st.integers(-3, 8),
        "stock_max": st.integers(-3, 8),
        "price_min": st.decimals("0", "8", places=2),
        "price_max": st.decimals("0", "8", places=2),
        "variant_ids": st.lists(some([row.pk for row in rows]), max_size=4).map(tuple),
        "product_ids": st.lists(some([row.product_id for row in rows]), max_size=2).map(tuple),
        "skus": st.lists(some(("Mug-1", "Œuf", "ß", "none", "")), max_size=3).map(tuple),
        "all": st.booleans(),
    }
    chosen = data.draw(st.sets(some(sorted(maybe)), max_size=4))
    selection = Selection(**{name: data.draw(maybe[name], label=name) for name in sorted(chosen)})

    agreed(connection.shop_id, selection, [row.pk for row in rows])


@pytest.mark.parametrize("size", [1, 3])
def test_the_facts_are_one_query_and_never_another_shops(
    size: int, connection: Connection, stranger: Any, django_assert_num_queries: Any
) -> None:
    rows = catalogue(connection)
    other = Shop.objects.get(name="Elsewhere", memberships__user=stranger)
    theirs = catalogue(shopify_connection(other, account="elsewhere.myshopify.com"))
    asked = [each.pk for each in [*rows[:size], *theirs[:size]]]
    with django_assert_num_queries(1):
        found = selection_facts(connection.shop_id, [*asked, uuid4()])

    assert {each.variant_id for each in found} == {each.pk for each in rows[:size]}


def test_letters_are_raised_as_the_database_raises_them() -> None:
    letters = [
        chr(number)
        for number in range(1, 0x20000)
        if unicodedata.category(chr(number)) not in {"Cn", "Cs", "Co"}
    ]
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT upper(x) FROM unnest(%s::text[]) WITH ORDINALITY t(x, n) ORDER BY n", [letters]
        )
        theirs = [row[0] for row in cursor.fetchall()]

    differing = {
        letter
        for letter, raised in zip(letters, theirs, strict=True)
        # The database's Unicode may be younger and have a capital that Python does not know.
        if raised != upper(letter) and unicodedata.category(raised) != "Cn"
    }
    assert differing == set()
