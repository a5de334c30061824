"""What the shop would show with a layer more, or with one less; nothing is written."""

import uuid
from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog_sync.models import Location, StockLevel, Variant
from foundation.shops.models import Connection, Shop, User
from pricing.api import Action, Rule, read_rules, simple_rule
from pricing.contracts import Price
from pricing.enums import Cause
from pricing.models import AuditTrailEntry, CoveredVariant, PriceLayer, PricingJob
from pricing.services import lock_variants, make_layer
from pricing.supposing import Supposed, SupposedLayer, shown_with, shown_without
from tests import factories
from tests.pricing.page_fixtures import catalogue

pytestmark = pytest.mark.django_db

D = Decimal
NOW = timezone.now()
HALF = simple_rule(Action.PERCENT, -50)
TENTH_OFF = simple_rule(Action.PERCENT, -10)


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def variants(connection: Connection) -> list[Variant]:
    """SKU-11 and SKU-12 cost 10 (one piece each), SKU-21 and SKU-22 cost 20 (two pieces)."""
    return catalogue(connection, 2)


def layer(
    connection: Connection, *rules: Rule, priority: int = 100, builds_on: bool = False
) -> PriceLayer:
    pk = make_layer(
        shop_id=connection.shop_id,
        connection_id=connection.pk,
        ref=uuid.uuid4(),
        name="Sale",
        rules=rules,
        priority=priority,
        builds_on=builds_on,
    )
    return PriceLayer.objects.get(pk=pk)


def lies(variant: Variant, own: str, shown: str, *layers: PriceLayer) -> None:
    CoveredVariant.objects.create(
        variant=variant,
        shop_id=variant.shop_id,
        connection_id=variant.connection_id,
        stack=[each.pk for each in layers],
        base_price=own,
        base_at=variant.vendor_updated_at,
    )
    Variant.objects.filter(pk=variant.pk).update(price=shown)


def with_layer(
    shop: Shop,
    *rules: Rule,
    priority: int = 100,
    builds_on: bool = False,
    margin: str | None = None,
    most: int = 100,
    levels: bool = False,
) -> list[Supposed]:
    said = SupposedLayer(rules, priority, builds_on, None if margin is None else D(margin))
    rows = Variant.objects.for_shop(shop.pk)
    # It is younger than all that are stored.
    now = timezone.now()
    return list(shown_with(shop.pk, rows, said, now=now, most=most, levels=levels))


def prices(found: Sequence[Supposed]) -> list[tuple[str, str, str]]:
    """SKU, what the shop shows, what it would show."""
    return [(each.sku, str(each.shown.price), str(each.would.price)) for each in found]


def test_one_layer_more(variants: list[Variant], shop: Shop) -> None:
    Variant.objects.filter(pk=variants[1].pk).update(cost="4.00", compare_at="12.00")
    found = with_layer(shop, TENTH_OFF)
    assert prices(found) == [
        ("SKU-11", "10.00", "9.00"),
        ("SKU-12", "10.00", "9.00"),
        ("SKU-21", "20.00", "18.00"),
        ("SKU-22", "20.00", "18.00"),
    ]
    second = found[1]
    assert second == Supposed(
        variant_id=variants[1].pk,
        title="Collar 1",
        variant_title="Large",
        sku="SKU-12",
        picture_url="",
        stock=1,
        levels={},
        cost=D("4.00"),
        own=Price(D("10.00"), D("12.00")),
        shown=Price(D("10.00"), D("12.00")),
        would=Price(D("9.00"), D("12.00")),
        layer_ref=second.layer_ref,
        locked=False,
        _layers=second._layers,
        _otherwise=second._otherwise,
    )
    assert second.layer_ref is not None
    assert second.changes
    written = (PriceLayer, CoveredVariant, PricingJob, AuditTrailEntry)
    assert [model.objects.count() for model in written] == [0, 0, 0, 0]
    assert set(Variant.objects.values_list("price", flat=True)) == {D(10), D(20)}


def test_it_takes_its_place_among_those_that_lie_there(
    connection: Connection, variants: list[Variant], shop: Shop
) -> None:
    lower, higher = layer(connection, HALF, priority=50), layer(connection, HALF, priority=200)
    lies(variants[0], "10.00", "5.00", lower)
    lies(variants[1], "10.00", "5.00", higher)
    found = with_layer(shop, TENTH_OFF)[:2]
    assert prices(found) == [("SKU-11", "5.00", "9.00"), ("SKU-12", "5.00", "5.00")]
    assert [(each.own.price, each.changes) for each in found] == [(D(10), True), (D(10), False)]
    assert found[1].layer_ref == higher.ref
    # Built on what is below it: a tenth off the half.
    assert prices(with_layer(shop, TENTH_OFF, builds_on=True))[:2] == [
        ("SKU-11", "5.00", "4.50"),
        ("SKU-12", "5.00", "5.00"),
    ]
    # Of equal priority the older one stays on top: what is supposed is younger than all.
    assert prices(with_layer(shop, TENTH_OFF, priority=50))[0] == ("SKU-11", "5.00", "5.00")


