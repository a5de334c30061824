"""The card of campaigns on the index: what runs, what comes, what waits for a person."""

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns.api import overview
from campaigns.enums import CampaignState, PauseCause
from catalog_sync.models import Variant
from foundation.shops.models import Connection, Shop, User
from tests.campaigns.page_fixtures import campaign_in, draft

pytestmark = pytest.mark.django_db

S = CampaignState


def test_an_empty_card_teaches(shop: Shop) -> None:
    card = overview(shop_id=shop.pk, now=timezone.now())
    assert (card.lines, card.waiting) == ((), ())
    assert card.empty_hint


def test_the_card_tells_what_runs_comes_and_waits(
    connection: Connection, variants: list[Variant], owner: User
) -> None:
    now = timezone.now()
    hours = dt.timedelta(hours=1)
    campaign_in(S.ACTIVE, connection, variants, owner, on=2, name="Sale", ends_at=now + 5 * hours)
    campaign_in(S.ACTIVE, connection, variants[:3], owner, name="Long", ends_at=now + 50 * hours)
    campaign_in(S.SCHEDULED, connection, (), owner, name="Next", starts_at=now + 3.5 * hours)
    campaign_in(
        S.SCHEDULED,
        connection,
        (),
        owner,
        name="Stuck",
        starts_at=now - hours,
        columns={"state_reason": "No variant matches."},
    )
    campaign_in(S.PAUSED, connection, variants, owner, name="Rest")
    campaign_in(
        S.PAUSED,
        connection,
        variants,
        owner,
        name="Gone",
        columns={"paused_cause": PauseCause.APP_REMOVED},
    )
    draft(connection, owner, "Idea", starts_at=now + hours)
    card = overview(shop_id=connection.shop_id, now=now)
    assert [(line.label, line.value) for line in card.lines] == [
        ("Active", "2"),
        ("Prices they show", "2"),
        ("Begins: Next", "in 3 h"),
        ("Ends: Sale", "in 5 h"),
    ]
    assert [(line.label, line.value) for line in card.waiting] == [
        ("Paused: Gone", "the app was removed"),
        ("Paused: Rest", "on 0"),
        ("Could not begin: Stuck", "look"),
    ]


def test_others_are_not_told(connection: Connection, owner: User, stranger: User) -> None:
    campaign_in(S.ACTIVE, connection, (), owner)
    elsewhere = Shop.objects.for_user(stranger).get()
    assert overview(shop_id=elsewhere.pk, now=timezone.now()).lines == ()


@pytest.mark.parametrize("items", [1, 3])
def test_the_card_costs_the_same_for_one_and_three(
    items: int,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(items):
        campaign_in(S.ACTIVE, connection, variants, owner)
        campaign_in(S.PAUSED, connection, variants, owner)
    with django_assert_num_queries(2):
        overview(shop_id=connection.shop_id, now=timezone.now())
