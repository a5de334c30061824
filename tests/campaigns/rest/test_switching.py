"""Variants by hand: on, off, and back in after an edit outside."""

from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign, CampaignMove, CampaignVariant
from campaigns.services import switching
from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from foundation.work.enums import Group
from pricing.models import CoveredVariant
from tests import factories
from tests.pricing.conftest import work
from tests.pricing.page_fixtures import catalogue
from tests.rest.conftest import Caller, told

from .conftest import BY_HAND, KEY, NOBODY, address, begun, pointers, work_names

pytestmark = pytest.mark.django_db


@pytest.fixture
def by_hand(connection: Connection, variants: list[Variant], colleague: User) -> Campaign:
    """An active campaign that a person leads; on for nothing yet."""
    del variants
    return begun(connection, colleague, triggers=[BY_HAND])


def switched_on(campaign: Campaign) -> set[Any]:
    rows = CampaignVariant.objects.filter(campaign=campaign, on=True)
    return set(rows.values_list("variant_id", flat=True))


def ids(variants: list[Variant]) -> list[str]:
    return [str(each.pk) for each in variants]


def test_on_and_off(
    editor: Caller, by_hand: Campaign, variants: list[Variant], colleague: User
) -> None:
    assert {"switch", "take-back-in"} < set(editor.get(address(by_hand)).json()["links"])
    some = variants[:2]
    wish = {"on": True, "variant_ids": ids(some)}
    body = editor.send(address(by_hand, "switch"), wish).json()
    assert (body["changed"], body["campaign"]["counts"]) == (
        2,
        {"variants": 6, "on": 2, "triggered": 2},
    )
    assert switched_on(by_hand) == {each.pk for each in some}
    assert [each["kind"] for each in body["campaign"]["latest_moves"]] == ["put", "put"]
    assert {each["cause"] for each in body["campaign"]["latest_moves"]} == {"person"}
    # What is so already is not switched again.
    assert editor.send(address(by_hand, "switch"), wish).json()["changed"] == 0
    assert CampaignMove.objects.count() == 2

    assert editor.send(address(by_hand, "switch"), {"on": True, "all": True}).json()["changed"] == 4
    off = {"on": False, "variant_ids": ids(variants[2:4])}
    assert editor.send(address(by_hand, "switch"), off).json()["changed"] == 2
    assert switched_on(by_hand) == {each.pk for each in (*variants[:2], *variants[4:])}
    assert not CoveredVariant.objects.filter(variant__in=variants[2:4]).exclude(stack=[]).exists()
    del colleague


def test_a_key_switches_once(editor: Caller, by_hand: Campaign) -> None:
    wish = {"on": True, "all": True}
    first, again = (
        editor.send(address(by_hand, "switch"), wish, Idempotency_Key=KEY) for _ in range(2)
    )
    assert (first.json()["changed"], first.content) == (6, again.content)


