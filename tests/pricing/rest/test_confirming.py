"""Confirming a plan: the one that was seen, once, now or at a time."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from foundation.shops.models import Shop, User
from pricing.enums import PricingJobState
from pricing.models import PricingJob
from tests.rest.conftest import Caller, told

from .conftest import CONFIRM, KEY, address, moved, pointers, state_of, work_names

pytestmark = pytest.mark.django_db
S = PricingJobState


def test_confirm(editor: Caller, planned: PricingJob, colleague: User) -> None:
    answers = [
        editor.send(address(planned, "confirm"), CONFIRM, Idempotency_Key=KEY) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1]["Idempotency-Replayed"] == "true"
    body = answers[1].json()
    assert (body["state"], body["confirmed_by"]["id"]) == ("running", str(colleague.pk))
    assert set(body["links"]) == {"self", "plan", "results", "pause", "cancel"}
    assert work_names().count("pricing.start_run") == 1
    assert planned.history.filter(after="running").count() == 1


def test_confirm_twice_without_a_key(editor: Caller, planned: PricingJob) -> None:
    assert editor.send(address(planned, "confirm"), CONFIRM).status_code == 200
    problem = told(editor.send(address(planned, "confirm"), CONFIRM))
    assert problem == {
        "type": "/api/problems/illegal-move",
        "title": "Illegal move",
        "status": 409,
        "detail": "The price job is running; it cannot be confirmed. Somebody was quicker, or it "
        "was sent twice. Nothing was changed.",
        "instance": address(planned, "confirm"),
        "code": "illegal-move",
        "state": "running",
        "possible": ["pause", "cancel"],
    }
    assert work_names().count("pricing.start_run") == 1


def test_another_plan_than_the_one_that_was_seen(editor: Caller, planned: PricingJob) -> None:
    problem = told(editor.send(address(planned, "confirm"), {"plan_hash": "b" * 64}))
    assert (problem["status"], problem["code"]) == (409, "plan-changed")
    assert pointers(problem) == ["#/plan_hash"]
    assert state_of(planned) == "planned"


def test_a_plan_past_its_time(editor: Caller, planned: PricingJob) -> None:
    moved(planned, S.PLANNED, expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert told(editor.send(address(planned, "confirm"), CONFIRM))["code"] == "plan-expired"
    # The refusal is kept: it has ended, and says how to go on.
    assert state_of(planned) == "expired"
    assert set(editor.get(address(planned)).json()["links"]) == {
        "self",
        "plan",
        "results",
        "replan",
    }


def test_a_plan_of_nothing(editor: Caller, planned: PricingJob) -> None:
    moved(planned, S.PLANNED, planned_changes=0)
    assert told(editor.send(address(planned, "confirm"), CONFIRM))["code"] == "nothing-to-do"
    assert state_of(planned) == "planned"


def test_at_a_time(editor: Caller, planned: PricingJob) -> None:
    begin = (timezone.now() + dt.timedelta(days=1)).astimezone(dt.timezone(dt.timedelta(hours=-5)))
    body = {**CONFIRM, "run_at": begin.isoformat(), "ends_at": None}
    answer = editor.send(address(planned, "confirm"), body)
    assert answer.json()["state"] == "scheduled"
    assert dt.datetime.fromisoformat(answer.json()["run_at"]) == begin
    assert answer.json()["run_at"].endswith("Z")


@pytest.mark.parametrize(
    ("sent", "status", "code", "place"),
    [
        ({"run_at": "2031-01-01T08:00:00"}, 400, "invalid-input", "#/run_at"),
        ({"run_at": "2031-01-01"}, 400, "invalid-input", "#/run_at"),
        ({"run_at": "tomorrow"}, 400, "invalid-input", "#/run_at"),
        ({"run_at": 1_900_000_000}, 400, "invalid-input", "#/run_at"),
        ({"run_at": "2020-01-01T08:00:00Z"}, 409, "run-at-wrong", "#/run_at"),
        ({"run_at": "0001-01-01T00:00:00+14:00"}, 409, "run-at-wrong", "#/run_at"),
        ({"run_at": "9999-12-31T23:59:59-14:00"}, 409, "run-at-wrong", "#/run_at"),
        ({"ends_at": "2020-01-01T08:00:00Z"}, 409, "ends-at-wrong", "#/ends_at"),
        ({"plan_hash": 7}, 400, "invalid-input", "#/plan_hash"),
        ({"plan_hash": "a" * 65}, 400, "invalid-input", "#/plan_hash"),
        ({"hurry": True}, 400, "invalid-input", "#/hurry"),
    ],
)
def test_what_cannot_be_confirmed(
    editor: Caller, planned: PricingJob, sent: dict[str, Any], status: int, code: str, place: str
) -> None:
    problem = told(editor.send(address(planned, "confirm"), {**CONFIRM, **sent}))
    assert (problem["status"], problem["code"], pointers(problem)) == (status, code, [place])
    assert state_of(planned) == "planned"


def test_a_time_without_offset_names_the_shops_zone(
    editor: Caller, planned: PricingJob, shop: Shop
) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone="America/Toronto")
    body = {**CONFIRM, "run_at": "2031-01-01T08:00:00"}
    said = told(editor.send(address(planned, "confirm"), body))["errors"][0]["detail"]
    assert "The shop's zone is America/Toronto." in said
