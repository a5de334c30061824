"""Lists and rows: what they show, what they are narrowed to, what they cost, who sees them."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from pricing.enums import JobKind, Outcome, PlanWarning, PricingJobState
from pricing.models import PlannedChange, PricingJob, ProcessingResult
from tests import factories
from tests.pricing.page_fixtures import catalogue, end, finished, job_in
from tests.rest.conftest import Caller, program_of, told

from .conftest import JOBS, address

pytestmark = pytest.mark.django_db
S = PricingJobState


def ids(answer: Any) -> list[str]:
    return [each["id"] for each in answer.json()["items"]]


@pytest.fixture
def job(connection: Connection, variants: list[Variant], owner: User) -> PricingJob:
    return finished(connection, variants, owner)


def test_the_list(
    viewer: Caller, connection: Connection, variants: list[Variant], owner: User
) -> None:
    late = timezone.now() - dt.timedelta(minutes=1)
    old = job_in(S.PLANNED, connection, variants, owner, expires_at=late)
    new = job_in(S.PLANNED, connection, variants, owner)
    back = job_in(S.RUNNING, connection, variants, owner, kind=JobKind.ROLLBACK, rollback_of=old)
    end(back, [Outcome.APPLIED, Outcome.FAILED])
    assert ids(viewer.get(JOBS)) == [str(each.pk) for each in (back, new, old)]
    row = viewer.get(JOBS, {"kind": "rollback"}).json()["items"][0]
    assert row == {
        "id": str(back.pk),
        "url": f"http://testserver{address(back)}",
        "name": "Ten percent off",
        "kind": "rollback",
        "state": "running",
        "connection": str(connection.pk),
        "planned_changes": 5,
        "planned_skips": 1,
        "progress": {"done": 2, "total": 5},
        "counts": {
            "applied": 1,
            "unchanged": 0,
            "skipped": 0,
            "conflict": 0,
            "failed": 1,
            "overwritten": 0,
        },
        "requested_by": {"id": str(owner.pk), "name": str(owner)},
        "created_at": row["created_at"],
        "run_at": None,
        "ends_at": None,
        "started_at": None,
        "finished_at": None,
    }
    # As people read it: a plan whose time is over is expired, whatever its row says.
    assert ids(viewer.get(JOBS, {"state": "planned"})) == [str(new.pk)]
    assert ids(viewer.get(JOBS, {"state": "expired"})) == [str(old.pk)]
    assert viewer.get(address(old)).json()["state"] == "expired"


def test_the_list_in_pages(
    viewer: Caller, connection: Connection, variants: list[Variant], owner: User
) -> None:
    made = [str(job_in(S.PLANNED, connection, variants, owner).pk) for _ in range(3)]
    first = viewer.get(JOBS, {"limit": "2", "state": "planned"})
    second = viewer.get(first.json()["next"])
    assert ids(first) + ids(second) == made[::-1]
    assert (first.json()["previous"], second.json()["next"]) == (None, None)
    assert ids(viewer.get(second.json()["previous"])) == ids(first)


@pytest.mark.parametrize(
    ("where", "query"),
    [
        ("", {"state": "lost"}),
        ("", {"kind": "x"}),
        ("plan", {"show": "everything"}),
        ("plan", {"order": "price"}),
        ("results", {"outcome": "good"}),
    ],
)
def test_a_filter_that_is_misspelt(
    viewer: Caller, job: PricingJob, where: str, query: dict[str, str]
) -> None:
    problem = told(viewer.get(address(job, where) if where else JOBS, query))
    assert (problem["status"], problem["code"]) == (400, "bad-filter")


def test_the_plan(
    viewer: Caller, connection: Connection, variants: list[Variant], owner: User
) -> None:
    job = job_in(S.PLANNED, connection, variants, owner)
    for row in job.plan.all():
        flagged = row.position in (2, 4)
        PlannedChange.objects.filter(pk=row.pk).update(
            risk=6_000_000 + row.position if flagged else row.position,
            warnings=PlanWarning.BELOW_COST.bit if flagged else 0,
            cost=Decimal("9.50"),
            rule=1,
        )

    def positions(**query: str) -> list[int]:
        answer = viewer.get(address(job, "plan"), query)
        assert answer.status_code == 200
        return [each["position"] for each in answer.json()["items"]]

    assert positions() == positions(order="risk") == [4, 2, 6, 5, 3, 1]
    assert positions(order="position") == [1, 2, 3, 4, 5, 6]
    assert positions(show="below_cost") == [4, 2]
    assert positions(show="changes") == [4, 2, 5, 3, 1]
    assert positions(show="no_change") == [6]
    assert positions(show="locked") == []
    row = viewer.get(address(job, "plan"), {"order": "position"}).json()["items"][1]
    assert row == {
        "position": 2,
        "variant": {
            "id": str(variants[1].pk),
            "sku": "SKU-12",
            "title": "Large",
            "product": "Collar 1",
            "product_id": str(variants[1].product_id),
            "vendor_id": 12,
            "vendor_product_id": 1,
        },
        "before": {"price": "10.00", "compare_at": None},
        "after": {"price": "9.00", "compare_at": None},
        "shown": None,
        "percent": "-10.00",
        "margin": "-5.56",
        "cost": "9.50",
        "stock": None,
        "rule": 1,
        "warnings": ["below_cost"],
        "skip": None,
        "reason": "",
    }


def test_results(viewer: Caller, job: PricingJob, variants: list[Variant]) -> None:
    answer = viewer.get(address(job, "results"))
    assert [each["outcome"] for each in answer.json()["items"]] == [
        "applied",
        "conflict",
        "failed",
        "overwritten",
    ]
    only = viewer.get(address(job, "results"), {"outcome": "conflict"}).json()["items"]
    row = ProcessingResult.objects.get(outcome="conflict")
    assert only == [
        {
            "id": row.pk,
            "variant": {
                "id": str(variants[1].pk),
                "sku": "SKU-12",
                "title": "Large",
                "product": "Collar 1",
                "product_id": str(variants[1].product_id),
                "vendor_id": 12,
                "vendor_product_id": 1,
            },
            "outcome": "conflict",
            "reason": "Because of conflict.",
            "before": {"price": "10.00", "compare_at": None},
            "after": {"price": "9.00", "compare_at": None},
            "shown": None,
            "found": {"price": "8.88", "compare_at": None},
            "intended_at": None,
            "settled_at": only[0]["settled_at"],
            "vendor_updated_at": only[0]["vendor_updated_at"],
            "vendor_request_id": "",
        }
    ]


def test_a_result_under_a_campaign(viewer: Caller, job: PricingJob) -> None:
    ProcessingResult.objects.filter(outcome="applied").update(
        base_before_price="20.00",
        base_before_compare_at="25.00",
        base_target_price="18.00",
        reason="no_change",
    )
    row = viewer.get(address(job, "results"), {"outcome": "applied"}).json()["items"][0]
    assert row["before"] == {"price": "20.00", "compare_at": "25.00"}
    assert row["after"] == {"price": "18.00", "compare_at": None}
    assert row["shown"] == {"before": "10.00", "after": "9.00"}
    assert row["reason"] == "The rule gives the price it has already"


@pytest.mark.parametrize("number", [1, 3])
def test_what_lists_cost(
    viewer: Caller,
    connection: Connection,
    owner: User,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    variants = catalogue(connection, number)
    for _ in range(number):
        job = finished(connection, variants, owner)
    # Person, membership, jobs.
    with django_assert_num_queries(3):
        assert len(viewer.get(JOBS).json()["items"]) == number
    # Person, membership, job, its rules (of which no table needs any), rows.
    for table in ("plan", "results"):
        with django_assert_num_queries(5):
            assert len(viewer.get(address(job, table)).json()["items"]) >= number
    # Person, membership, job, its rules.
    with django_assert_num_queries(4):
        assert viewer.get(address(job)).status_code == 200


def test_nothing_of_another_shop(
    intruder: Caller, owner: User, shop: Shop, job: PricingJob
) -> None:
    assert ids(intruder.get(JOBS)) == []
    for where in ("", "plan", "results"):
        assert told(intruder.get(address(job, where)))["status"] == 404
    second = factories.shop("Second", owner)
    elsewhere = program_of(owner, X_Shop=str(second.pk))
    assert told(elsewhere.get(address(job)))["status"] == 404
    assert ids(program_of(owner, X_Shop=str(shop.pk)).get(JOBS)) == [str(job.pk)]


@pytest.mark.parametrize("path", ["7/", "not-an-id/", "11111111-1111-4111-8111-111111111111/"])
def test_what_is_no_job(viewer: Caller, path: str) -> None:
    assert told(viewer.get(f"{JOBS}{path}"))["status"] == 404
