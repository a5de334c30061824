"""The verbs: what each does, who may, and how each refusal is told."""

from typing import Any

import pytest
from django.utils import timezone

from catalog_sync.models import Variant
from foundation.shops.models import Connection, User
from pricing.enums import UNDER_WAY, Outcome, PricingJobState
from pricing.models import ApprovalPolicy, PricingJob, ProcessingResult
from tests.pricing.page_fixtures import end, finished
from tests.rest.conftest import Caller, program_of, told

from .conftest import CONFIRM, JOBS, KEY, WISH, address, moved, pointers, state_of, work_names

pytestmark = [pytest.mark.django_db]
S = PricingJobState


@pytest.fixture
def done(connection: Connection, variants: list[Variant], owner: User) -> PricingJob:
    return finished(connection, variants, owner)


@pytest.fixture
def awaiting(
    editor: Caller, approver: Caller, planned: PricingJob, connection: Connection
) -> PricingJob:
    del approver  # somebody must be there to approve
    ApprovalPolicy.objects.create(shop_id=connection.shop_id, enabled=True, rows_over=1)
    body = editor.send(address(planned, "confirm"), CONFIRM).json()
    assert (body["state"], len(body["approval_reasons"])) == ("awaiting", 1)
    # Who asked may withdraw it, but not approve it.
    assert set(body["links"]) == {"self", "plan", "results", "cancel"}
    return planned


def test_approve(approver: Caller, awaiting: PricingJob) -> None:
    assert set(approver.get(address(awaiting)).json()["links"]) >= {"approve", "reject"}
    assert told(approver.send(address(awaiting, "approve"), {"plan_hash": "x"}))["code"] == (
        "plan-changed"
    )
    body = approver.send(address(awaiting, "approve"), CONFIRM).json()
    assert (body["state"], body["approved_by"]["name"]) == ("running", "anna.approver@example.com")
    assert told(approver.send(address(awaiting, "approve"), CONFIRM))["state"] == "running"
    assert work_names().count("pricing.start_run") == 1


def test_nobody_approves_what_they_asked_for(
    owner: User, editor: Caller, awaiting: PricingJob
) -> None:
    PricingJob.objects.filter(pk=awaiting.pk).update(confirmed_by=owner)
    own = program_of(owner)
    for verb, body in (("approve", CONFIRM), ("reject", {"reason": "No."})):
        assert told(own.send(address(awaiting, verb), body))["code"] == "own-request"
        assert told(editor.send(address(awaiting, verb), body))["code"] == "role-too-weak"
    assert state_of(awaiting) == "awaiting"


def test_reject(approver: Caller, awaiting: PricingJob) -> None:
    for reason in ("", "   ", None, 5, "x" * 501):
        problem = told(approver.send(address(awaiting, "reject"), {"reason": reason}))
        assert pointers(problem) == ["#/reason"]
    body = approver.send(address(awaiting, "reject"), {"reason": "Too steep."}).json()
    assert (body["state"], body["state_reason"]) == ("rejected", "Too steep.")
    assert "pricing.start_run" not in work_names()


def test_pause_and_resume(editor: Caller, planned: PricingJob) -> None:
    moved(planned, S.RUNNING, started_at=timezone.now())
    assert editor.send(address(planned, "pause"), b"").json()["state"] == "paused"
    assert told(editor.send(address(planned, "pause"), b""))["possible"] == ["resume", "cancel"]
    assert editor.send(address(planned, "resume"), {}).json()["state"] == "running"
    assert told(editor.send(address(planned, "resume"), b""))["code"] == "illegal-move"
    assert pointers(told(editor.send(address(planned, "pause"), {"now": 1}))) == ["#/now"]


def test_cancel(editor: Caller, planned: PricingJob) -> None:
    body = editor.send(address(planned, "cancel"), {"reason": "Wrong rule."}).json()
    assert (body["state"], body["state_reason"]) == ("cancelled", "Wrong rule.")
    problem = told(editor.send(address(planned, "cancel"), b""))
    assert (problem["state"], problem["possible"]) == ("cancelled", [])


@pytest.mark.usefixtures("variants")
def test_replan(editor: Caller) -> None:
    made = editor.send(JOBS, WISH).json()
    job = PricingJob.objects.get()
    Variant.objects.update(price="50.00")
    body = editor.send(address(job, "replan"), b"").json()
    assert body["state"] == "planned"
    assert body["plan"]["totals"]["sum_before"] == "300.00"
    assert body["plan"]["hash"] != made["plan"]["hash"]
    # What was seen before is not confirmed any more.
    seen = {"plan_hash": made["plan"]["hash"]}
    assert told(editor.send(address(job, "confirm"), seen))["code"] == "plan-changed"
    moved(job, S.COMPLETED)
    assert told(editor.send(address(job, "replan"), b""))["code"] == "illegal-move"


def test_rollback(editor: Caller, done: PricingJob) -> None:
    Variant.objects.filter(price=10).update(price="9.00")
    Variant.objects.filter(price=20).update(price="18.00")
    first, again = (
        editor.send(address(done, "rollback"), {}, Idempotency_Key=KEY) for _ in range(2)
    )
    assert (first.status_code, first.content) == (201, again.content)
    back = PricingJob.objects.get(rollback_of=done)
    body = first.json()
    assert (body["id"], body["rollback_of"]) == (str(back.pk), str(done.pk))
    assert first["Location"] == body["url"] == f"http://testserver{address(back)}"
    assert (body["kind"], body["state"], body["rules"]) == ("rollback", "planned", [])
    assert body["planned_changes"] == 2
    assert "pricing.make_plan" not in work_names()
    # Another way back of the same prices would fight with this one.
    assert told(editor.send(address(done, "rollback"), b""))["code"] == "undo-open"


