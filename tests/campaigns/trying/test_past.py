"""A campaign walked over the last days: what it would have done, said in whole values."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.contracts import CampaignSpec
from campaigns.simulating import Restless
from campaigns.trying import TriedPast, past, try_past
from catalog_sync.models import Variant
from foundation.shops.models import Shop
from pricing.api import Action, simple_rule

from .conftest import HERE, NOW, THERE, ago, below, spec, told

pytestmark = pytest.mark.django_db

D = Decimal
DAYS = 4


def tried(shop: Shop, asked: CampaignSpec, **more: Any) -> TriedPast:
    return try_past(
        shop_id=shop.pk,
        rows=Variant.objects.for_shop(shop.pk),
        spec=asked,
        zone="UTC",
        now=NOW,
        **{"days": DAYS, "most": 100, **more},
    )


@pytest.fixture
def history(mugs: list[Variant]) -> list[Variant]:
    """One that flaps, one that goes on and stays, one that never does, one nobody tracks."""
    told(mugs[0], [(500, 9), (40, 4), (38, 9), (36, 5), (35, 3), (34, 9), (10, 4), (9, 8)])
    told(mugs[1], [(500, 6), (24, 2), (6, 0), (5, -1)])
    told(mugs[2], [(500, 30), (20, 12)])
    return mugs


def test_what_would_have_happened(history: list[Variant], shop: Shop) -> None:
    found = tried(shop, spec(below(5)))
    assert (found.start, found.end) == (ago(24 * DAYS), NOW)
    assert (found.looked_at, found.untracked, found.more) == (4, 1, False)
    sums = found.sums
    assert (sums.variants, sums.touched, sums.puts, sums.takes, sums.still_on) == (4, 2, 4, 3, 1)
    # 5 → 3 of the first and 2 → 0 → -1 of the second left while a tenth off lay on them.
    assert (sums.sold, sums.given_away) == (5, D("5.000"))
    assert (found.added, found.puts_a_day) == (D(0), D("0.8"))
    # On for 2 + 2 + 1 hours, and for the last 24, of four times 96.
    assert sums.share_on == D("7.6")
    assert sum(sums.puts_per_day.values()) == 4
    assert len(sums.puts_per_day) == DAYS + (NOW.time() != dt.time())
    assert [(row.sku, each) for row, each in found.restless] == [
        ("SKU-11", Restless(history[0].pk, puts=3, takes=3))
    ]
    assert found.names.keys() == {history[0].pk, history[1].pk}


@pytest.mark.usefixtures("history")
def test_longer_cool_downs_are_tried_beside_it(shop: Shop) -> None:
    found = tried(shop, spec(below(5), cool_down_minutes=90))
    assert [each.cool_down for each in found.alternatives] == [240, 1_440]
    # Put 40 h ago, off 36 h, …: of what comes within four hours nothing is done.
    assert [found.sums.puts, *(each.sums.puts for each in found.alternatives)] == [4, 3, 2]
    assert found.rests == found.alternatives
    assert found.calmer is None, "they were put no more than twice for each variant"
    assert [each.added for each in found.alternatives] == [
        -each.sums.given_away for each in found.alternatives
    ]


def test_where_prices_would_flap_the_shortest_cool_down_that_halves_it_is_named(
    mugs: list[Variant], shop: Shop
) -> None:
    told(mugs[0], [(500, 9), *((30 - each, 4 if each % 2 else 9) for each in range(1, 20))])
    found = tried(shop, spec(below(5)))
    assert (found.sums.puts, found.sums.touched) == (10, 1)
    assert found.calmer is not None
    assert (found.calmer.cool_down, found.calmer.sums.puts) == (240, 3)


@pytest.mark.usefixtures("history")
def test_where_no_cool_down_would_change_anything_none_is_shown(shop: Shop) -> None:
    found = tried(shop, spec({"kind": "always"}))
    assert (found.sums.puts, found.sums.share_on) == (4, D("100.0"))
    assert [each.sums.puts for each in found.alternatives] == [4, 4, 4]
    assert (list(found.rests), found.calmer, found.restless) == ([], None, [])


@pytest.mark.usefixtures("history")
def test_what_raises_prices_brings_in_more(shop: Shop) -> None:
    found = tried(shop, spec(below(5), rules=[simple_rule(Action.PERCENT, 10)]))
    assert (found.sums.given_away, found.added) == (D("-5.000"), D("5.000"))


def test_a_location_is_looked_at_by_itself(mugs: list[Variant], shop: Shop) -> None:
    told(mugs[0], [(500, 9), (40, 4), (30, 9)])
    told(mugs[0], [(500, 50)], place=THERE)
    assert tried(shop, spec(below(5))).sums.puts == 0, "there are 54 in all"
    assert tried(shop, spec(below(5, location=HERE))).sums.puts == 1
    assert tried(shop, spec(below(5, location=THERE))).sums.puts == 0


def test_a_change_is_measured_against_what_was_there_before_the_days_began(
    mugs: list[Variant], shop: Shop
) -> None:
    told(mugs[0], [(500, 100), (24 * DAYS + 2, 60), (20, 58)])
    fall = {"kind": "stock_change", "direction": "fall", "percent": "30", "hours": 24}
    found = tried(shop, spec(fall))
    # The fall happened two hours before the first day; the window still sees it for 22 hours.
    assert (found.sums.puts, found.sums.takes, found.sums.share_on) == (1, 1, D("5.7"))


@pytest.mark.usefixtures("history")
def test_no_more_are_looked_at_than_asked(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for size in (500, 1):
        monkeypatch.setattr(past, "PIECE", size)
        found = tried(shop, spec(below(5)), most=2)
        assert (found.looked_at, found.more, found.sums.puts) == (2, True, 4)
        found = tried(shop, spec(below(5)), most=4)
        assert (found.looked_at, found.more, found.untracked) == (4, False, 1)
    found = try_past(
        shop_id=shop.pk,
        rows=Variant.objects.none(),
        spec=spec(below(5)),
        zone="UTC",
        now=NOW,
        days=DAYS,
        most=5,
    )
    assert (found.looked_at, found.sums.puts, found.puts_a_day) == (0, 0, D("0.0"))


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_and_three(
    history: list[Variant],
    shop: Shop,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    rows = Variant.objects.filter(pk__in=[each.pk for each in history[:count]])
    with django_assert_num_queries(6):
        try_past(
            shop_id=shop.pk,
            rows=rows,
            spec=spec(below(5)),
            zone="UTC",
            now=NOW,
            days=DAYS,
            most=100,
        )
