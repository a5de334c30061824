"""The typed methods against the sandbox shop over real HTTP."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

import pytest

from connectors.shopify.client import ShopifyClient
from connectors.shopify.contracts import (
    KEEP,
    Page,
    PriceWrite,
    RowError,
    Topic,
    Variant,
    VariantGlance,
)
from connectors.shopify.settings import ShopifyCredentials
from connectors.shopify.transport import Transport
from foundation.failures import Misconfigured, OutcomeUnknown, Permanent, Wait
from foundation.outbound.client import Http
from tests.connectors.lanes import PlainLane, Purse
from tests.connectors.sandboxes import DOMAIN, TOKEN, Sandbox, running

Row = TypeVar("Row")

HOOK = "https://backroom.test/webhooks/shopify/"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    state = tmp_path_factory.mktemp("shop")
    with running(state, "--products", "300", "--points-factor", "1000") as one:
        yield one


@pytest.fixture
def purse() -> Purse:
    return Purse()


@pytest.fixture
def client(sandbox: Sandbox, purse: Purse) -> Iterator[ShopifyClient]:
    yield speaking(sandbox, purse)
    sandbox.mend()


def speaking(sandbox: Sandbox, purse: Purse, token: str = TOKEN) -> ShopifyClient:
    lane = PlainLane(Http({DOMAIN: sandbox.origin}))
    credentials = ShopifyCredentials(UUID(int=7), DOMAIN, token)
    return ShopifyClient(Transport(credentials, lane=lane, points=purse))


def everything(page_of: Callable[[str | None], Page[Row]]) -> list[Row]:
    page = page_of(None)
    rows = list(page.rows)
    while page.next is not None:
        page = page_of(page.next)
        rows += page.rows
    return rows


def test_facts_scopes_and_counts(client: ShopifyClient, sandbox: Sandbox) -> None:
    facts = client.shop_facts()
    assert (facts.domain, facts.currency, facts.timezone, facts.api_version) == (
        DOMAIN,
        "CAD",
        "America/Toronto",
        "2026-10",
    )
    assert facts.max_variants_per_product == 2048
    assert {"write_products", "read_products", "read_locations"} <= client.granted_scopes()
    counts = client.counts()
    assert counts.products == 300
    assert counts.variants == len(sandbox.of_shop("variants")["variants"])


def test_a_glance_at_everything_costs_little_and_agrees(client: ShopifyClient) -> None:
    before = client.points_spent
    glances = everything(client.glances)
    spent = client.points_spent - before
    variants = everything(client.variants)

    assert 13 * (len(variants) // 250) < spent <= 13 * -(-len(variants) // 250)
    names = [*VariantGlance.__dataclass_fields__]
    assert [[getattr(each, name) for name in names] for each in glances] == [
        [getattr(each, name) for name in names] for each in variants
    ]


def test_known_variants_and_products_are_looked_up_by_id(client: ShopifyClient) -> None:
    first, second, *_ = everything(client.variants)

    assert client.variants_by_ids([second.id, 1, first.id]) == {
        second.id: second,
        1: None,
        first.id: first,
    }
    assert client.products_there([first.product_id, 1]) == {first.product_id}
    with pytest.raises(ValueError, match="251 ids of Product"):
        client.products_there(range(251))


def test_the_whole_catalogue_is_read_once_each(client: ShopifyClient, sandbox: Sandbox) -> None:
    products = everything(client.products)
    variants = everything(client.variants)
    known = {each["id"]: each for each in sandbox.of_shop("variants")["variants"]}
    assert len({product.id for product in products}) == len(products) == 300
    assert len(variants) == len(known)
    assert {variant.product_id for variant in variants} == {product.id for product in products}
    assert {
        variant.id: (variant.price, variant.inventory_item_id, variant.product_id)
        for variant in variants
    } == {
        number: (Decimal(each["price"]), each["inventory_item_id"], each["product_id"])
        for number, each in known.items()
    }
    assert any(variant.cost is None for variant in variants)
    assert any(variant.compare_at is not None for variant in variants)
    assert all(product.updated_at.tzinfo is dt.UTC for product in products)


def test_stock_is_complete_however_few_levels_a_page_brings(client: ShopifyClient) -> None:
    places = {location.id for location in client.locations()}
    assert len(places) == 3
    page = client.stock(levels=3)
    short = client.stock_of_items([item.item_id for item in page.rows[:5]], levels=1)
    assert [short[item.item_id] for item in page.rows[:5]] == list(page.rows[:5])
    assert {level.location_id for item in page.rows for level in item.levels} == places
    assert client.stock_of_items([999_999_999]) == {999_999_999: None}


def test_what_a_call_is_charged_is_what_was_taken(client: ShopifyClient, purse: Purse) -> None:
    client.products()
    client.variants()
    client.stock(levels=3)
    client.live_prices([variant.id for variant in client.variants().rows])
    client.subscriptions()
    # Full pages cost what was requested; a list that comes up short is refunded.
    requested = list(zip(purse.taken, [each.actual for each in purse.settled], strict=True))
    assert requested[:3] == [(46, 46), (35, 35), (101, 101)]
    assert requested[4] == (1, 1)
    assert all(actual is not None and actual <= taken for taken, actual in requested)


def test_one_product_with_more_variants_than_a_page(client: ShopifyClient) -> None:
    variants = everything(client.variants)
    by_product: dict[int, list[Variant]] = {}
    for variant in variants:
        by_product.setdefault(variant.product_id, []).append(variant)
    largest = max(by_product, key=lambda product: len(by_product[product]))
    got = client.product(largest)
    assert got is not None
    assert len(got.variants) == 250
    assert {each.id: each for each in got.variants} == {
        each.id: each for each in by_product[largest]
    }
    assert client.product(999_999_999) is None


def some_variants(client: ShopifyClient, count: int) -> list[Variant]:
    """Return variants of one product that has enough of them."""
    by_product: dict[int, list[Variant]] = {}
    for variant in client.variants().rows:
        rows = by_product.setdefault(variant.product_id, [])
        rows.append(variant)
        if len(rows) == count:
            return rows
    pytest.fail("no product with that many variants")


def test_prices_are_written_row_by_row(client: ShopifyClient) -> None:
    first, second, third = some_variants(client, 3)
    got = client.write_prices(
        first.product_id,
        [
            PriceWrite(first.id, Decimal("24.00"), Decimal("30.00")),
            PriceWrite(second.id, Decimal("-1.00")),
            PriceWrite(third.id, Decimal("25.50"), None),
        ],
    )
    assert set(got.rows) == {first.id, third.id}
    assert got.errors[second.id].code == "GREATER_THAN_OR_EQUAL_TO"
    assert (got.product_error, got.unanswered) == (None, frozenset())
    assert got.request_id
    live = client.live_prices([first.id, second.id, third.id, 999_999_999])
    assert live[999_999_999] is None
    told = {number: price and (price.price, price.compare_at) for number, price in live.items()}
    assert told[first.id] == (Decimal("24.00"), Decimal("30.00"))
    assert told[second.id] == (second.price, second.compare_at)
    assert told[third.id] == (Decimal("25.50"), None)
    kept = client.write_prices(first.product_id, [PriceWrite(first.id, Decimal("20.00"), KEEP)])
    assert kept.rows[first.id].compare_at == Decimal("30.00")


def test_without_partial_one_bad_row_refuses_all(client: ShopifyClient) -> None:
    first, second = some_variants(client, 2)
    rows = [PriceWrite(first.id, Decimal("1.23")), PriceWrite(second.id, Decimal("-1.00"))]
    got = client.write_prices(first.product_id, rows, partial=False)
    assert (got.rows, set(got.errors)) == ({}, {second.id})
    live = client.live_prices([first.id])[first.id]
    assert live is not None
    assert live.price != Decimal("1.23")


def test_a_product_that_is_gone(client: ShopifyClient) -> None:
    (variant,) = some_variants(client, 1)
    got = client.write_prices(999_999_999, [PriceWrite(variant.id, Decimal(1))])
    assert got.product_error is not None
    assert got.product_error.code == "PRODUCT_DOES_NOT_EXIST"
    foreign = client.write_prices(variant.product_id, [PriceWrite(999_999_999, Decimal(1))])
    assert foreign.errors == {999_999_999: RowError("PRODUCT_VARIANT_DOES_NOT_EXIST", ANY_TEXT)}


class _AnyText(str):
    """Equal to every text: the vendor's wording is its own."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    __hash__ = str.__hash__


