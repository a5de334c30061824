"""Changing a campaign that has not begun: only what is sent, nothing twice, nothing too late."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection as database

from campaigns.models import Campaign
from foundation.audit.models import AuditEvent
from foundation.shops.models import Connection, User
from pricing.models import PriceLayer
from tests import factories
from tests.pricing.page_fixtures import catalogue
from tests.rest.conftest import Caller, program_of, told

from .conftest import WISH, address, made, patch, pointers

pytestmark = pytest.mark.django_db


def changes() -> int:
    return AuditEvent.objects.filter(verb="campaigns.campaign.changed").count()


def test_only_what_is_sent_is_changed(editor: Caller, draft: Campaign) -> None:
    before = editor.get(address(draft)).json()
    sent = {
        "name": "Scarce",
        "priority": 7,
        "min_margin": "20",
        "triggers": [{"kind": "out_of_stock"}],
    }
    body = patch(editor, draft, sent).json()
    assert body == {
        **before,
        "name": "Scarce",
        "priority": 7,
        "min_margin": "20.00",
        "triggers": [{"kind": "out_of_stock"}],
        "triggers_in_words": ["On when stock is 0 or less, off when it is above 0."],
    }
    layer = PriceLayer.objects.get()
    assert (layer.name, layer.priority, layer.min_margin) == ("Scarce", 7, Decimal(20))
    assert changes() == 1
    body = patch(editor, draft, {"min_margin": None}).json()
    assert (body["min_margin"], body["name"]) == (None, "Scarce")


def test_the_same_again_changes_nothing(editor: Caller, draft: Campaign) -> None:
    answer = patch(editor, draft, WISH)
    assert (answer.status_code, changes()) == (200, 0)
    assert patch(editor, draft, {**WISH, "name": "Other"}).json()["name"] == "Other"
    assert patch(editor, draft, {**WISH, "name": "Other"}).status_code == 200
    assert changes() == 1


@pytest.mark.parametrize("state", ["active", "paused", "ended", "rolling_back", "rolled_back"])
def test_one_that_has_begun_stays_as_it_is(editor: Caller, draft: Campaign, state: str) -> None:
    Campaign.objects.filter(pk=draft.pk).update(state=state)
    problem = told(patch(editor, draft, {"name": "Other"}))
    assert (problem["status"], problem["code"], problem["state"]) == (409, "has-begun", state)
    assert Campaign.objects.get().name == "Short stock"
    # What it says already is no change, whatever its state.
    assert patch(editor, draft, {"name": "Short stock"}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "places"),
    [
        ({"name": ""}, 400, ["#/name"]),
        ({"name": None}, 400, ["#/name"]),
        ({"triggers": []}, 400, ["#/triggers"]),
        ({"rules": [{"action": {"kind": "percent"}}]}, 400, ["#/rules/0/action/value"]),
        ({"selection": {}}, 400, ["#/selection"]),
        ({"selection": {"price_min": "5"}}, 422, ["#/selection"]),
        ({"ends_at": "2020-01-01T00:00:00Z"}, 400, ["#/ends_at"]),
        ({"ends_at": "2031-01-01T00:00:00Z"}, 422, ["#/ends_at"]),
        ({"connection": "11111111-1111-4111-8111-111111111111"}, 400, ["#/connection"]),
    ],
)
def test_what_cannot_be_meant(
    editor: Caller, draft: Campaign, sent: dict[str, Any], status: int, places: list[str]
) -> None:
    Campaign.objects.filter(pk=draft.pk).update(starts_at="2031-06-01T00:00:00Z")
    before = editor.get(address(draft)).json()
    problem = told(patch(editor, draft, sent))
    assert (problem["status"], pointers(problem)) == (status, places)
    assert (editor.get(address(draft)).json(), changes()) == (before, 0)


def test_it_stays_with_its_account(editor: Caller, draft: Campaign, connection: Connection) -> None:
    second = factories.shopify_connection(connection.shop, account="second.myshopify.com")
    assert patch(editor, draft, {"connection": str(connection.pk)}).status_code == 200
    problem = told(patch(editor, draft, {"connection": str(second.pk)}))
    assert (problem["code"], pointers(problem)) == ("invalid-input", ["#/connection"])
    assert Campaign.objects.get().connection_id == connection.pk


def test_who_may(viewer: Caller, intruder: Caller, draft: Campaign) -> None:
    assert told(patch(viewer, draft, {"name": "Other"}))["code"] == "role-too-weak"
    assert told(patch(intruder, draft, {"name": "Other"}))["status"] == 404
    assert (Campaign.objects.get().name, changes()) == ("Short stock", 0)


@pytest.fixture
def two() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_none_is_lost(
    connection: Connection, colleague: User, two: ThreadPoolExecutor
) -> None:
    catalogue(connection)
    draft = made(connection, colleague)
    start = Barrier(2)

    def send(body: dict[str, Any]) -> int:
        program = program_of(colleague)
        start.wait(10)
        try:
            return int(patch(program, draft, body).status_code)
        finally:
            database.close()

    for turn in range(5):
        bodies = ({"priority": turn + 1}, {"cool_down_minutes": turn + 1})
        assert [each.result(30) for each in [two.submit(send, body) for body in bodies]] == [
            200,
            200,
        ]
        draft.refresh_from_db()
        assert (PriceLayer.objects.get().priority, draft.cool_down_minutes) == (turn + 1, turn + 1)