# The clock that says what is due stands still inside a transaction.
@pytest.mark.django_db(transaction=True)
def test_many_follow_in_a_moment(
    editor: Caller,
    by_hand: Campaign,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.CAMPAIGNS_MOMENT_MS = 0
    monkeypatch.setattr(switching, "MOST", 5)
    body = editor.send(address(by_hand, "switch"), {"on": True, "all": True}).json()
    assert (body["changed"], body["campaign"]["counts"]["on"]) == (6, 0)
    assert work_names()[-1] == "campaigns.evaluate"
    work(Group.FAST)
    assert len(switched_on(by_hand)) == 6
    assert set(CampaignMove.objects.values_list("cause", flat=True)) == {"person"}


def test_what_is_not_the_campaigns_stays_as_it_is(
    editor: Caller, by_hand: Campaign, stranger: User
) -> None:
    elsewhere = Shop.objects.for_user(stranger).get()
    account = factories.shopify_connection(elsewhere, account="elsewhere.myshopify.com")
    foreign = catalogue(account, 1, first=7)
    theirs = begun(account, stranger, triggers=[BY_HAND])
    wish = {"on": True, "variant_ids": [*ids(foreign), NOBODY]}
    answer = editor.send(address(by_hand, "switch"), wish)
    assert (answer.status_code, answer.json()["changed"]) == (200, 0)
    assert switched_on(theirs) == set()
    assert not CoveredVariant.objects.exists()


def test_one_without_a_trigger_by_hand(editor: Caller, active: Campaign) -> None:
    assert "switch" not in editor.get(address(active)).json()["links"]
    problem = told(editor.send(address(active, "switch"), {"on": False, "all": True}))
    assert (problem["status"], problem["code"], problem["state"]) == (409, "not-by-hand", "active")
    assert len(switched_on(active)) == 4


@pytest.mark.parametrize("state", ["draft", "scheduled", "paused", "ended", "rolling_back"])
@pytest.mark.parametrize("verb", ["switch", "take-back-in"])
def test_only_of_an_active_one(
    editor: Caller, by_hand: Campaign, variants: list[Variant], state: str, verb: str
) -> None:
    Campaign.objects.filter(pk=by_hand.pk).update(state=state)
    assert verb not in editor.get(address(by_hand)).json()["links"]
    body: dict[str, Any] = {"variant_ids": ids(variants)}
    if verb == "switch":
        body["on"] = True
    problem = told(editor.send(address(by_hand, verb), body))
    assert (problem["status"], problem["code"], problem["state"]) == (409, "illegal-move", state)
    assert switched_on(by_hand) == set()


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, ["#/on"]),
        ({"on": True}, ["#/variant_ids"]),
        ({"on": "yes", "all": True}, ["#/on"]),
        ({"on": 1, "all": True}, ["#/on"]),
        ({"on": True, "all": False}, ["#/variant_ids"]),
        ({"on": True, "all": True, "variant_ids": [NOBODY]}, ["#/variant_ids"]),
        ({"on": True, "variant_ids": []}, ["#/variant_ids"]),
        ({"on": True, "variant_ids": "all"}, ["#/variant_ids"]),
        ({"on": True, "variant_ids": [7]}, ["#/variant_ids/0"]),
        ({"on": True, "variant_ids": [NOBODY] * 1_001}, ["#/variant_ids"]),
        ({"on": True, "all": True, "why": "x"}, ["#/why"]),
    ],
    ids=range(11),
)
def test_what_cannot_be_meant(
    editor: Caller, by_hand: Campaign, body: dict[str, Any], places: list[str]
) -> None:
    problem = told(editor.send(address(by_hand, "switch"), body))
    assert (problem["status"], problem["code"], pointers(problem)) == (400, "invalid-input", places)
    assert switched_on(by_hand) == set()


def test_back_in(editor: Caller, active: Campaign, variants: list[Variant]) -> None:
    edited, other = variants[0], variants[1]
    layer = active.layer_id
    CampaignVariant.objects.filter(campaign=active, variant=edited).update(
        on=False, let_go_at=timezone.now()
    )
    Campaign.objects.filter(pk=active.pk).update(variants_on=3)
    CoveredVariant.objects.filter(variant=edited).update(stack=[], let_go=[layer])
    wish = {"variant_ids": [*ids([edited, other]), NOBODY]}
    body = editor.send(address(active, "take-back-in"), wish).json()
    assert (body["changed"], body["campaign"]["counts"]["on"]) == (1, 4)
    assert [each["kind"] for each in body["campaign"]["latest_moves"][:2]] == ["put", "back_in"]
    assert CoveredVariant.objects.get(variant=edited).stack == [layer]
    assert editor.send(address(active, "take-back-in"), wish).json()["changed"] == 0
    assert pointers(told(editor.send(address(active, "take-back-in"), {}))) == ["#/variant_ids"]


@pytest.mark.parametrize("verb", ["switch", "take-back-in"])
def test_who_may(
    viewer: Caller, intruder: Caller, by_hand: Campaign, variants: list[Variant], verb: str
) -> None:
    body: dict[str, Any] = {"variant_ids": ids(variants)}
    if verb == "switch":
        body["on"] = True
    assert told(viewer.send(address(by_hand, verb), body))["code"] == "role-too-weak"
    assert told(intruder.send(address(by_hand, verb), body))["status"] == 404
    assert switched_on(by_hand) == set()
