"""The audit record as a file: what the page shows, for those who answer for the shop."""

import json
from typing import Any

import pytest
from django.test import Client

from foundation.audit.api import record
from foundation.audit.models import AuditEvent
from foundation.exports.api import InvalidExport, start_export
from foundation.exports.models import ExportJob
from foundation.shops.models import Membership, Shop, User
from tests.work.conftest import sql

from .conftest import settle, table_of

pytestmark = pytest.mark.django_db(transaction=True)


def deed(verb: str, shop: Shop, person: User | None = None, at: str = "", **more: Any) -> int:
    """Record one, at a moment of one's own: past the trigger, as only a test can."""
    record(
        verb,
        shop_id=shop.pk,
        actor_id=person.pk if person else None,
        object_type=more.pop("object_type", "shop"),
        object_id=more.pop("object_id", shop.pk),
        **more,
    )
    pk: int = AuditEvent.objects.latest("pk").pk
    if at:
        sql("ALTER TABLE audit_auditevent DISABLE TRIGGER USER")
        sql("UPDATE audit_auditevent SET at = %s WHERE id = %s", at, pk)
        sql("ALTER TABLE audit_auditevent ENABLE TRIGGER USER")
    return pk


def exported(shop: Shop, **params: str) -> tuple[ExportJob, list[dict[str, str]]]:
    export = start_export(shop_id=shop.pk, exporter="audit", params=params, actor_id=None)
    settle()
    return export, table_of(export)


def test_a_row_says_who_did_what_when_and_why(shop: Shop, owner: User, stranger: User) -> None:
    pk = deed(
        "shops.connection.parked",
        shop,
        owner,
        at="2026-03-01T12:00:00Z",
        object_type="connection",
        object_id="c-1",
        reason="=1+1",
        details={"why": "401"},
    )
    deed("shops.shop.seen", Shop.objects.for_user(stranger).get(), stranger)
    _, rows = exported(shop, kind="connection")
    assert rows == [
        {
            "event": str(pk),
            "at": "2026-03-01 12:00:00+00:00",
            "at_utc": "2026-03-01T12:00:00.000Z",
            "actor": owner.email,
            "actor_id": str(owner.pk),
            "deed": "shops.connection.parked",
            "object": "connection",
            "object_id": "c-1",
            "reason": "'=1+1",
            "details": json.dumps({"why": "401"}),
            "request_id": "",
        }
    ]


def test_filters_by_time_kind_actor_and_words(
    shop: Shop, owner: User, colleague: User, client: Client
) -> None:
    Shop.objects.filter(pk=shop.pk).update(timezone="America/Toronto")
    late = deed("shops.shop.frozen", shop, owner, at="2026-03-02T04:30:00Z", reason="fire")
    early = deed("shops.shop.seen", shop, colleague, at="2026-03-01T04:30:00Z")
    other = deed("alerts.alert.closed", shop, None, at="2026-03-01T12:00:00Z", object_type="alert")
    mine = {late, early, other}
    client.force_login(owner)
    filters: list[tuple[dict[str, str], set[int]]] = [
        # Days of the shop: 04:30 in UTC is the evening before in Toronto.
        ({"since": "2026-03-01", "until": "2026-03-01"}, {late, other}),
        ({"until": "2026-02-28"}, {early}),
        ({"kind": "alert"}, {other}),
        ({"who": str(colleague.pk)}, {early}),
        ({"text": "fire"}, {late}),
        ({"text": "frozen", "who": str(colleague.pk)}, set()),
    ]
    for params, expected in filters:
        _, rows = exported(shop, **params)
        assert {int(row["event"]) for row in rows} & mine == expected, params
        page = client.get("/audit/", params)
        assert {row.event.id for row in page.context["rows"]} & mine == expected, params


def test_words_name_who_was_asked_for_also_after_they_left(
    shop: Shop, owner: User, colleague: User, client: Client
) -> None:
    pk = deed("shops.shop.seen", shop, colleague)
    export = start_export(
        shop_id=shop.pk, exporter="audit", params={"who": str(colleague.pk)}, actor_id=None
    )
    Membership.objects.filter(user=colleague).delete()
    settle()
    assert [row["event"] for row in table_of(export)] == [str(pk)]
    client.force_login(owner)
    assert f"by {colleague}" in client.get("/exports/").content.decode()


@pytest.mark.parametrize(
    "params",
    [
        {"who": "nobody"},
        {"kind": "nonsense"},
        {"since": "yesterday"},
        {"since": "2026-03-02", "until": "2026-03-01"},
    ],
)
def test_what_makes_no_sense_is_refused(shop: Shop, params: dict[str, str]) -> None:
    with pytest.raises(InvalidExport):
        start_export(shop_id=shop.pk, exporter="audit", params=params, actor_id=None)


def test_the_button_is_drawn_for_who_may_use_it(
    shop: Shop, owner: User, colleague: User, client: Client
) -> None:
    deed("shops.shop.seen", shop, owner)
    client.force_login(owner)
    assert "/exports/start/audit/" in client.get("/audit/?kind=shop").content.decode()
    client.force_login(colleague)
    assert "/exports/start/audit/" not in client.get("/audit/").content.decode()
    assert client.post("/exports/start/audit/").status_code == 403
    assert client.get("/exports/options/audit/").status_code == 403
    assert ExportJob.objects.count() == 0
