"""Exports for programs: ask, look, fetch, cancel; what is refused, and has no effect then."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from foundation.audit.models import AuditEvent
from foundation.exports.models import ExportJob
from foundation.shops.api import Role
from foundation.shops.models import Membership, Shop, User
from foundation.work.models import Job
from tests import factories
from tests.rest.conftest import Caller, program_of, told

from .conftest import settle, stored

pytestmark = pytest.mark.django_db(transaction=True)
ALL = "/api/admin/exports/"
LEDGER = {"exporter": "pricing.ledger"}


@pytest.fixture
def program(shop: Shop, owner: User) -> Caller:
    del shop
    return program_of(owner)


def sent(program: Caller, **body: Any) -> dict[str, Any]:
    answer = program.send(ALL, body)
    assert answer.status_code == 202, answer.content
    document: dict[str, Any] = json.loads(answer.content)
    return document


def test_from_the_wish_to_the_file(program: Caller, owner: User) -> None:
    wish = {
        **LEDGER,
        "filters": {"layer": "outside"},
        "columns": ["sku", "price_after"],
        "bom": True,
    }
    answer = program.send(ALL, wish)
    asked = json.loads(answer.content)
    export = ExportJob.objects.get()
    url = f"http://testserver{ALL}{export.pk}/"
    assert (answer.status_code, answer["Location"]) == (202, url)
    created = asked.pop("created_at")
    assert abs(timezone.now() - export.created_at) < timedelta(minutes=1)
    assert created[:19] == export.created_at.isoformat()[:19]
    assert asked == {
        "id": str(export.pk),
        "url": url,
        "exporter": "pricing.ledger",
        "title": "Price ledger",
        "filters": {"layer": "outside"},
        "columns": ["sku", "price_after"],
        "bom": True,
        "in_words": "Whose price: Outside edit",
        "state": "queued",
        "error": "",
        "processed_records": 0,
        "total_records": None,
        "byte_size": None,
        "sha256": "",
        "file_name": f"pricing-ledger-{export.created_at:%Y%m%d-%H%M%S}.csv",
        "file_url": None,
        "requested_by": {"id": str(owner.pk), "name": str(owner)},
        "started_at": None,
        "finished_at": None,
        "expires_at": None,
        "links": {"self": url, "cancel": f"{url}cancel/"},
    }
    assert sent(program, **wish)["id"] == str(export.pk), "asked again it is the same"
    settle()

    done = program.get(url).json()
    assert (done["state"], done["processed_records"], done["total_records"]) == ("done", 0, 0)
    assert done["links"] == {"self": url}
    assert export.pk.hex not in done["file_url"]
    # Whoever has the address fetches it, for a few minutes, in the person's name.
    file = Client().get(done["file_url"])
    assert (file.status_code, file["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert file.getvalue() == b"\xef\xbb\xbfsku,price_after\n"
    assert file["Content-Disposition"] == f'attachment; filename="{done["file_name"]}"'
    assert file["Cache-Control"] == "private, no-store"
    event = AuditEvent.objects.get(verb="exports.export.downloaded")
    assert (event.actor_id, event.object_id) == (owner.pk, str(export.pk))


def test_an_address_ends_with_the_membership_and_with_the_file(shop: Shop, colleague: User) -> None:
    sent(program_of(colleague), **LEDGER)
    settle()
    export = ExportJob.objects.get()
    program = program_of(colleague)
    url = program.get(f"{ALL}{export.pk}/").json()["file_url"]
    ExportJob.objects.update(state="expired")
    assert Client().get(url).status_code == 410
    assert program.get(f"{ALL}{export.pk}/").json()["file_url"] is None
    ExportJob.objects.update(state="done")
    assert Client().get(url).status_code == 200
    Membership.objects.filter(user=colleague, shop=shop).delete()
    gone = Client().get(url)
    assert (gone.status_code, b"does not belong to the shop any more" in gone.content) == (
        410,
        True,
    )
    assert AuditEvent.objects.filter(verb="exports.export.downloaded").count() == 1


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer", "said"),
    [
        ({}, 400, "invalid-input", "#/exporter", "required"),
        ({"exporter": "no.such"}, 400, "invalid-input", "#/exporter", "There are: audit, "),
        ({**LEDGER, "columns": ["skew"]}, 400, "invalid-input", "#/columns", "no column skew"),
        ({**LEDGER, "columns": ["sku", "sku"]}, 400, "invalid-input", "#/columns", "twice"),
        ({**LEDGER, "columns": "sku"}, 400, "invalid-input", "#/columns", "list"),
        ({**LEDGER, "filters": {"laier": "x"}}, 400, "invalid-input", "#/filters/laier", "sku, "),
        ({**LEDGER, "filters": {"sku": 7}}, 400, "invalid-input", "#/filters/sku", "string"),
        ({**LEDGER, "filters": {"columns": "x"}}, 400, "invalid-input", "#/filters/columns", "sku"),
        ({**LEDGER, "bom": "yes"}, 400, "invalid-input", "#/bom", "boolean"),
        ({**LEDGER, "colums": ["sku"]}, 400, "invalid-input", "#/colums", "Leave it out"),
        ({**LEDGER, "filters": {"layer": "x"}}, 422, "export-makes-no-sense", "", "Select a valid"),
        ({"exporter": "pricing.plan"}, 422, "export-makes-no-sense", "", "say which price job"),
        ({"exporter": "audit", "filters": {"who": "x"}}, 422, "export-makes-no-sense", "", "x"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_starts(
    program: Caller, body: dict[str, Any], status: int, code: str, pointer: str, said: str
) -> None:
    answer = program.send(ALL, body)
    problem = told(answer)
    assert (answer.status_code, problem["code"]) == (status, code)
    if pointer:
        (error,) = problem["errors"]
        assert error["pointer"] == pointer
        assert said in error["detail"]
    else:
        assert said in problem["detail"]
    assert (ExportJob.objects.count(), Job.objects.count()) == (0, 0)


def test_a_repeated_key_is_one_export(program: Caller) -> None:
    first = program.send(ALL, LEDGER, Idempotency_Key="k-1")
    settle()
    again = program.send(ALL, LEDGER, Idempotency_Key="k-1")
    assert (again.status_code, again.content) == (202, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert ExportJob.objects.count() == 1
    assert sent(program, **LEDGER)["id"] != json.loads(first.content)["id"]


def test_cancelled_by_a_program(program: Caller, shop: Shop) -> None:
    viewer = factories.member("v@example.com", shop, Role.VIEWER)
    asked = sent(program, **LEDGER)
    weak = program_of(viewer).send(f"{asked['url']}cancel/")
    assert (weak.status_code, told(weak)["code"]) == (403, "role-too-weak")
    assert "cancel" not in program_of(viewer).get(asked["url"]).json()["links"]
    done = program.send(f"{asked['url']}cancel/")
    assert (done.status_code, done.json()["state"], done.json()["file_url"]) == (
        200,
        "cancelled",
        None,
    )
    settle()
    late = told(program.send(f"{asked['url']}cancel/"))
    assert (late["status"], late["code"]) == (409, "illegal-move")
    assert stored() == []


def test_the_audit_record_is_for_approvers(shop: Shop, owner: User, colleague: User) -> None:
    refused = told(program_of(colleague).send(ALL, {"exporter": "audit"}))
    assert (refused["status"], refused["code"]) == (403, "role-too-weak")
    assert ExportJob.objects.count() == 0
    assert sent(program_of(owner), exporter="audit")["title"] == "Audit record"
    assert shop.name


def test_the_list_is_narrowed_and_turned_over(program: Caller, shop: Shop) -> None:
    for n in range(3):
        ExportJob.objects.create(
            shop=shop, exporter="pricing.ledger", params_hash=str(n), state="failed", error=f"e{n}"
        )
    ExportJob.objects.create(shop=shop, exporter="audit", params_hash="a")
    first = program.get(f"{ALL}?state=failed&limit=2").json()
    assert [each["error"] for each in first["items"]] == ["e2", "e1"]
    second = program.get(first["next"]).json()
    assert [each["error"] for each in second["items"]] == ["e0"]
    assert [each["exporter"] for each in program.get(f"{ALL}?exporter=audit").json()["items"]] == [
        "audit"
    ]
    for wrong in ("state=dead", "exporter=x"):
        assert told(program.get(f"{ALL}?{wrong}"))["code"] == "bad-filter"


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    program: Caller, shop: Shop, owner: User, count: int, django_assert_num_queries: Any
) -> None:
    for n in range(count):
        ExportJob.objects.create(
            shop=shop, requested_by=owner, exporter="pricing.ledger", params_hash=str(n)
        )
    with django_assert_num_queries(3):  # the person, the memberships, the rows
        assert len(program.get(ALL).json()["items"]) == count


def test_what_there_is_to_export_is_told_with_columns_and_filters(program: Caller) -> None:
    found = {each["name"]: each for each in program.get(f"{ALL}exporters/").json()}
    ledger = found["pricing.ledger"]
    assert (ledger["title"], ledger["role"]) == ("Price ledger", "viewer")
    assert ledger["columns"][:3] == ["entry", "at", "at_utc"]
    assert ledger["filters"][0] == {
        "name": "sku",
        "meaning": "A SKU, written in full",
        "values": [],
        "required": False,
    }
    assert found["audit"]["role"] == "approver"
    for each in found.values():
        assert len(set(each["columns"])) == len(each["columns"])
        # The tables of rates are a few rows: nobody narrows them.
        assert bool(each["filters"]) != each["name"].endswith("_rates"), each["name"]
