"""A campaign asked about today's data: who would be on, and what that comes to."""

from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.contracts import CampaignSpec
from campaigns.trying import TriedToday, today, try_today
from catalog_sync.models import Variant
from foundation.shops.models import Shop, User
from pricing.api import Action, simple_rule
from pricing.services import lock_variants
from tests import factories

from .conftest import HERE, NOW, THERE, below, spec, told

pytestmark = pytest.mark.django_db

D = Decimal


def tried(shop: Shop, asked: CampaignSpec, **more: Any) -> TriedToday:
    return try_today(
        shop_id=shop.pk,
        rows=Variant.objects.for_shop(shop.pk),
        spec=asked,
        now=NOW,
        locations={HERE: "Warehouse", THERE: "Shop"},
        **{"most": 100, "shown": 10, **more},
    )


def sums(found: TriedToday) -> dict[str, Any]:
    names = ("looked_at", "more", "on", "changes", "same", "locked", "below_cost", "given", "added")
    return {name: getattr(found, name) for name in names}


@pytest.fixture
def stocked(mugs: list[Variant]) -> list[Variant]:
    """3, -2 and 9 pieces; of the fourth nobody knows."""
    for variant, pieces in zip(mugs, (3, -2, 9), strict=False):
        told(variant, [(500, pieces)])
    return mugs


@pytest.mark.usefixtures("stocked")
def test_who_would_be_on_and_what_it_comes_to(shop: Shop) -> None:
    found = tried(shop, spec(below(5)))
    # Of pieces that were sold and are not there nothing is given away.
    assert sums(found) == {
        "looked_at": 4,
        "more": False,
        "on": 2,
        "changes": 2,
        "same": 0,
        "locked": 0,
        "below_cost": 2,
        "given": D("3.00"),
        "added": D(0),
    }
    rows = [(each.row.sku, each.on, each.changes, each.held.why) for each in found.rows]
    assert rows == [
        ("SKU-11", True, True, "Stock 3 is at or below 5."),
        ("SKU-12", True, True, "Stock -2 is at or below 5."),
        ("SKU-21", False, False, "Stock 9 is above 5."),
        ("SKU-22", False, False, "Stock is not tracked."),
    ]
    assert [each.row.would.price for each in found.rows] == [D("9.00"), D("9.00"), D(18), D(18)]


def test_what_stays_as_it_is_is_told_apart(stocked: list[Variant], shop: Shop, owner: User) -> None:
    # On the first another campaign lies above, of the second the price is locked.
    above = [{"action": {"kind": "set", "value": "10"}}]
    factories.cover(stocked[0], above, base_price="8")
    lock_variants(
        shop_id=shop.pk, variant_ids=[stocked[1].pk], reason="By contract", actor_id=owner.pk
    )
    found = tried(shop, spec({"kind": "always"}, priority=50))
    assert sums(found) == {
        "looked_at": 4,
        "more": False,
        "on": 4,
        "changes": 2,
        "same": 1,
        "locked": 1,
        "below_cost": 0,
        "given": D("18.00"),
        "added": D(0),
    }


@pytest.mark.usefixtures("stocked")
def test_what_rises_is_added(shop: Shop) -> None:
    found = tried(shop, spec(below(5), rules=[simple_rule(Action.PERCENT, 10)]))
    assert (found.given, found.added, found.below_cost) == (D(0), D("3.00"), 0)


def test_windows_and_locations_are_asked_of_the_mirror(mugs: list[Variant], shop: Shop) -> None:
    told(mugs[0], [(500, 20), (3, 10)])
    told(mugs[1], [(500, 20), (30, 10)])
    told(mugs[1], [(500, 2)], place=THERE)
    fall = {"kind": "stock_change", "direction": "fall", "percent": "30", "hours": 24}
    found = tried(shop, spec(fall, below(2, location=THERE)))
    assert [(each.row.sku, each.on, each.held.why) for each in found.rows][:2] == [
        ("SKU-11", True, "Stock fell from 20 to 10 in 24 hours, by at least 30 %."),
        ("SKU-12", True, "Stock 2 at Shop is at or below 2."),
    ]


def test_telling_rows_are_shown_whatever_comes_first(
    mugs: list[Variant], shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variant, pieces in zip(mugs, (9, 9, 9, 1), strict=True):
        told(variant, [(500, pieces)])
    for size in (500, 3):
        monkeypatch.setattr(today, "PIECE", size)
        found = tried(shop, spec(below(5)), shown=2)
        assert [each.row.sku for each in found.rows] == ["SKU-11", "SKU-22"]
        found = tried(shop, spec(below(5)), most=3, shown=2)
        assert (found.looked_at, found.more, found.on) == (3, True, 0)
        assert [each.row.sku for each in found.rows] == ["SKU-11", "SKU-12"]


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_and_three(
    stocked: list[Variant],
    shop: Shop,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    fall = {"kind": "stock_change", "direction": "fall", "percent": "30", "hours": 24}
    with django_assert_num_queries(5):
        try_today(
            shop_id=shop.pk,
            rows=Variant.objects.filter(pk__in=[each.pk for each in stocked[:count]]),
            spec=spec(below(5), fall),
            now=NOW,
            most=100,
            shown=10,
        )
