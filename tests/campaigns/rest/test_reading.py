"""Lists and rows: what they show, what they are narrowed to, what they cost, who sees them."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns.models import Campaign, CampaignVariant
from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from pricing.models import AuditTrailEntry, CoveredVariant
from tests import factories
from tests.pricing.page_fixtures import catalogue
from tests.rest.conftest import Caller, told

from .conftest import CAMPAIGNS, address, begun, made

pytestmark = pytest.mark.django_db
TABLES = ("variants", "moves", "ledger")
# Who asks and in which shop; then the page itself.
WHO = 3


def names(answer: Any) -> list[str]:
    return [each["name"] for each in answer.json()["items"]]


def entry(campaign: Campaign, variant: Variant, **columns: Any) -> AuditTrailEntry:
    values: dict[str, Any] = {
        "shop_id": campaign.shop_id,
        "variant": variant,
        "layer": "campaign",
        "layer_ref": campaign.pk,
        "cause": "campaign",
        "price_before": "10.00",
        "price_after": "11.00",
        "base_price": "10.00",
    }
    return AuditTrailEntry.objects.create(**{**values, **columns})


def test_the_list(viewer: Caller, active: Campaign, colleague: User, owner: User) -> None:
    connection = active.connection
    ends = timezone.now() + dt.timedelta(days=1)
    made(connection, owner, "Winter sale", priority=7, ends_at=ends)
    Campaign.objects.filter(pk=active.pk).update(created_by=None)
    answer = viewer.get(CAMPAIGNS)
    assert names(answer) == ["Winter sale", "Short stock"]
    first, second = answer.json()["items"]
    assert second == {
        "id": str(active.pk),
        "url": f"http://testserver{address(active)}",
        "name": "Short stock",
        "status": "active",
        "connection": str(connection.pk),
        "priority": 100,
        "counts": {"variants": 6, "on": 4, "triggered": 4},
        "created_by": None,
        "created_at": second["created_at"],
        "starts_at": None,
        "ends_at": None,
        "activated_at": second["activated_at"],
        "over_at": None,
        "settled_at": second["settled_at"],
    }
    assert None not in (second["activated_at"], second["settled_at"])
    assert (first["priority"], first["created_by"]["id"]) == (7, str(owner.pk))
    assert dt.datetime.fromisoformat(first["ends_at"]) == ends
    del colleague


def test_what_the_list_is_narrowed_to(viewer: Caller, active: Campaign, owner: User) -> None:
    made(active.connection, owner, "Winter sale")
    assert names(viewer.get(CAMPAIGNS, {"status": "draft"})) == ["Winter sale"]
    assert names(viewer.get(CAMPAIGNS, {"status": "active", "q": "SHORT"})) == ["Short stock"]
    assert names(viewer.get(CAMPAIGNS, {"q": "%"})) == []
    assert names(viewer.get(CAMPAIGNS, {"status": "ended"})) == []


def test_the_list_in_pages(viewer: Caller, connection: Connection, owner: User) -> None:
    for name in ("One", "Two", "Three"):
        made(connection, owner, name)
    first = viewer.get(CAMPAIGNS, {"limit": "2", "status": "draft"})
    second = viewer.get(first.json()["next"])
    assert sorted(names(first) + names(second)) == ["One", "Three", "Two"]
    assert (first.json()["previous"], second.json()["next"]) == (None, None)
    assert names(viewer.get(second.json()["previous"])) == names(first)


@pytest.mark.parametrize(
    ("where", "query"),
    [
        ("", {"status": "lost"}),
        ("variants", {"show": "some"}),
        ("moves", {"kind": "x"}),
        ("moves", {"cause": "x"}),
    ],
)
def test_a_filter_that_is_misspelt(
    viewer: Caller, active: Campaign, where: str, query: dict[str, str]
) -> None:
    problem = told(viewer.get(address(active, where) if where else CAMPAIGNS, query))
    assert (problem["status"], problem["code"]) == (400, "bad-filter")


@pytest.mark.parametrize("count", [1, 3])
def test_what_the_list_costs(
    viewer: Caller,
    connection: Connection,
    owner: User,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(count):
        made(connection, owner, f"Campaign {number}")
    with django_assert_num_queries(WHO):
        assert len(names(viewer.get(CAMPAIGNS))) == count


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("table", TABLES)
def test_what_the_rows_cost(
    viewer: Caller,
    connection: Connection,
    owner: User,
    table: str,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    variants = catalogue(connection)[:count]
    Variant.objects.update(stock=1)
    campaign = begun(connection, owner)
    for variant in variants:
        entry(campaign, variant, actor=owner)
    others = [each.pk for each in Variant.objects.exclude(pk__in=[v.pk for v in variants])]
    CampaignVariant.objects.filter(variant_id__in=others).delete()
    query = {"limit": str(count)}
    # The campaign with its rules, then the page.
    with django_assert_num_queries(WHO + 2):
        assert len(viewer.get(address(campaign, table), query).json()["items"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_what_a_campaign_costs(
    viewer: Caller,
    connection: Connection,
    owner: User,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    catalogue(connection)
    campaign = begun(connection, owner)
    for number in range(count):
        begun(connection, owner, f"Other {number}")
    # Its rules, what its targets match, who else is on them (those that run and those that will),
    # the latest moves, the history.
    with django_assert_num_queries(WHO + 7):
        body = viewer.get(address(campaign)).json()
    assert (len(body["overlaps"]), len(body["latest_moves"])) == (count, 4)


def test_the_variants(viewer: Caller, active: Campaign, variants: list[Variant]) -> None:
    CoveredVariant.objects.filter(variant=variants[0]).update(base_price="9.50")
    Variant.objects.filter(pk=variants[0].pk).update(price="10.45", compare_at="12.00")
    edited = CampaignVariant.objects.get(variant=variants[1])
    CampaignVariant.objects.filter(pk=edited.pk).update(on=False, let_go_at=timezone.now())
    rows = viewer.get(address(active, "variants")).json()["items"]
    assert [(row["variant"]["sku"], row["on"], row["holding"]) for row in rows] == [
        ("SKU-11", True, [0]),
        ("SKU-12", False, [0]),
        ("SKU-21", True, [0]),
        ("SKU-22", True, [0]),
        ("SKU-31", False, []),
        ("SKU-32", False, []),
    ]
    assert rows[0] == {
        "variant": {
            "id": str(variants[0].pk),
            "sku": "SKU-11",
            "title": "Small",
            "product": "Collar 1",
            "product_id": str(variants[0].product_id),
            "vendor_id": 11,
            "vendor_product_id": 1,
        },
        "on": True,
        "holding": [0],
        "by_hand": False,
        "shown": {"price": "10.45", "compare_at": "12.00"},
        "own": {"price": "9.50", "compare_at": None},
        "stock": 1,
        "moved_at": rows[0]["moved_at"],
        "look_again_at": None,
        "let_go_at": None,
    }
    assert rows[5]["own"] == rows[5]["shown"] == {"price": "30.00", "compare_at": None}
    shown = {
        show: [
            row["variant"]["vendor_id"]
            for row in viewer.get(address(active, "variants"), {"show": show}).json()["items"]
        ]
        for show in ("on", "off", "left", "waiting")
    }
    assert shown == {"on": [11, 21, 22], "off": [12, 31, 32], "left": [12], "waiting": []}


def test_the_moves(viewer: Caller, active: Campaign, variants: list[Variant]) -> None:
    rows = viewer.get(address(active, "moves")).json()["items"]
    assert [row["variant"]["vendor_id"] for row in rows] == [22, 21, 12, 11]
    assert rows[-1] == {
        "id": rows[-1]["id"],
        "at": rows[-1]["at"],
        "kind": "put",
        "cause": "start",
        "why": rows[-1]["why"],
        "variant": {**rows[-1]["variant"], "id": str(variants[0].pk)},
        "stock": 1,
        "actor": None,
    }
    assert "1" in rows[-1]["why"]
    for query, count in (({"kind": "put"}, 4), ({"kind": "taken"}, 0), ({"cause": "start"}, 4)):
        assert len(viewer.get(address(active, "moves"), query).json()["items"]) == count
    latest = viewer.get(address(active)).json()["latest_moves"]
    assert latest == rows


def test_the_ledger(viewer: Caller, active: Campaign, variants: list[Variant], owner: User) -> None:
    other = begun(active.connection, owner, "Other")
    entry(other, variants[0])
    entry(active, variants[1], layer="base", actor=owner, price_before="11.00", price_after="10.00")
    first = entry(active, variants[0], compare_at_after="12.00")
    rows = viewer.get(address(active, "ledger")).json()["items"]
    assert [row["variant"]["vendor_id"] for row in rows] == [11, 12]
    assert rows[0] == {
        "id": first.pk,
        "at": rows[0]["at"],
        "variant": {**rows[0]["variant"], "sku": "SKU-11"},
        "layer": "campaign",
        "campaign": str(active.pk),
        "cause": "campaign",
        "before": {"price": "10.00", "compare_at": None},
        "after": {"price": "11.00", "compare_at": "12.00"},
        "own": {"price": "10.00", "compare_at": None},
        "price_job": None,
        "actor": None,
    }
    assert (rows[1]["layer"], rows[1]["actor"]["id"]) == ("base", str(owner.pk))


def test_another_shops_are_not_there(
    intruder: Caller, viewer: Caller, active: Campaign, stranger: User
) -> None:
    assert names(intruder.get(CAMPAIGNS)) == []
    for part in ("", *TABLES):
        assert told(intruder.get(address(active, part)))["status"] == 404
    elsewhere = Shop.objects.for_user(stranger).get()
    account = factories.shopify_connection(elsewhere, account="elsewhere.myshopify.com")
    catalogue(account, 1, first=7)
    theirs = begun(account, stranger, "Theirs")
    assert names(viewer.get(CAMPAIGNS)) == ["Short stock"]
    assert told(viewer.get(address(theirs)))["status"] == 404
    assert names(intruder.get(CAMPAIGNS)) == ["Theirs"]