ANY_TEXT = _AnyText()


def test_too_many_rows_are_not_sent(client: ShopifyClient, purse: Purse) -> None:
    with pytest.raises(ValueError, match="Shopify takes 250"):
        client.live_prices(range(251))
    assert purse.taken == []


def test_changes_since_a_moment(client: ShopifyClient, sandbox: Sandbox) -> None:
    (variant,) = some_variants(client, 1)
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=2)
    sandbox.of_shop("edit", {"variant_id": variant.id, "price": "77.00"})
    assert variant.product_id in {
        row.id for row in everything(lambda after: client.products_changed(before, after))
    }
    changed = {
        row.id: row.price
        for row in everything(lambda after: client.variants_changed(before, after))
    }
    assert changed[variant.id] == Decimal("77.00")
    assert client.products_changed(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).rows == ()


def test_subscriptions(client: ShopifyClient) -> None:
    made = client.subscribe(Topic.PRODUCTS_UPDATE, HOOK)
    assert (made.topic, made.uri, made.format, made.api_version) == (
        "products/update",
        HOOK,
        "JSON",
        "2026-10",
    )
    again = client.subscribe(Topic.PRODUCTS_UPDATE, HOOK)
    assert again.id == made.id
    assert [each.id for each in client.subscriptions()] == [made.id]
    with pytest.raises(Permanent, match="PUBLIC_URL"):
        client.subscribe(Topic.PRODUCTS_UPDATE, "http://backroom.test/hooks/")
    assert client.unsubscribe(made.id)
    assert not client.unsubscribe(made.id)
    assert client.subscriptions() == ()


