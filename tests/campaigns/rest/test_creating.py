"""Creating a campaign: a draft that says in words what it would do, once whatever is repeated."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from foundation.work.models import Job
from pricing.models import PriceLayer, PricingRule, SavedFilter
from tests import factories
from tests.pricing.page_fixtures import catalogue
from tests.rest.conftest import Caller, told

from .conftest import CAMPAIGNS, KEY, LOW, TENTH_UP, WISH, address, begun, made, pointers

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("variants")
def test_a_draft_says_what_it_would_do(
    editor: Caller, colleague: User, connection: Connection
) -> None:
    answer = editor.send(CAMPAIGNS, WISH)
    campaign = Campaign.objects.get()
    here = f"http://testserver{address(campaign)}"
    assert (answer.status_code, answer["Location"]) == (201, here)
    body = answer.json()
    assert body == {
        "id": str(campaign.pk),
        "url": here,
        "name": "Short stock",
        "status": "draft",
        "status_reason": "",
        "connection": str(connection.pk),
        "currency": "CAD",
        "selection": {"all": True},
        "follows_catalogue": True,
        "matching": 6,
        "triggers": [{"kind": "stock_below", "threshold": "2"}],
        "triggers_in_words": ["On when stock is at or below 2, off when it is above 2."],
        "rules": [TENTH_UP],
        "rules_in_words": ["1. Raise by 10 %"],
        "priority": 100,
        "builds_on": False,
        "outside_edits": "adopt",
        "min_margin": None,
        "cool_down_minutes": 0,
        "moves_per_day": None,
        "counts": {"variants": 0, "on": 0, "triggered": 0},
        "created_by": {"id": str(colleague.pk), "name": str(colleague)},
        "created_at": body["created_at"],
        "starts_at": None,
        "ends_at": None,
        "activated_at": None,
        "over_at": None,
        "settled_at": None,
        "rollback_job": None,
        "overlaps": [],
        "latest_moves": [],
        "history": [
            {
                "before": None,
                "after": "draft",
                "at": body["history"][0]["at"],
                "actor": {"id": str(colleague.pk), "name": str(colleague)},
                "reason": "",
            }
        ],
        "editable": True,
        "possible": ["active"],
        "links": {
            "self": here,
            **{name: f"{here}{name}/" for name in ("variants", "moves", "ledger")},
        },
    }
    # Nothing happens before somebody says so.
    assert not Job.objects.exists()


@pytest.mark.usefixtures("variants")
def test_everything_that_can_be_said_is_kept(editor: Caller, shop: Shop) -> None:
    wish = {
        **WISH,
        "selection": {"vendor": "Maple", "tag": "winter"},
        "follows_catalogue": False,
        "triggers": [
            {"kind": "stock_below", "threshold": 5, "off": "8"},
            {"kind": "stock_change", "direction": "fall", "percent": "30.5", "hours": 48},
        ],
        "priority": 300,
        "builds_on": True,
        "outside_edits": "overrule",
        "min_margin": "12.5",
        "cool_down_minutes": 30,
        "moves_per_day": 4,
        "starts_at": "2031-12-01T00:00:00-05:00",
        "ends_at": "2031-12-08T00:00:00-05:00",
    }
    body = editor.send(CAMPAIGNS, wish).json()
    assert {name: body[name] for name in wish} == {
        **wish,
        "triggers": [
            {"kind": "stock_below", "threshold": "5", "off": "8"},
            {"kind": "stock_change", "direction": "fall", "percent": "30.5", "hours": "48"},
        ],
        "min_margin": "12.50",
        "starts_at": "2031-12-01T05:00:00Z",
        "ends_at": "2031-12-08T05:00:00Z",
    }
    assert (body["matching"], body["possible"]) == (4, ["scheduled", "active"])
    layer = PriceLayer.objects.for_shop(shop.pk).get()
    assert (layer.priority, layer.builds_on, layer.outside_edits) == (300, True, "overrule")
    # It can be sent back as it was read: what it says already changes nothing.
    again = {name: body[name] for name in wish}
    answer = editor.send(body["url"], again, method="PATCH")
    assert (answer.status_code, answer.json()) == (200, body)


@pytest.mark.usefixtures("variants")
def test_a_key_makes_one_campaign(editor: Caller) -> None:
    first, again = (editor.send(CAMPAIGNS, WISH, Idempotency_Key=KEY) for _ in range(2))
    assert (first.status_code, first.content) == (201, again.content)
    assert again["Idempotency-Replayed"] == "true"
    assert (Campaign.objects.count(), PriceLayer.objects.count()) == (1, 1)


def test_what_it_would_fight_is_shown_in_the_order_in_which_they_apply(
    editor: Caller, owner: User, connection: Connection, variants: list[Variant]
) -> None:
    older = begun(connection, owner, "Older")
    higher = begun(connection, owner, "Higher", priority=200, builds_on=True)
    lower = made(
        connection,
        owner,
        "Lower",
        priority=50,
        starts_at=timezone.now() + dt.timedelta(days=1),
    )
    Campaign.objects.filter(pk=lower.pk).update(state="scheduled")
    over = begun(connection, owner, "Over", priority=900)
    Campaign.objects.filter(pk=over.pk).update(state="ended")
    elsewhere = factories.shopify_connection(connection.shop, account="second.myshopify.com")
    catalogue(elsewhere, 1, first=9)
    begun(elsewhere, owner, "Elsewhere")

    chosen = {"variant_ids": [str(each.pk) for each in variants[:3]]}
    wish = {**WISH, "selection": chosen, "connection": str(connection.pk)}
    said = editor.send(CAMPAIGNS, wish).json()["overlaps"]
    assert [(each["name"], each["above"], each["variants"]) for each in said] == [
        ("Higher", True, 3),
        ("Older", True, 3),
        ("Lower", False, 3),
    ]
    assert said[0] == {
        "id": str(higher.pk),
        "url": f"http://testserver{address(higher)}",
        "name": "Higher",
        "status": "active",
        "priority": 200,
        "builds_on": True,
        "variants": 3,
        "above": True,
    }
    assert said[1]["id"] == str(older.pk)


def test_a_saved_filter_is_copied(
    editor: Caller, shop: Shop, connection: Connection, variants: list[Variant]
) -> None:
    del connection, variants
    saved = SavedFilter.objects.create(shop=shop, name="Maple", selection={"vendor": "Maple"})
    wish = {**WISH, "saved_filter": str(saved.pk)}
    assert pointers(told(editor.send(CAMPAIGNS, wish))) == ["#/saved_filter"]
    del wish["selection"]
    body = editor.send(CAMPAIGNS, wish).json()
    assert (body["selection"], body["matching"]) == ({"vendor": "Maple"}, 4)
    SavedFilter.objects.filter(pk=saved.pk).update(selection={"vendor": "Birch"})
    assert editor.get(body["url"]).json()["selection"] == {"vendor": "Maple"}


@pytest.mark.usefixtures("variants")
def test_a_filter_that_cannot_be_read_any_more(editor: Caller, shop: Shop) -> None:
    saved = SavedFilter.objects.create(shop=shop, name="Old", selection={"colour": "red"})
    wish = {**WISH, "saved_filter": str(saved.pk)}
    del wish["selection"]
    assert pointers(told(editor.send(CAMPAIGNS, wish))) == ["#/saved_filter"]


@pytest.fixture
def foreign(stranger: User) -> Connection:
    elsewhere = Shop.objects.for_user(stranger).get()
    found = factories.shopify_connection(elsewhere, account="elsewhere.myshopify.com")
    catalogue(found, 1, first=7)
    return found


@pytest.mark.usefixtures("variants")
def test_what_belongs_to_another_shop_is_not_there(editor: Caller, foreign: Connection) -> None:
    problem = told(editor.send(CAMPAIGNS, {**WISH, "connection": str(foreign.pk)}))
    assert problem["errors"] == [
        {"pointer": "#/connection", "detail": "There is no such Shopify account in this shop."}
    ]
    saved = SavedFilter.objects.create(
        shop=foreign.shop, name="Theirs", selection={"vendor": "Maple"}
    )
    wish: dict[str, Any] = {**WISH, "saved_filter": str(saved.pk)}
    del wish["selection"]
    assert told(editor.send(CAMPAIGNS, wish))["errors"] == [
        {"pointer": "#/saved_filter", "detail": "There is no such saved filter in this shop."}
    ]
    assert not Campaign.objects.exists()
    theirs = [str(each.pk) for each in Variant.objects.for_shop(foreign.shop_id)]
    body = editor.send(CAMPAIGNS, {**WISH, "selection": {"variant_ids": theirs}}).json()
    assert body["matching"] == 0


def test_of_several_accounts_one_is_named(
    editor: Caller, shop: Shop, connection: Connection
) -> None:
    second = factories.shopify_connection(shop, account="second.myshopify.com")
    problem = told(editor.send(CAMPAIGNS, WISH))
    assert (problem["code"], pointers(problem)) == ("invalid-input", ["#/connection"])
    assert str(second.pk) in problem["errors"][0]["detail"]
    assert connection.account in problem["errors"][0]["detail"]
    body = editor.send(CAMPAIGNS, {**WISH, "connection": str(second.pk)}).json()
    assert body["connection"] == str(second.pk)


def test_without_an_account(editor: Caller, shop: Shop) -> None:
    assert shop.connections.count() == 0
    assert pointers(told(editor.send(CAMPAIGNS, WISH))) == ["#/connection"]


@pytest.mark.usefixtures("connection")
def test_one_that_matches_nothing_yet_is_made_and_says_so(editor: Caller) -> None:
    body = editor.send(CAMPAIGNS, {**WISH, "selection": {"vendor": "Nobody"}}).json()
    assert (body["status"], body["matching"]) == ("draft", 0)


@pytest.mark.usefixtures("connection")
def test_who_may(editor: Caller, viewer: Caller, intruder: Caller) -> None:
    assert told(viewer.send(CAMPAIGNS, WISH))["code"] == "role-too-weak"
    assert pointers(told(intruder.send(CAMPAIGNS, WISH))) == ["#/connection"]
    assert not Campaign.objects.exists()
    assert not PricingRule.objects.exists()
    assert editor.send(CAMPAIGNS, {**WISH, "triggers": [LOW]}).status_code == 201
