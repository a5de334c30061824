"""What became of a run: rows by outcome, reason, SKU; ticks; grouped reasons; the file of it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog_sync.models import Variant
from foundation.exports.models import ExportJob
from foundation.shops.models import Connection, User
from pricing.enums import Outcome, PricingJobState
from pricing.exporters import PLAN, RESULTS
from pricing.models import PricingJob, ProcessingResult
from pricing.queries import results
from tests.pricing.page_fixtures import catalogue, end, finished, job_in, planned

from .asking import logged_in, page, text_of

pytestmark = pytest.mark.django_db


def table(client: Client, job: PricingJob, query: str = "") -> str:
    return text_of(client, f"{page(job)}?view=results&{query}").split('id="rows"')[1]


def test_rows_are_found_by_outcome_reason_sku_and_title(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    for query, skus in (
        ("show=failed", {"SKU-21"}),
        ("reason=Because%20of%20conflict.", {"SKU-12"}),
        ("show=failed&reason=Because%20of%20conflict.", set()),
        ("q=sku-22", {"SKU-22"}),
        ("q=collar%202", {"SKU-12", "SKU-21", "SKU-22"}),
        ("show=nonsense&after=@@", {"SKU-11", "SKU-12", "SKU-21", "SKU-22"}),
    ):
        said = table(as_owner, job, query)
        met = {variant.sku for variant in variants if f">{variant.sku}<" in said}
        assert met == skus, query
    assert "No row matches" in table(as_owner, job, "q=unicorn")


def test_a_group_of_reasons_leads_to_its_rows_and_says_what_now(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    said = text_of(as_owner, page(job))
    assert "?view=results&amp;show=failed&amp;reason=Because+of+failed.#rows" in said
    assert "Mend the cause, then run again for the failed ones." in said
    assert "Run again for the conflicts if yours should replace it." in said


def test_of_many_reasons_the_first_rows_are_counted(
    connection: Connection,
    variants: list[Variant],
    owner: User,
    as_owner: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(results, "GROUPED_ROWS", 2)
    job = job_in(PricingJobState.COMPLETED, connection, variants, owner)
    end(job, [Outcome.FAILED] * 3 + [Outcome.CONFLICT])
    groups = results.reason_groups(job)
    assert [(each.outcome, each.count, each.more) for each in groups] == [
        (Outcome.FAILED, 2, True),
        (Outcome.CONFLICT, 1, False),
    ]
    assert ">2+</a>" in text_of(as_owner, page(job))


def test_only_written_rows_can_be_ticked_and_only_by_editors(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client, viewer: User
) -> None:
    job = finished(connection, variants, owner)
    ticks = table(as_owner, job)
    assert ticks.count('name="result"') == 2
    assert 'aria-label="Undo Collar 1 Small SKU-11"' in ticks
    assert "Undo chosen" in ticks
    watched = table(logged_in(viewer), job)
    assert 'name="result"' not in watched
    assert "Undo chosen" not in watched
    running = job_in(PricingJobState.RUNNING, connection, variants, owner, name="Under way")
    end(running, [Outcome.APPLIED])
    assert 'name="result"' not in table(as_owner, running)


@pytest.mark.parametrize("products", [1, 3])
@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 13), ("show=failed", 13), ("reason=Because%20of%20failed.", 13), ("q=SKU-11", 14)],
)
def test_results_cost_the_same_for_few_and_many_rows(
    products: int,
    query: str,
    queries: int,
    connection: Connection,
    owner: User,
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    job = finished(connection, catalogue(connection, products * 2), owner)
    with django_assert_num_queries(queries):
        text_of(as_owner, f"{page(job)}?view=results&{query}")


# -- files -----------------------------------------------------------------------------------------


def rows_in_file(kind: Any, job: PricingJob, **posted: str) -> list[str]:
    params = kind.clean(job.shop_id, {"job": str(job.pk), **posted})
    rows = kind.rows(job.shop_id, params)
    return list(rows.values_list("variant__sku", flat=True))


def test_the_file_has_what_the_table_has(
    connection: Connection, variants: list[Variant], owner: User
) -> None:
    job = finished(connection, variants, owner)
    assert rows_in_file(RESULTS, job, show="failed") == ["SKU-21"]
    assert rows_in_file(RESULTS, job, reason="Because of conflict.") == ["SKU-12"]
    assert rows_in_file(RESULTS, job, q="sku-22", show="applied") == []
    plan = planned(connection, owner)
    assert rows_in_file(PLAN, plan, rule="1", q="SKU-32") == ["SKU-32"]
    assert rows_in_file(PLAN, plan, show="below_cost") == []
    assert len(rows_in_file(PLAN, plan, show="changes")) == 6


def test_a_file_says_what_it_is_narrowed_to(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    job = finished(connection, variants, owner)
    form = table(as_owner, job, "show=failed&q=SKU-21")
    for field in ('name="show" value="failed"', 'name="q" value="SKU-21"'):
        assert field in form
    url = reverse("exports:start", kwargs={"kind": "pricing.results"})
    as_owner.post(url, {"job": str(job.pk), "show": "failed", "q": "SKU-21", "extra": "x"})
    export = ExportJob.objects.get()
    assert export.params == {
        "job": str(job.pk),
        "name": job.name,
        "show": "failed",
        "q": "SKU-21",
    }
    assert RESULTS.words(export.params) == "Ten percent off, failed, matching “SKU-21”"
    answer = as_owner.post(url, {"job": str(job.pk), "rule": "many"}, follow=True)
    assert "Nothing was started" in answer.content.decode()
    assert ProcessingResult.objects.filter(job=job).count() == 4