def test_a_lost_answer_is_an_unknown_outcome_that_can_be_read_back(
    client: ShopifyClient, sandbox: Sandbox
) -> None:
    (variant,) = some_variants(client, 1)
    sandbox.fault(kind="lose_answer", rate=1, count=1, operation="PriceWrite")
    with pytest.raises(OutcomeUnknown):
        client.write_prices(variant.product_id, [PriceWrite(variant.id, Decimal("31.00"))])
    live = client.live_prices([variant.id])[variant.id]
    assert live is not None
    assert live.price == Decimal("31.00")


@pytest.mark.parametrize("kind", ["unauthorized", "frozen_402", "forbidden_403", "locked_423"])
def test_a_shop_that_refuses_us(client: ShopifyClient, sandbox: Sandbox, kind: str) -> None:
    sandbox.fault(kind=kind, rate=1)
    with pytest.raises(Misconfigured):
        client.shop_facts()


def test_a_dead_token_and_a_missing_scope(sandbox: Sandbox) -> None:
    with pytest.raises(Misconfigured, match="HTTP 401"):
        speaking(sandbox, Purse(), "shpat_dead").shop_facts()
    client = speaking(sandbox, Purse())
    granted = sorted(client.granted_scopes())
    (variant,) = some_variants(client, 1)
    sandbox.of_shop("scopes", {"granted": ["read_products"]})
    try:
        with pytest.raises(Misconfigured, match="write_products"):
            client.write_prices(variant.product_id, [PriceWrite(variant.id, Decimal(1))])
    finally:
        sandbox.of_shop("scopes", {"granted": granted})


def test_being_throttled_tells_the_seconds(
    client: ShopifyClient, sandbox: Sandbox, purse: Purse
) -> None:
    sandbox.fault(kind="throttle", rate=1, count=1)
    with pytest.raises(Wait):
        client.shop_facts()
    assert len(purse.depleted) == 1
    client.shop_facts()
