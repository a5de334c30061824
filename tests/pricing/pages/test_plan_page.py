"""A plan's page: figures, warnings in words, how changes spread, and its rows narrowed."""

from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog_sync.models import Variant
from foundation.shops.models import Connection, User
from pricing.enums import PricingJobState
from pricing.models import PriceLock, PricingJob
from tests import factories
from tests.pricing.page_fixtures import catalogue, planned

from .asking import page, text_of

pytestmark = pytest.mark.django_db

HALF = {"action": {"kind": "percent", "value": "-60"}, "compare_at": {"kind": "old_price"}}


def rows_of(client: Client, job: PricingJob, query: str = "") -> str:
    """Return what the table of the page says."""
    return text_of(client, f"{page(job)}?view=plan&{query}").split('id="rows"')[1]


def skus_in(said: str) -> list[str]:
    """Return the SKUs of a table in the order in which they stand."""
    return [part.split("<")[0] for part in said.split('<span class="fr-mono">')[1:]]


def test_the_figures_are_those_of_the_plan(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    Variant.objects.filter(pk=variants[0].pk).update(cost=Decimal("4.00"))
    PriceLock.objects.create(shop=connection.shop, variant=variants[1], reason="Agreed")
    job = planned(connection, owner)
    said = text_of(as_owner, page(job))
    for figure in (
        "<dd>5<small>of 3 products</small>",
        "<dd>\N{MINUS SIGN}2.20 CAD<small>\N{MINUS SIGN}10.0 %</small>",
        "<dd>99.00 CAD<small>was 110.00</small>",
        "<dd>5.00 CAD<small>was 6.00; cost known of 1</small>",
        # (1.00 of one piece, 2.00 twice of two, 3.00 twice of three)
        ">27.00 CAD<small>falls",
        "1: its price is locked",
    ):
        assert figure in said, figure
    assert "Lower by 10 %" in said
    assert "5 variants decided by rule 1" in said
    assert "falls of 10 % to less than 20 %" in said


def test_warnings_are_sentences_that_lead_to_their_rows(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    Variant.objects.filter(pk=variants[2].pk).update(cost=Decimal("19.00"))
    other = planned(connection, owner, name="Earlier", selection={"skus": ["SKU-31", "SKU-32"]})
    job = planned(connection, owner)
    said = text_of(as_owner, page(job))
    below = said.index("<strong>1</strong> price falls below cost")
    also = said.index("<strong>2</strong> prices are also in another price job that is open")
    assert below < also < said.index("Change 6 prices")
    assert skus_in(rows_of(as_owner, job, "show=below_cost")) == ["SKU-21"]
    table = rows_of(as_owner, job, "show=other_job")
    assert skus_in(table) == ["SKU-31", "SKU-32"]
    assert table.count("also in “Earlier”") == 2
    assert "\N{MINUS SIGN}5.6 %" in rows_of(as_owner, job, "show=below_cost")
    PricingJob.objects.filter(pk=other.pk).update(state=PricingJobState.CANCELLED)
    assert "also in “Earlier”" not in rows_of(as_owner, job, "show=other_job")


def test_rows_come_riskiest_first_or_as_the_catalogue_has_them(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    Variant.objects.filter(pk=variants[3].pk).update(cost=Decimal("19.50"))
    PriceLock.objects.create(shop=connection.shop, variant=variants[0], reason="Agreed")
    job = planned(connection, owner)
    catalogue_order = [each.sku for each in variants]
    assert skus_in(rows_of(as_owner, job, "order=position")) == catalogue_order
    by_risk = skus_in(rows_of(as_owner, job))
    assert (by_risk[0], by_risk[-1]) == ("SKU-22", "SKU-11")
    assert sorted(by_risk) == catalogue_order


def leafed(client: Client, job: PricingJob, order: str, way: str, cursor: str) -> list[list[str]]:
    """Leaf through a plan one way, from a cursor; a list of SKUs for each page."""
    pages = []
    while True:
        url = f"{page(job)}?view=plan&order={order}&{way}={cursor}"
        answer = client.get(url)
        pages.append(skus_in(answer.content.decode().split('id="rows"')[1]))
        cursor = getattr(answer.context["page"], way)
        if not cursor:
            return pages


@pytest.mark.parametrize("order", ["", "position"])
def test_pages_follow_each_other_both_ways_in_both_orders(
    order: str, connection: Connection, owner: User, as_owner: Client
) -> None:
    # Most rows are as risky as their neighbours; a few stand out, and the locked ones come last.
    made = catalogue(connection, 60)
    for variant in made[::25]:
        Variant.objects.filter(pk=variant.pk).update(cost=variant.price)
    PriceLock.objects.create(shop=connection.shop, product=made[30].product, reason="Agreed")
    job = planned(connection, owner)
    columns = ("position",) if order else ("-risk", "position")
    expected = list(job.plan.order_by(*columns).values_list("variant__sku", flat=True))
    there = leafed(as_owner, job, order, "after", "")
    assert [len(each) for each in there] == [50, 50, 20]
    assert [sku for each in there for sku in each] == expected
    last = as_owner.get(f"{page(job)}?view=plan&order={order}&after={_last(as_owner, job, order)}")
    back = leafed(as_owner, job, order, "before", last.context["page"].before)
    assert [sku for each in reversed(back) for sku in each] == expected[:100]


def _last(client: Client, job: PricingJob, order: str) -> str:
    """Return the cursor that leads to the third and last page."""
    second = client.get(f"{page(job)}?view=plan&order={order}").context["page"].after
    third = client.get(f"{page(job)}?view=plan&order={order}&after={second}")
    after: str = third.context["page"].after
    return after


def test_rows_are_found_by_rule_skip_sku_and_title(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    PriceLock.objects.create(shop=connection.shop, variant=variants[5], reason="Agreed")
    dear = {"match": "all", "items": [{"field": "price", "op": "gte", "value": "20"}]}
    job = planned(
        connection, owner, {**HALF, "when": dear}, {"action": {"kind": "set", "value": "9"}}
    )
    assert skus_in(rows_of(as_owner, job, "rule=2")) == ["SKU-11", "SKU-12"]
    assert skus_in(rows_of(as_owner, job, "rule=1&q=sku-21")) == ["SKU-21"]
    assert skus_in(rows_of(as_owner, job, "show=locked")) == ["SKU-32"]
    assert skus_in(rows_of(as_owner, job, "q=birch%20large")) == ["SKU-22"]
    # Deleted meanwhile, it is still in the plan.
    variants[0].deleted_at = variants[0].vendor_updated_at
    variants[0].save()
    assert skus_in(rows_of(as_owner, job, "q=SKU-11")) == ["SKU-11"]
    said = text_of(as_owner, page(job))
    assert "2 variants decided by rule 2" in said
    for nonsense in ("q=%00", "rule=x", "rule=0", "show=@@", "order=@@", "after=@@"):
        assert len(skus_in(rows_of(as_owner, job, nonsense))) == 6, nonsense
    assert "No rows here" in rows_of(as_owner, job, "q=unicorn")


def test_a_variant_under_a_campaign_shows_both_prices(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    half = {"action": {"kind": "percent", "value": "-50"}}
    factories.cover(variants[0], [half], base_price="20.00", name="Summer <sale>")
    job = planned(connection, owner)
    row = rows_of(as_owner, job, "show=under_campaign")
    assert skus_in(row) == ["SKU-11"]
    assert "20.00</span>" in row
    assert "<strong>18.00 CAD</strong>" in row
    shown = 'shop shows 10.00 <span aria-label="becomes">→</span> 9.00, by Summer &lt;sale&gt;'
    assert shown in row


@pytest.mark.usefixtures("variants")
def test_compare_at_before_and_after_and_the_limits_that_held(
    connection: Connection, owner: User, as_owner: Client
) -> None:
    job = planned(connection, owner, {**HALF, "guards": [{"kind": "floor", "value": "9"}]})
    row = rows_of(as_owner, job, "q=SKU-31")
    assert 'none <span aria-label="becomes">→</span> 30.00' in row
    assert "Held by a limit: 4 at the floor." in text_of(as_owner, page(job))


@pytest.mark.usefixtures("variants")
def test_a_plan_that_changes_nothing_offers_no_button(
    connection: Connection, owner: User, as_owner: Client
) -> None:
    job = planned(connection, owner, {"action": {"kind": "amount", "value": "0"}})
    said = text_of(as_owner, page(job))
    assert "This plan changes no price." in said
    assert page(job, "confirm") not in said
    assert page(job, "cancel") in said


@pytest.mark.usefixtures("variants")
def test_markets_are_told_about_once(connection: Connection, owner: User, as_owner: Client) -> None:
    job = planned(connection, owner)
    assert text_of(as_owner, page(job)).count("per market") == 1


@pytest.mark.parametrize("products", [1, 3])
@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 12), ("show=other_job", 12), ("rule=1", 12), ("q=SKU-11", 13), ("q=collar", 13)],
)
def test_a_plan_costs_the_same_for_few_and_many_rows(
    products: int,
    query: str,
    queries: int,
    connection: Connection,
    owner: User,
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    catalogue(connection, products)
    planned(connection, owner, name="Earlier")
    job = planned(connection, owner)
    with django_assert_num_queries(queries):
        text_of(as_owner, f"{page(job)}?view=plan&{query}")
