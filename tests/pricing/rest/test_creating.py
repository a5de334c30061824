"""Creating a price job: planned with the answer where it is small, once whatever is repeated."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import Settings

from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from foundation.work.enums import Group
from foundation.work.models import Job
from pricing.enums import PriceFileState
from pricing.models import PlannedChange, PriceFile, PriceFileLine, PricingJob, ProcessingResult
from tests import factories
from tests.pricing.conftest import work
from tests.pricing.page_fixtures import catalogue
from tests.rest.conftest import Caller, told

from .conftest import JOBS, TEN_OFF, WISH, address, pointers

pytestmark = pytest.mark.django_db


def of_no_plan(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ("plan", "links")}


@pytest.mark.usefixtures("variants")
def test_a_small_job_is_answered_with_its_plan(
    editor: Caller, colleague: User, connection: Connection
) -> None:
    answer = editor.send(JOBS, {**WISH, "name": "Winter sale"})
    job = PricingJob.objects.get()
    here = f"http://testserver{address(job)}"
    assert (answer.status_code, answer["Location"]) == (201, here)
    assert "Retry-After" not in answer
    body = answer.json()
    assert of_no_plan(body) == {
        "id": str(job.pk),
        "url": here,
        "name": "Winter sale",
        "kind": "manual",
        "state": "planned",
        "state_reason": "",
        "connection": str(connection.pk),
        "currency": "CAD",
        "selection": {"all": True},
        "unknown_skus": [],
        "rules": [TEN_OFF],
        "rules_in_words": ["1. Lower by 10 %"],
        "conflict_policy": "skip",
        "price_file": None,
        "rollback_of": None,
        "again_of": None,
        "planned_changes": 6,
        "planned_skips": 0,
        "progress": {"done": 0, "total": 6},
        "counts": dict.fromkeys(
            ("applied", "unchanged", "skipped", "conflict", "failed", "overwritten"), 0
        ),
        "approval_reasons": [],
        "requested_by": {"id": str(colleague.pk), "name": str(colleague)},
        "confirmed_by": None,
        "approved_by": None,
        "created_at": body["created_at"],
        "run_at": None,
        "ends_at": None,
        "started_at": None,
        "finished_at": None,
    }
    plan = body["plan"]
    assert plan["hash"] == job.plan_hash
    assert dt.datetime.fromisoformat(plan["expires_at"]) == job.expires_at
    assert plan["stale_rows"] == 0
    totals = plan["totals"]
    assert sum(bar["count"] for bar in totals.pop("bars")) == 6
    assert totals == {
        "changes": 6,
        "skipped": 0,
        "products": 3,
        "rises": 0,
        "falls": 6,
        "same_price": 0,
        "with_cost": 0,
        "average": "-2.00",
        "average_percent": "-10.00",
        "steepest_rise": None,
        "steepest_fall": "-10.00",
        "sum_before": "120.00",
        "sum_after": "108.00",
        "margin_before": "0.00",
        "margin_after": "0.00",
        # 1, 2 and 3 pieces of each variant at 1, 2 and 3 off.
        "given_away": "28.00",
        "skips": {},
        "warnings": {},
        "held": {},
        "rules": {"1": 6},
    }
    assert body["links"] == {
        "self": here,
        **{name: f"{here}{name}/" for name in ("plan", "results", "confirm", "replan", "cancel")},
    }
    # Nothing is under way: neither a plan nor a write.
    assert not Job.objects.filter(name__startswith="pricing.").exists()
    assert not ProcessingResult.objects.exists()


@pytest.mark.usefixtures("variants")
def test_a_large_job_is_planned_in_the_background(editor: Caller, settings: Settings) -> None:
    settings.PRICING_PLAN_AT_ONCE = 5
    answer = editor.send(JOBS, WISH)
    job = PricingJob.objects.get()
    assert (answer.status_code, answer["Retry-After"]) == (201, "2")
    body = answer.json()
    assert (body["state"], body["plan"]) == ("planning", None)
    assert set(body["links"]) == {"self", "cancel"}
    assert list(Job.objects.values_list("name", "payload")) == [
        ("pricing.make_plan", {"pricing_job_id": str(job.pk)})
    ]
    work(Group.HEAVY)
    answer = editor.get(address(job))
    assert "Retry-After" not in answer
    assert (answer.json()["state"], answer.json()["planned_changes"]) == ("planned", 6)


def test_as_many_as_are_planned_at_once(
    editor: Caller, variants: list[Variant], settings: Settings
) -> None:
    settings.PRICING_PLAN_AT_ONCE = len(variants)
    assert editor.send(JOBS, WISH).json()["state"] == "planned"


@pytest.mark.usefixtures("variants")
def test_what_is_asked_for_is_kept(editor: Caller) -> None:
    rules: list[Any] = [
        {
            "name": "Maple",
            "when": {
                "match": "any",
                "items": [
                    {"field": "vendor", "op": "is", "value": "Maple"},
                    {
                        "match": "all",
                        "items": [{"field": "stock", "op": "between", "value": [50, 60.5]}],
                    },
                ],
            },
            "action": {"kind": "percent", "value": 5},
            "rounding": {"step": "1", "ending": 0.99, "direction": "up"},
            "guards": [{"kind": "max_change", "value": "50", "otherwise": "skip"}],
        },
        {"action": {"kind": "set", "value": "9.99"}, "compare_at": {"kind": "old_price"}},
    ]
    selection = {"stock_min": 1, "price_max": "25", "skus": ["sku-11", "SKU-12", "SKU-77"]}
    wish = {"selection": selection, "rules": rules, "conflict_policy": "recompute"}
    refused = told(editor.send(JOBS, wish))
    assert pointers(refused) == ["#/rules/0/when/items/1/items/0/value/1"]
    rules[0]["when"]["items"][1]["items"][0]["value"] = [50, 60]

    body = editor.send(JOBS, wish).json()
    assert (
        body["name"] == "Raise by 5 %, rounded up to .99, skipped if it changes by more than 50 %"
    )
    assert body["conflict_policy"] == "recompute"
    assert body["selection"] == {**selection, "price_max": "25"}
    assert body["unknown_skus"] == ["SKU-77"]
    rounding = {"step": "1", "ending": "0.99", "direction": "up"}
    inner = {"match": "all", "items": [{"field": "stock", "op": "between", "value": ["50", "60"]}]}
    first = {**rules[0], "action": {"kind": "percent", "value": "5"}, "rounding": rounding}
    first["when"]["items"][1] = inner
    assert body["rules"] == [first, rules[1]]
    assert len(body["rules_in_words"]) == 2
    rows = PlannedChange.objects.order_by("position")
    assert [str(row.target_price) for row in rows] == ["10.99", "10.99"]


def test_only_the_chosen_ones(editor: Caller, variants: list[Variant]) -> None:
    wish = {**WISH, "selection": {"variant_ids": [str(variants[3].pk)]}}
    assert editor.send(JOBS, wish).json()["planned_changes"] == 1
    assert PlannedChange.objects.get().variant_id == variants[3].pk


@pytest.mark.usefixtures("variants")
def test_of_several_accounts_one_is_named(
    editor: Caller, shop: Shop, connection: Connection
) -> None:
    second = factories.shopify_connection(shop, account="second.myshopify.com")
    catalogue(second, 1, first=9)
    problem = told(editor.send(JOBS, WISH))
    assert (problem["code"], pointers(problem)) == ("invalid-input", ["#/connection"])
    assert str(second.pk) in problem["errors"][0]["detail"]
    assert connection.account in problem["errors"][0]["detail"]

    body = editor.send(JOBS, {**WISH, "connection": str(second.pk)}).json()
    assert (body["connection"], body["planned_changes"]) == (str(second.pk), 2)


def test_without_an_account(editor: Caller, shop: Shop) -> None:
    assert shop.connections.count() == 0
    assert pointers(told(editor.send(JOBS, WISH))) == ["#/connection"]


@pytest.fixture
def foreign(stranger: User) -> Connection:
    elsewhere = Shop.objects.for_user(stranger).get()
    found = factories.shopify_connection(elsewhere, account="elsewhere.myshopify.com")
    catalogue(found, 1, first=7)
    return found


def price_list(connection: Connection, *variants: Variant, state: str = "ready") -> PriceFile:
    file = PriceFile.objects.create(
        shop_id=connection.shop_id, connection=connection, name="prices.csv", state=state
    )
    for number, variant in enumerate(variants, 2):
        PriceFileLine.objects.create(
            file=file,
            line=number,
            sku=variant.sku,
            price=number,
            variant=variant,
            verdict="taken",
        )
    return file


@pytest.mark.usefixtures("variants")
def test_what_belongs_to_another_shop_is_not_there(editor: Caller, foreign: Connection) -> None:
    problem = told(editor.send(JOBS, {**WISH, "connection": str(foreign.pk)}))
    assert problem["errors"] == [
        {"pointer": "#/connection", "detail": "There is no such Shopify account in this shop."}
    ]
    file = price_list(foreign)
    problem = told(editor.send(JOBS, {**WISH, "price_file": str(file.pk)}))
    assert (problem["status"], problem["code"]) == (409, "no-such-file")
    assert pointers(problem) == ["#/price_file"]
    theirs = [str(each.pk) for each in Variant.objects.for_shop(foreign.shop_id)]
    problem = told(editor.send(JOBS, {**WISH, "selection": {"variant_ids": theirs}}))
    assert problem["code"] == "nothing-matches"
    assert not PricingJob.objects.exists()


def test_prices_of_a_list(editor: Caller, connection: Connection, variants: list[Variant]) -> None:
    rules = [{"action": {"kind": "file"}}]
    assert pointers(told(editor.send(JOBS, {**WISH, "rules": rules}))) == ["#/price_file"]
    file = price_list(connection, *variants[:2])
    body = editor.send(JOBS, {"rules": rules, "price_file": str(file.pk)}).json()
    assert (body["price_file"], body["planned_changes"]) == (str(file.pk), 2)
    rows = PlannedChange.objects.order_by("position")
    assert [str(row.target_price) for row in rows] == ["2.00", "3.00"]

    unread = price_list(connection, state=PriceFileState.READING)
    problem = told(editor.send(JOBS, {"rules": rules, "price_file": str(unread.pk)}))
    assert problem["code"] == "file-not-ready"


@pytest.mark.usefixtures("variants")
def test_what_narrows_nothing_means_nothing(editor: Caller) -> None:
    for selection in ({}, {"all": False}, {"vendor": ""}):
        problem = told(editor.send(JOBS, {**WISH, "selection": selection}))
        assert pointers(problem) == ["#/selection"]
    assert pointers(told(editor.send(JOBS, {"rules": [TEN_OFF]}))) == ["#/selection"]
    problem = told(editor.send(JOBS, {**WISH, "selection": {"vendor": "Nobody"}}))
    assert (problem["status"], problem["code"]) == (409, "nothing-matches")
    assert not PricingJob.objects.exists()