def test_rollback_of_some_rows(editor: Caller, done: PricingJob) -> None:
    Variant.objects.filter(price=10).update(price="9.00")
    row = ProcessingResult.objects.get(outcome=Outcome.APPLIED)
    body = editor.send(address(done, "rollback"), {"result_ids": [row.pk]}).json()
    assert (body["selection"], body["planned_changes"]) == ({"result_ids": [row.pk]}, 1)


@pytest.mark.parametrize(
    "result_ids", [[], "all", [0], [-1], ["x"], [2**63], [1.5], [None], [[1]], [1] * 20_001]
)
def test_rows_that_cannot_be_meant(editor: Caller, done: PricingJob, result_ids: Any) -> None:
    problem = told(editor.send(address(done, "rollback"), {"result_ids": result_ids}))
    assert problem["code"] == "invalid-input"
    assert all(each.startswith("#/result_ids") for each in pointers(problem))


def test_nothing_to_take_back(editor: Caller, done: PricingJob, planned: PricingJob) -> None:
    failed = ProcessingResult.objects.get(outcome=Outcome.FAILED)
    for wish in ({"result_ids": [failed.pk]}, {"result_ids": [2**62]}):
        assert told(editor.send(address(done, "rollback"), wish))["code"] == "nothing-to-undo"
    assert told(editor.send(address(planned, "rollback"), b""))["code"] == "not-finished"


def test_restore(editor: Caller, done: PricingJob) -> None:
    Variant.objects.filter(sku="SKU-22").update(price="18.00")
    body = editor.send(address(done, "restore"), b"").json()
    assert (body["kind"], body["planned_changes"]) == ("restore", 1)
    plan = editor.get(body["links"]["plan"]).json()["items"]
    assert [row["after"]["price"] for row in plan] == ["8.88"]


def test_again(editor: Caller, done: PricingJob) -> None:
    assert {"rollback", "restore", "again"} <= set(editor.get(address(done)).json()["links"])
    body = editor.send(address(done, "again"), b"").json()
    assert (body["again_of"], body["selection"]) == (str(done.pk), {"outcomes": ["failed"]})
    assert (body["state"], body["planned_changes"]) == ("planned", 1)
    both = editor.send(address(done, "again"), {"outcomes": ["failed", "conflict"]}).json()
    assert both["planned_changes"] == 2
    for outcomes in (["applied"], [], "failed", [7], ["failed"] * 4):
        problem = told(editor.send(address(done, "again"), {"outcomes": outcomes}))
        assert problem["code"] == "invalid-input"
    assert told(editor.send(address(done, "again"), {"outcomes": ["skipped"]}))["code"] == (
        "nothing-to-repeat"
    )


VERBS = (
    "confirm",
    "approve",
    "reject",
    "pause",
    "resume",
    "cancel",
    "replan",
    "rollback",
    "restore",
    "again",
)


@pytest.mark.parametrize("verb", VERBS)
def test_neither_viewers_nor_strangers(
    viewer: Caller, intruder: Caller, done: PricingJob, planned: PricingJob, verb: str
) -> None:
    body = {"confirm": CONFIRM, "approve": CONFIRM, "reject": {"reason": "No."}}.get(verb, {})
    for job in (done, planned):
        before = state_of(job)
        assert told(intruder.send(address(job, verb), body))["status"] == 404
        assert told(viewer.send(address(job, verb), body))["code"] == "role-too-weak"
        assert state_of(job) == before
    assert PricingJob.objects.count() == 2


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("body", [b"[", b"[]", b"null", b'"x"', b'{"x": 1}', b'{"reason": NaN}'])
def test_bad_bodies(editor: Caller, owner: User, done: PricingJob, verb: str, body: bytes) -> None:
    del editor
    problem = told(program_of(owner).send(address(done, verb), body))
    assert (problem["status"], problem["code"] in ("invalid-input", "malformed-json")) == (
        400,
        True,
    )


def test_links_say_what_this_person_may(viewer: Caller, done: PricingJob) -> None:
    assert set(viewer.get(address(done)).json()["links"]) == {"self", "plan", "results"}


@pytest.mark.parametrize("state", list(S))
def test_whatever_a_link_offers_is_no_illegal_move(
    owner: User, approver: Caller, planned: PricingJob, state: PricingJobState
) -> None:
    del approver
    moved(planned, state)
    if state in UNDER_WAY or state in (S.COMPLETED, S.CANCELLED, S.FAILED):
        end(planned, [Outcome.APPLIED, Outcome.FAILED, Outcome.OVERWRITTEN])
    program = program_of(owner)
    bodies = {"confirm": CONFIRM, "approve": CONFIRM, "reject": {"reason": "No."}}
    links = program.get(address(planned)).json()["links"]
    for verb in sorted(set(links) - {"self", "plan", "results"}):
        moved(planned, state)
        answer = program.send(links[verb], bodies.get(verb, {}))
        assert answer.status_code in (200, 201), (verb, answer.content)
    for verb in sorted(set(VERBS) - set(links)):
        moved(planned, state)
        answer = program.send(address(planned, verb), bodies.get(verb, {}))
        assert answer.status_code == 409, verb
