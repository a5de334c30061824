"""How much there was at a moment, and how it moved: always as the model says, never a guess."""

import datetime as dt
import random
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from catalog_sync.api import stock_at, stock_steps, stock_steps_by_location
from catalog_sync.enums import StockCause
from catalog_sync.merging import Source
from catalog_sync.models import Product, Variant
from catalog_sync.staging import stage_levels
from catalog_sync.stock import disconnect_level, merge_levels
from connectors.shopify.api import StockLevel
from foundation.shops.models import Connection, Shop
from tests.factories import shopify_connection

pytestmark = pytest.mark.django_db(transaction=True)

START = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
HERE, THERE = 501, 502


def minute(number: float) -> dt.datetime:
    return START + dt.timedelta(minutes=number)


def variant(source: Source, item: int = 8001) -> UUID:
    common: dict[str, Any] = {
        "shop_id": source.shop_id,
        "connection_id": source.connection_id,
        "vendor_id": item,
        "vendor_updated_at": START,
    }
    product = Product.objects.create(title="Mug", status="active", **common)
    row = Variant.objects.create(
        product=product, inventory_item_id=item, price=1, tracked=True, **common
    )
    return row.pk


def arrive(
    source: Source,
    available: int | None,
    at: dt.datetime,
    *,
    place: int = HERE,
    item: int = 8001,
    cause: StockCause = StockCause.WEBHOOK,
) -> None:
    level = StockLevel(item, place, available, None, None, None, at)
    with transaction.atomic():
        stage_levels([level], [(item, None)])
        merge_levels(source, cause=cause)


@pytest.fixture
def mug(source: Source) -> UUID:
    """Five here since before the story begins, found by the first full sync."""
    pk = variant(source)
    arrive(source, 5, minute(-60), cause=StockCause.SYNC)
    return pk


def test_changes_are_undone(mug: UUID, source: Source, shop: Shop) -> None:
    arrive(source, 3, minute(1))
    arrive(source, 9, minute(2))

    told = {
        number: stock_at(shop.pk, [mug], minute(number)) for number in (-60, 0, 1, 1.5, 2, 3, 999)
    }
    assert told == {
        -60: {mug: 5},
        0: {mug: 5},
        1: {mug: 3},
        1.5: {mug: 3},
        2: {mug: 9},
        3: {mug: 9},
        999: {mug: 9},
    }
    assert stock_steps(shop.pk, [mug], minute(0)) == {
        mug: [(minute(0), 5), (minute(1), 3), (minute(2), 9)]
    }
    assert stock_steps(shop.pk, [mug], minute(1)) == {mug: [(minute(1), 3), (minute(2), 9)]}


def test_nobody_knows_what_was_before_the_first_sight(
    mug: UUID, source: Source, shop: Shop
) -> None:
    arrive(source, 3, minute(1))

    assert stock_at(shop.pk, [mug], minute(-61)) == {mug: None}
    assert stock_steps(shop.pk, [mug], minute(-100)) == {mug: [(minute(-60), 5), (minute(1), 3)]}


@pytest.mark.parametrize(
    ("cause", "before", "steps"),
    [
        # Another full sync shows a place that has been there all the time.
        (StockCause.SYNC, None, [(minute(1), 12)]),
        (StockCause.WEBHOOK, 5, [(minute(0), 5), (minute(1), 12)]),
        (StockCause.RECONCILIATION, 5, [(minute(0), 5), (minute(1), 12)]),
    ],
)
def test_one_more_place(
    cause: StockCause, before: int | None, steps: list[Any], mug: UUID, source: Source, shop: Shop
) -> None:
    arrive(source, 7, minute(1), place=THERE, cause=cause)

    assert stock_at(shop.pk, [mug], minute(0)) == {mug: before}
    assert stock_steps(shop.pk, [mug], minute(0)) == {mug: steps}


def test_a_transfer_is_no_dip(mug: UUID, source: Source, shop: Shop) -> None:
    arrive(source, 0, minute(1), place=THERE)
    arrive(source, 2, minute(2))
    arrive(source, 3, minute(2), place=THERE)

    assert stock_steps(shop.pk, [mug], minute(0)) == {
        mug: [(minute(0), 5), (minute(1), 5), (minute(2), 5)]
    }
    assert stock_steps_by_location(shop.pk, [mug], minute(0)) == {
        mug: {
            HERE: [(minute(0), 5), (minute(2), 2)],
            THERE: [(minute(0), 0), (minute(1), 0), (minute(2), 3)],
        }
    }
    assert stock_at(shop.pk, [mug], minute(1), location_id=HERE) == {mug: 5}
    assert stock_at(shop.pk, [mug], minute(2), location_id=THERE) == {mug: 3}
    assert stock_at(shop.pk, [mug], minute(2), location_id=503) == {mug: None}


