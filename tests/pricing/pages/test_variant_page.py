"""One variant's prices: causes, lowest of thirty days, campaign, stock, lock; and the ledger."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog_sync.models import StockHistory, StockLevel, Variant
from foundation.shops.models import Connection, Shop, User
from foundation.zones import local_in
from pricing.enums import Cause, Layer
from pricing.exporters import LEDGER
from pricing.models import AuditTrailEntry, PriceLock
from pricing.queries.ledger import LedgerFilter, ledger_rows
from tests import factories
from tests.pricing.page_fixtures import edited_outside, finished

from .asking import logged_in, page, text_of

pytestmark = pytest.mark.django_db


def entered(
    variant: Variant, before: str | None, after: str, days: float, layer: Layer = Layer.BASE
) -> AuditTrailEntry:
    """Enter a change of ``days`` ago."""
    return AuditTrailEntry.objects.create(
        shop_id=variant.shop_id,
        variant=variant,
        layer=layer,
        cause=Cause.CAMPAIGN if layer == Layer.CAMPAIGN else Cause.MANUAL_JOB,
        price_before=None if before is None else Decimal(before),
        price_after=Decimal(after),
        at=timezone.now() - dt.timedelta(days=days),
    )


def url_of(variant: Variant) -> str:
    return reverse("pricing:variant", kwargs={"variant_id": variant.pk})


def lowest_said(client: Client, variant: Variant) -> str:
    return text_of(client, url_of(variant)).split("Lowest in 30 days</dt><dd>")[1].split("<")[0]


def test_the_lowest_price_of_thirty_days_counts_what_they_began_with(
    variants: list[Variant], as_owner: Client
) -> None:
    own = variants[0]
    assert lowest_said(as_owner, own) == "10.00 CAD"
    entered(own, "3.00", "8.00", 40)
    assert lowest_said(as_owner, own) == "10.00 CAD"
    entered(own, "8.00", "12.00", 20)
    assert lowest_said(as_owner, own) == "8.00 CAD"
    entered(own, "12.00", "7.00", 10, Layer.CAMPAIGN)
    entered(own, "7.00", "12.00", 5, Layer.CAMPAIGN)
    assert lowest_said(as_owner, own) == "7.00 CAD"
    entered(variants[1], "1.00", "2.00", 5)
    assert lowest_said(as_owner, own) == "7.00 CAD"


def test_a_sale_is_compared_with_the_thirty_days_before_it(
    variants: list[Variant], as_owner: Client
) -> None:
    own = variants[0]
    words = "what a sale must be compared with in the EU"
    Variant.objects.filter(pk=own.pk).update(compare_at=Decimal(30))
    assert words not in text_of(as_owner, url_of(own))
    entered(own, "14.00", "16.00", 60)
    entered(own, "16.00", "10.00", 35)
    said = text_of(as_owner, url_of(own))
    assert "14.00 in the 30 days before it fell" in said
    assert words in said
    Variant.objects.filter(pk=own.pk).update(compare_at=None)
    assert words not in text_of(as_owner, url_of(own))


def test_causes_stand_at_the_dots_and_in_the_legend(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    finished(connection, variants, owner)
    edited_outside(variants[0], Decimal("12.34"))
    said = text_of(as_owner, url_of(variants[0]))
    assert f"<title>9.00: Price job “Ten percent off”, by {owner}," in said
    assert "<title>12.34: Edited outside," in said
    legend = said.split('class="pr-keys"')[1].split("</p>")[0]
    assert "set here" in legend
    assert "edited outside" in legend
    assert "campaign" not in legend


def test_a_covered_variant_shows_whose_price_is_whose(
    variants: list[Variant], as_owner: Client
) -> None:
    factories.cover(variants[0], [], base_price="25.00", name="Summer sale")
    said = text_of(as_owner, url_of(variants[0]))
    assert "The shop shows</dt><dd>10.00 CAD<small>by the campaign Summer sale" in said
    assert "Own price</dt><dd>25.00 CAD" in said
    assert "Own price" not in text_of(as_owner, url_of(variants[1]))


def test_the_stock_is_drawn(
    connection: Connection, variants: list[Variant], as_owner: Client
) -> None:
    own = variants[0]
    assert "How its stock moved" not in text_of(as_owner, url_of(own))
    place = {
        "shop": connection.shop,
        "connection": connection,
        "inventory_item_id": own.inventory_item_id,
        "location_vendor_id": 7,
    }
    now = timezone.now()
    StockLevel.objects.create(available=3, vendor_updated_at=now, **place)
    for days, before, after in ((2, 9, 5), (1, 5, 3)):
        at = now - dt.timedelta(days=days)
        StockHistory.objects.create(
            before=before, after=after, cause="webhook", vendor_updated_at=at, **place
        )
    said = text_of(as_owner, url_of(own))
    assert "Stock at all locations together, between 3 and 5" in said
    assert "How its stock moved" not in text_of(as_owner, url_of(variants[1]))


def test_a_lock_is_put_on_and_taken_off_here(
    variants: list[Variant], owner: User, as_owner: Client, viewer: User
) -> None:
    own = variants[0]
    add, remove = reverse("pricing:lock_add"), reverse("pricing:lock_remove")
    said = text_of(as_owner, url_of(own))
    assert add in said
    assert "Change its price" in said
    assert add not in text_of(logged_in(viewer), url_of(own))
    posted = {"variant_id": str(own.pk), "reason": "Agreed with Maple", "next": url_of(own)}
    answer = as_owner.post(add, posted)
    assert answer.headers["Location"] == url_of(own)
    said = text_of(as_owner, url_of(own))
    assert "This price is locked: nothing here writes it." in said
    assert f"“Agreed with Maple”, by {owner}" in said
    assert "Change its price" not in said
    assert remove not in text_of(logged_in(viewer), url_of(own))
    as_owner.post(remove, {"variant_id": str(own.pk), "next": url_of(own)})
    assert "is locked" not in text_of(as_owner, url_of(own)).split("pr-figures")[1]
    assert PriceLock.objects.count() == 0


def test_locks_of_the_product_and_of_filters_are_told_too(
    connection: Connection, variants: list[Variant], as_owner: Client
) -> None:
    shop = connection.shop
    PriceLock.objects.create(shop=shop, product=variants[0].product, reason="Whole line")
    PriceLock.objects.create(shop=shop, selection={"vendor": "Maple"}, reason="All of Maple")
    PriceLock.objects.create(shop=shop, selection={"vendor": "Birch"}, reason="All of Birch")
    said = text_of(as_owner, url_of(variants[0]))
    assert "With its whole product: “Whole line”" in said
    assert "By a filter: “All of Maple”" in said
    assert "All of Birch" not in said


# -- the ledger ------------------------------------------------------------------------------------


def test_the_ledger_is_found_by_person_job_and_days(
    connection: Connection,
    variants: list[Variant],
    owner: User,
    colleague: User,
    as_owner: Client,
) -> None:
    Shop.objects.filter(pk=connection.shop_id).update(timezone="America/Toronto")
    old = entered(variants[1], "1.00", "44.44", 200)
    job = finished(connection, variants, owner)
    other = finished(connection, variants[2:], colleague)
    edited_outside(variants[5], Decimal("31.10"))
    url = reverse("pricing:ledger")
    said = text_of(as_owner, f"{url}?actor={colleague.pk}")
    assert said.count('data-label="Whose"') == other.applied + other.overwritten
    said = text_of(as_owner, f"{url}?job={job.pk}")
    assert "of the job “Ten percent off”" in said
    assert said.count('data-label="Whose"') == job.applied + job.overwritten
    assert f"{url}?job={job.pk}" in text_of(as_owner, page(job))
    day = local_in("America/Toronto", old.at).date()
    said = text_of(as_owner, f"{url}?until={day + dt.timedelta(days=1)}")
    assert "44.44" in said
    assert "31.10" not in said
    said = text_of(as_owner, f"{url}?since={day + dt.timedelta(days=2)}")
    assert "44.44" not in said
    assert "31.10" in said
    assert "31.10" in text_of(as_owner, f"{url}?actor=nobody&job=x&since=@@")
    assert "Nothing matches" in text_of(as_owner, f"{url}?job={uuid4()}")


def test_the_first_entry_since_a_moment_is_found_among_many(
    connection: Connection, variants: list[Variant]
) -> None:
    own = variants[0]
    start = timezone.now() - dt.timedelta(days=100)
    AuditTrailEntry.objects.bulk_create(
        AuditTrailEntry(
            shop_id=own.shop_id,
            variant=own,
            layer=Layer.BASE,
            cause=Cause.MANUAL_JOB,
            price_after=Decimal(number),
            at=start + dt.timedelta(days=number // 2),
        )
        for number in range(200)
    )
    for day in (-3, 0, 1, 50, 99, 100, 120):
        moment = start + dt.timedelta(days=day, hours=-1)
        later = ledger_rows(connection.shop_id, LedgerFilter(since=moment)).count()
        earlier = ledger_rows(connection.shop_id, LedgerFilter(until=moment)).count()
        assert (later, earlier) == (200 - min(200, max(0, 2 * day)), min(200, max(0, 2 * day)))


def test_the_file_of_the_ledger_has_all_its_filters(
    connection: Connection, variants: list[Variant], owner: User, colleague: User, as_owner: Client
) -> None:
    finished(connection, variants, owner)
    job = finished(connection, variants[2:], colleague)
    said = text_of(as_owner, f"{reverse('pricing:ledger')}?actor={colleague.pk}&job={job.pk}")
    assert f'name="actor" value="{colleague.pk}"' in said
    posted = {"actor": str(colleague.pk), "job": str(job.pk), "since": "2020-01-01"}
    params = LEDGER.clean(connection.shop_id, posted)
    assert params == {**posted, "by": str(colleague)}
    assert LEDGER.rows(connection.shop_id, params).count() == job.applied + job.overwritten
    assert f"By: {colleague}" in LEDGER.words(params)


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 7), ("sku=SKU-11", 8), ("since=2020-01-01&until=2030-01-01", 9), ("layer=outside", 7)],
)
def test_the_ledger_costs_the_same_under_each_filter(
    items: int,
    query: str,
    queries: int,
    variants: list[Variant],
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(items):
        edited_outside(variants[0], Decimal(30 + number))
    with django_assert_num_queries(queries):
        text_of(as_owner, f"{reverse('pricing:ledger')}?{query}")
