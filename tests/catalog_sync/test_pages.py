"""The catalogue's pages for owner, colleague and stranger."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog_sync.models import MirrorState, ReconciliationRun, StockHistory
from foundation.shops.api import Role
from foundation.shops.models import Connection, Shop, User
from foundation.work.models import Job
from tests import factories

from .test_selections import make

pytestmark = pytest.mark.django_db

LIST = reverse("catalog:product_list")


def page(client: Client, person: User, url: str = LIST, **params: Any) -> str:
    client.force_login(person)
    answer = client.get(url, params)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def test_a_shop_without_connection_is_taught_the_first_step(client: Client, owner: User) -> None:
    factories.shop("Empty", owner)
    assert "No shop is connected yet" in page(client, owner)


def test_an_empty_mirror_offers_the_sync(
    client: Client, owner: User, connection: Connection
) -> None:
    text = page(client, owner)
    assert "The mirror is empty" in text
    assert reverse("catalog:sync", args=[connection.pk]) in text


def test_filters_and_facets_narrow_the_list(
    client: Client, owner: User, connection: Connection
) -> None:
    make(connection, 1, title="Red mug", vendor="Acme")
    make(connection, 2, title="Blue mug", vendor="Other")
    assert "Red mug" in page(client, owner)
    narrowed = page(client, owner, vendor="Acme")
    assert ("Red mug" in narrowed, "Blue mug" in narrowed) == (True, False)
    assert "Nothing matches" in page(client, owner, text="teapot")
    # What makes no sense is told at its field, and the rest still counts.
    told = page(client, owner, stock_min="many", vendor="Acme")
    assert ("whole number" in told, "Blue mug" in told) == (True, False)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_number_of_questions(
    count: int,
    client: Client,
    owner: User,
    connection: Connection,
    django_assert_num_queries: Any,
) -> None:
    for number in range(1, count + 1):
        make(connection, number, vendor=f"Vendor {number}")
    client.force_login(owner)
    with django_assert_num_queries(16):
        client.get(LIST)


def test_pages_follow_each_other_without_gaps(
    client: Client, owner: User, connection: Connection
) -> None:
    for number in range(1, 36):
        make(connection, number, title="Same title")
    client.force_login(owner)
    first = client.get(LIST).context["page"]
    second = client.get(LIST, {"after": first.after}).context["page"]
    seen = [each.pk for each in [*first.items, *second.items]]
    assert (len(first.items), len(second.items), len(set(seen))) == (30, 5, 35)
    back = client.get(LIST, {"before": second.before}).context["page"]
    assert [each.pk for each in back.items] == [each.pk for each in first.items]


def test_a_product_shows_variants_stock_and_history(
    client: Client, owner: User, connection: Connection
) -> None:
    variant = make(connection, 1)
    StockHistory.objects.create(
        shop_id=connection.shop_id,
        connection=connection,
        inventory_item_id=1,
        location_vendor_id=501,
        before=9,
        after=1,
        cause="webhook",
        vendor_updated_at=variant.vendor_updated_at,
    )
    text = page(client, owner, reverse("catalog:product", args=[variant.product_id]))
    assert "Sku-1" in text
    assert "<svg" in text
    assert "Webhook" in text


def test_a_stranger_sees_nothing_and_starts_nothing(
    client: Client, stranger: User, connection: Connection
) -> None:
    variant = make(connection, 1, title="Secret mug")
    assert "Secret mug" not in page(client, stranger)
    urls = [reverse("catalog:product", args=[variant.product_id])]
    assert [client.get(url).status_code for url in urls] == [404]
    assert client.post(reverse("catalog:sync", args=[connection.pk])).status_code == 404
    assert Job.objects.count() == 0


def test_who_may_start_a_sync(
    client: Client, shop: Shop, colleague: User, connection: Connection
) -> None:
    url = reverse("catalog:sync", args=[connection.pk])
    client.force_login(factories.member("vera.viewer@example.com", shop, Role.VIEWER))
    assert client.post(url).status_code == 403
    assert Job.objects.count() == 0
    client.force_login(colleague)
    assert client.post(url).status_code == 302
    assert sorted(Job.objects.values_list("name", flat=True)) == [
        "catalog.check_connection_subscriptions",
        "catalog.full_sync",
    ]
    job = Job.objects.get(name="catalog.full_sync")
    assert MirrorState.objects.get().sync_job_id == job.pk
    assert f"Job #{job.pk}" in page(client, colleague, reverse("catalog:mirror"))


RUNS = reverse("catalog:reconciliations")


def run(connection: Connection, **told: Any) -> ReconciliationRun:
    return ReconciliationRun.objects.create(
        shop_id=connection.shop_id, connection=connection, job_id=1, **told
    )


def test_comparisons_are_listed_with_what_they_mended(
    client: Client, owner: User, connection: Connection
) -> None:
    assert "Nothing has been compared yet" in page(client, owner, RUNS)
    run(
        connection,
        finished_at=timezone.now(),
        counts={"variants_compared": 3_200, "levels_mended": 7, "subscriptions_restored": 1},
        lag=dt.timedelta(minutes=12),
        points=412,
    )
    text = page(client, owner, RUNS)
    for words in ("3,200", "7 stock levels, 1 webhook subscription", "12 min", "412"):
        assert words in text
    # The catalogue's own page says it in a line.
    assert "8 mended, at most 12 min late" in page(client, owner)


def test_a_comparison_that_did_not_end_says_so(
    client: Client, owner: User, connection: Connection
) -> None:
    run(connection, kind="dry_run")
    text = page(client, owner, RUNS)
    assert ("Not finished" in text, "dry run" in text) == (True, True)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_comparisons_asks_the_same_number_of_questions(
    count: int,
    client: Client,
    owner: User,
    connection: Connection,
    django_assert_num_queries: Any,
) -> None:
    for number in range(count):
        run(connection, finished_at=timezone.now() if number else None)
    client.force_login(owner)
    with django_assert_num_queries(11):
        client.get(RUNS)


def test_an_editor_may_have_the_shop_compared_now(
    client: Client, colleague: User, connection: Connection
) -> None:
    client.force_login(colleague)
    url = reverse("catalog:reconcile", args=[connection.pk])
    refused = client.post(url, follow=True)
    assert "never been read completely" in refused.content.decode()
    assert Job.objects.filter(name="catalog.reconcile").count() == 0
    MirrorState.objects.create(
        connection=connection, shop_id=connection.shop_id, synced_at=timezone.now()
    )
    for _ in range(2):
        assert client.post(url).status_code == 302
    assert "Compare now" in page(client, colleague, RUNS)
    assert Job.objects.filter(name="catalog.reconcile").count() == 1
