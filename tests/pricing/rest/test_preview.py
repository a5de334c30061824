"""A plan without a job."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog_sync.models import Variant
from foundation.audit.models import AuditEvent
from foundation.rest.models import IdempotentRequest
from foundation.shops.models import Connection
from foundation.work.models import Job
from pricing.models import PlannedChange, PricingJob
from tests import factories
from tests.pricing.page_fixtures import catalogue
from tests.rest.conftest import Caller, told

from .conftest import JOBS, PREVIEW, TEN_OFF, WISH

pytestmark = pytest.mark.django_db


def test_it_comes_to_what_the_plan_comes_to(editor: Caller, variants: list[Variant]) -> None:
    Variant.objects.filter(pk=variants[4].pk).update(cost="28.00")
    Variant.objects.filter(pk=variants[5].pk).update(compare_at="40.00", price="0.00")
    wish = {**WISH, "selection": {"skus": [v.sku for v in variants[1:]] + ["nothing"]}}
    answer = editor.send(PREVIEW, wish)
    assert answer.status_code == 200
    found = answer.json()
    assert not PricingJob.objects.exists()

    job = editor.send(JOBS, wish).json()
    assert found["totals"] == job["plan"]["totals"]
    assert (found["currency"], found["unknown_skus"]) == ("CAD", ["nothing"])
    planned = editor.get(job["links"]["plan"]).json()["items"]
    for row in planned:
        del row["position"]
    assert found["rows"] == planned
    assert found["rows"][0] == {
        "variant": {
            "id": str(variants[4].pk),
            "sku": "SKU-31",
            "title": "Small",
            "product": "Collar 3",
            "product_id": str(variants[4].product_id),
            "vendor_id": 31,
            "vendor_product_id": 3,
        },
        "before": {"price": "30.00", "compare_at": None},
        "after": {"price": "27.00", "compare_at": None},
        "shown": None,
        "percent": "-10.00",
        "margin": "-3.70",
        "cost": "28.00",
        "stock": 3,
        "rule": 1,
        "warnings": ["below_cost"],
        "skip": None,
        "reason": "",
    }
    assert [found["rows"][-1][name] for name in ("after", "skip", "reason")] == [
        None,
        "no_change",
        "The rule gives the price it has already",
    ]


def test_a_campaign_shows_another_price(editor: Caller, variants: list[Variant]) -> None:
    half = {"action": {"kind": "percent", "value": "-50"}}
    factories.cover(variants[0], [half], base_price="20.00", name="Half off")
    wish = {**WISH, "selection": {"variant_ids": [str(variants[0].pk)]}}
    row = editor.send(PREVIEW, wish).json()["rows"][0]
    assert (row["before"]["price"], row["after"]["price"]) == ("20.00", "18.00")
    assert row["shown"] == {"before": "10.00", "after": "9.00"}
    assert "under_campaign" in row["warnings"]
    planned = editor.get(editor.send(JOBS, wish).json()["links"]["plan"]).json()["items"][0]
    del planned["position"]
    assert planned == row


@pytest.mark.usefixtures("variants")
def test_nothing_is_stored(editor: Caller) -> None:
    before = AuditEvent.objects.count()
    for _ in range(2):
        assert editor.send(PREVIEW, WISH, Idempotency_Key="k").status_code == 200
    for model in (PricingJob, PlannedChange, Job, IdempotentRequest):
        assert not model.objects.exists()
    assert AuditEvent.objects.count() == before


def test_the_riskiest_fifty(editor: Caller, connection: Connection) -> None:
    catalogue(connection, 30)
    rules = [
        {
            "when": {"items": [{"field": "price", "op": "gte", "value": "290"}]},
            "action": {"kind": "percent", "value": "-60"},
        },
        TEN_OFF,
    ]
    body = editor.send(PREVIEW, {**WISH, "rules": rules}).json()
    assert (body["totals"]["changes"], len(body["rows"])) == (60, 50)
    assert [row["rule"] for row in body["rows"]] == [1] * 4 + [2] * 46
    assert body["totals"]["warnings"] == {"big_change": 4}


@pytest.mark.usefixtures("variants")
def test_what_matches_nothing_comes_to_nothing(editor: Caller) -> None:
    body = editor.send(PREVIEW, {**WISH, "selection": {"vendor": "Nobody"}}).json()
    assert (body["totals"]["changes"], body["rows"]) == (0, [])


@pytest.mark.usefixtures("variants")
def test_too_many_to_wait_for(editor: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pricing.services.previewing.MOST_PREVIEWED", 6)
    assert editor.send(PREVIEW, WISH).status_code == 200
    monkeypatch.setattr("pricing.services.previewing.MOST_PREVIEWED", 5)
    problem = told(editor.send(PREVIEW, WISH))
    assert (problem["status"], problem["code"]) == (409, "too-many-to-preview")
    assert "Create the job instead" in problem["detail"]


def test_what_it_costs(
    editor: Caller, connection: Connection, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (1, 3):
        catalogue(connection, 1 if number == 1 else 2, first=number)
        # Person, membership, accounts; in a transaction, which is two here: how many, what else
        # holds a variant (open jobs, two kinds of locks), the variants; then those that are shown.
        with django_assert_num_queries(12):
            found: Any = editor.send(PREVIEW, WISH).json()
        assert found["totals"]["products"] == number


def test_editors_only(viewer: Caller, intruder: Caller) -> None:
    assert told(viewer.send(PREVIEW, WISH))["code"] == "role-too-weak"
    assert intruder.send(PREVIEW, WISH).status_code == 400