def test_a_least_margin_holds_it_and_a_rule_that_says_nothing_lets_the_price_be(
    variants: list[Variant], shop: Shop
) -> None:
    Variant.objects.filter(pk=variants[0].pk).update(cost="7.00")
    only_dear = {
        "when": {"match": "all", "items": [{"field": "price", "op": "gt", "value": "15"}]},
        "action": {"kind": "percent", "value": "-50"},
    }
    assert prices(with_layer(shop, HALF, margin="20"))[0] == ("SKU-11", "10.00", "8.75")
    found = with_layer(shop, *read_rules([only_dear]))
    assert prices(found) == [
        ("SKU-11", "10.00", "10.00"),
        ("SKU-12", "10.00", "10.00"),
        ("SKU-21", "20.00", "10.00"),
        ("SKU-22", "20.00", "10.00"),
    ]
    assert [each.layer_ref is None for each in found] == [True, True, False, False]


def test_a_locked_price_stays_at_any_stock(
    variants: list[Variant], shop: Shop, owner: User
) -> None:
    lock_variants(
        shop_id=shop.pk, variant_ids=[variants[0].pk], reason="By contract", actor_id=owner.pk
    )
    first, second, *_ = with_layer(shop, TENTH_OFF)
    assert (first.locked, first.changes, first.would, first.would_at(0)) == (
        True,
        False,
        first.shown,
        first.shown,
    )
    assert (second.locked, second.changes) == (False, True)


def test_what_it_would_be_with_so_many_pieces(
    connection: Connection, variants: list[Variant], shop: Shop
) -> None:
    scarce = {
        "when": {"match": "all", "items": [{"field": "stock", "op": "lte", "value": "3"}]},
        "action": {"kind": "percent", "value": "20"},
    }
    below = layer(connection, *read_rules([scarce]), priority=50)
    lies(variants[2], "20.00", "24.00", below)
    rules = read_rules([{**scarce, "action": {"kind": "percent", "value": "-10"}}])
    found = with_layer(shop, *rules, builds_on=True)[2]
    # Both ask for stock, and both are asked anew: with four pieces neither says anything.
    assert [str(found.would_at(pieces).price) for pieces in (2, 3, 4, -1)] == [
        "21.60",
        "21.60",
        "20.00",
        "21.60",
    ]
    assert (found.would, found.stock) == (Price(D("21.60"), None), 2)


def test_levels_are_read_where_somebody_asks_and_no_more_rows_than_asked(
    connection: Connection, variants: list[Variant], shop: Shop
) -> None:
    Location.objects.create(
        shop_id=shop.pk, connection=connection, vendor_id=7001, name="Warehouse", active=True
    )
    StockLevel.objects.create(
        shop_id=shop.pk,
        connection=connection,
        inventory_item_id=variants[0].inventory_item_id,
        location_vendor_id=7001,
        available=1,
        vendor_updated_at=NOW,
    )
    assert [each.levels for each in with_layer(shop, TENTH_OFF, most=2)] == [{}, {}]
    found = with_layer(shop, TENTH_OFF, most=2, levels=True)
    assert [each.levels for each in found] == [{7001: 1}, {}]
    assert [each.sku for each in found] == ["SKU-11", "SKU-12"]


def test_one_layer_less(
    connection: Connection, variants: list[Variant], shop: Shop, stranger: User
) -> None:
    mine, below = layer(connection, TENTH_OFF), layer(connection, HALF, priority=50)
    above = layer(connection, HALF, priority=200)
    lies(variants[0], "10.00", "9.00", mine)
    lies(variants[1], "10.00", "9.00", below, mine)
    lies(variants[2], "20.00", "10.00", mine, above)
    lies(variants[3], "20.00", "10.00", below)
    found = list(shown_without(shop.pk, mine.pk, now=NOW))
    assert prices(found) == [
        ("SKU-11", "9.00", "10.00"),
        ("SKU-12", "9.00", "5.00"),
        ("SKU-21", "10.00", "10.00"),
    ]
    assert [each.layer_ref for each in found] == [None, below.ref, above.ref]
    assert [each.changes for each in found] == [True, True, False]
    elsewhere = Shop.objects.for_user(stranger).get()
    assert list(shown_without(elsewhere.pk, mine.pk, now=NOW)) == []
    assert CoveredVariant.objects.filter(stack__contains=[mine.pk]).count() == 3
    assert not AuditTrailEntry.objects.filter(cause=Cause.CAMPAIGN).exists()


def test_what_is_built_on_it_is_worked_out_anew_without_it(
    connection: Connection, variants: list[Variant], shop: Shop
) -> None:
    mine = layer(connection, HALF, priority=50)
    builder = layer(connection, TENTH_OFF, builds_on=True)
    lies(variants[0], "10.00", "4.50", mine, builder)
    (found,) = shown_without(shop.pk, mine.pk, now=NOW)
    assert (found.shown.price, found.would.price, found.layer_ref) == (
        D("4.50"),
        D("9.00"),
        builder.ref,
    )


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_and_three(
    connection: Connection,
    variants: list[Variant],
    shop: Shop,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    mine, below = layer(connection, TENTH_OFF), layer(connection, HALF, priority=50)
    for variant in variants[:count]:
        lies(variant, "10.00", "9.00", below, mine)
    # Two for locks, whether a layer asks for levels, the variants, the layers met, their rules.
    with django_assert_num_queries(6):
        assert len(list(shown_without(shop.pk, mine.pk, now=NOW))) == count
    with django_assert_num_queries(6):
        assert len(with_layer(shop, HALF, most=count)) == count