def test_a_place_that_was_taken_away_held_what_it_held(
    mug: UUID, source: Source, shop: Shop
) -> None:
    arrive(source, 7, minute(1), place=THERE)
    with transaction.atomic():
        stage_levels([], [(8001, None)])
        disconnect_level(source, item_id=8001, location_id=THERE, moment=minute(2))
    arrive(source, 4, minute(3), place=THERE, cause=StockCause.SYNC)

    assert stock_steps(shop.pk, [mug], minute(0)) == {
        mug: [(minute(0), 5), (minute(1), 12), (minute(2), 5), (minute(3), 9)]
    }
    assert stock_at(shop.pk, [mug], minute(1.5), location_id=THERE) == {mug: 7}
    assert stock_at(shop.pk, [mug], minute(2.5), location_id=THERE) == {mug: 0}


def test_what_is_not_tracked_has_no_past(mug: UUID, source: Source, shop: Shop) -> None:
    unheard = variant(source, 8002)
    arrive(source, None, minute(1))

    assert stock_at(shop.pk, [mug, unheard], minute(0)) == {mug: None, unheard: None}
    assert stock_steps(shop.pk, [mug, unheard], minute(0)) == {}


def test_late_news_is_not_a_step(mug: UUID, source: Source, shop: Shop) -> None:
    arrive(source, 3, minute(2))
    arrive(source, 4, minute(1))

    assert stock_steps(shop.pk, [mug], minute(0)) == {mug: [(minute(0), 5), (minute(2), 3)]}


@pytest.mark.parametrize("seed", range(5))
def test_it_is_as_the_model_says(seed: int, source: Source, shop: Shop) -> None:
    """Three items, three places, sixty changes in any order of places; asked at every minute."""
    chance = random.Random(seed)  # noqa: S311 -- a story, no secret
    items = {item: variant(source, item) for item in (8001, 8002, 8003)}
    levels = {(item, place): 5 for item in items for place in (HERE, THERE, 503)}
    for item, place in levels:
        arrive(source, 5, minute(-1), item=item, place=place, cause=StockCause.SYNC)
    model = {minute(0): dict(levels)}
    for number in range(1, 61):
        key = chance.choice([*levels])
        levels[key] = chance.randrange(20)
        arrive(source, levels[key], minute(number), item=key[0], place=key[1])
        model[minute(number)] = dict(levels)

    steps = stock_steps(shop.pk, items.values(), minute(0))
    places = stock_steps_by_location(shop.pk, items.values(), minute(0))
    for moment, then in model.items():
        totals = {
            pk: sum(pieces for (each, _), pieces in then.items() if each == item)
            for item, pk in items.items()
        }
        assert stock_at(shop.pk, items.values(), moment) == totals
        assert {pk: _value(steps[pk], moment) for pk in totals} == totals
        for item, pk in items.items():
            here = {place: _value(places[pk][place], moment) for place in (HERE, THERE, 503)}
            assert here == {place: then[item, place] for place in here}
    assert stock_at(shop.pk, items.values(), minute(30), location_id=HERE) == {
        pk: model[minute(30)][item, HERE] for item, pk in items.items()
    }


def _value(steps: list[tuple[dt.datetime, int]], moment: dt.datetime) -> int:
    return [pieces for at, pieces in steps if at <= moment][-1]


@pytest.mark.parametrize("size", [1, 3])
def test_the_queries_are_few_and_another_shops_variants_are_left_out(
    size: int, source: Source, stranger: Any, django_assert_num_queries: Any
) -> None:
    mine = [variant(source, 8001 + number) for number in range(size)]
    other = Shop.objects.get(name="Elsewhere", memberships__user=stranger)
    theirs: Connection = shopify_connection(other, account="elsewhere.myshopify.com")
    foreign = Source(other.pk, theirs.pk)
    asked = [*mine, *(variant(foreign, 8001 + number) for number in range(size))]
    for each in (source, foreign):
        for number in range(size):
            arrive(each, 5, minute(-1), item=8001 + number)

    with django_assert_num_queries(1):
        then = stock_at(source.shop_id, asked, minute(0))
    with django_assert_num_queries(2):
        steps = stock_steps(source.shop_id, asked, minute(0))
    with django_assert_num_queries(2):
        places = stock_steps_by_location(source.shop_id, asked, minute(0))

    assert then == dict.fromkeys(mine, 5)
    assert steps == {key: [(minute(0), 5)] for key in mine}
    assert places == {key: {HERE: [(minute(0), 5)]} for key in mine}
