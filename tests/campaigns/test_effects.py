"""How many were on over time, walked back from now; which variants moved most, with their lines."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from campaigns.enums import CampaignState, MoveKind
from campaigns.models import Campaign
from campaigns.queries import effects
from catalog_sync.models import Variant
from foundation.shops.models import Shop, User
from pricing.models import AuditTrailEntry
from tests import factories
from tests.campaigns.page_fixtures import campaign_in, moved
from tests.pricing.page_fixtures import catalogue

pytestmark = pytest.mark.django_db

UNTIL = timezone.now().replace(microsecond=0) - dt.timedelta(minutes=5)


def ago(hours: float) -> dt.datetime:
    return UNTIL - dt.timedelta(hours=hours)


@pytest.fixture
def variants(shop: Shop) -> list[Variant]:
    return catalogue(factories.shopify_connection(shop))


@pytest.fixture
def campaign(variants: list[Variant], owner: User) -> Campaign:
    connection = variants[0].connection
    return campaign_in(CampaignState.ACTIVE, connection, (), owner, columns={"variants_on": 2})


def test_it_ends_where_the_campaign_is_now(campaign: Campaign, variants: list[Variant]) -> None:
    moved(campaign, variants[0], MoveKind.PUT, at=ago(10))
    moved(campaign, variants[1], MoveKind.PUT, at=ago(9))
    moved(campaign, variants[2], MoveKind.PUT, at=ago(8))
    # What is no move of the price does not count.
    moved(campaign, variants[0], MoveKind.OVERRULED, at=ago(7))
    moved(campaign, variants[2], MoveKind.LET_GO, at=ago(6))
    moved(campaign, variants[2], MoveKind.BACK_IN, at=ago(5))
    moved(campaign, variants[1], MoveKind.TAKEN, at=ago(4))
    moved(campaign, variants[1], MoveKind.PUT, at=ago(3))
    assert effects.on_over_time(campaign, UNTIL) == [
        (ago(10) - dt.timedelta(seconds=1), 0),
        (ago(10), 1),
        (ago(9), 2),
        (ago(8), 3),
        (ago(6), 2),
        (ago(4), 1),
        (ago(3), 2),
    ]


def test_what_came_later_is_walked_back_over_and_not_drawn(
    campaign: Campaign, variants: list[Variant]
) -> None:
    moved(campaign, variants[0], MoveKind.PUT, at=ago(10))
    moved(campaign, variants[1], MoveKind.PUT, at=ago(5))
    moved(campaign, variants[2], MoveKind.PUT, at=ago(0))
    moved(campaign, variants[2], MoveKind.TAKEN, at=ago(-0.01))
    assert [level for _, level in effects.on_over_time(campaign, UNTIL)] == [0, 1, 2]


def test_it_never_goes_below_none(campaign: Campaign, variants: list[Variant]) -> None:
    # Three came on, and one of them left the campaign without a move: two are counted.
    for hours, variant in enumerate(variants[:3], 1):
        moved(campaign, variant, MoveKind.PUT, at=ago(4 - hours))
    assert [level for _, level in effects.on_over_time(campaign, UNTIL)] == [0, 0, 1, 2]


def test_before_the_first_move_there_is_nothing(campaign: Campaign) -> None:
    assert effects.on_over_time(campaign, UNTIL) == []
    assert effects.most_moved(campaign, ago(10), limit=3) == []


def test_those_that_moved_most_come_first_and_those_that_are_gone_not_at_all(
    campaign: Campaign, variants: list[Variant]
) -> None:
    for hours, place in enumerate((0, 1, 1, 1, 2, 2)):
        moved(campaign, variants[place], MoveKind.PUT, at=ago(hours + 1))
    Variant.objects.filter(pk=variants[2].pk).update(deleted_at=timezone.now())
    found = effects.most_moved(campaign, ago(10), limit=3)
    assert [(each.variant_id, each.title, each.sku, each.moves) for each in found] == [
        (variants[1].pk, "Collar 1 Large", "SKU-12", 3),
        (variants[0].pk, "Collar 1 Small", "SKU-11", 1),
    ]
    assert [each.moves for each in effects.most_moved(campaign, ago(10), limit=1)] == [3]


def test_a_price_that_was_written_has_its_steps_and_another_goes_straight(
    campaign: Campaign, variants: list[Variant]
) -> None:
    for hours in (3, 2):
        moved(campaign, variants[0], MoveKind.PUT, at=ago(hours))
    moved(campaign, variants[1], MoveKind.PUT, at=ago(1))
    AuditTrailEntry.objects.create(
        shop_id=campaign.shop_id,
        variant=variants[0],
        layer="campaign",
        cause="campaign",
        price_before=10,
        price_after=9,
        at=ago(2),
    )
    found = effects.most_moved(campaign, ago(10), limit=3)
    assert [each.prices for each in found] == [
        [(ago(10), Decimal(10)), (ago(2), Decimal(9))],
        [(ago(10), Decimal(10))],
    ]
