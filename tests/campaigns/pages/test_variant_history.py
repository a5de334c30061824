"""One variant across campaigns: its stack from top to bottom, and what happened."""

import datetime as dt
import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns.enums import CampaignState
from campaigns.models import CampaignVariant
from catalog_sync.models import Variant
from foundation.shops.models import Connection, User
from pricing.models import AuditTrailEntry, CoveredVariant
from tests.campaigns.page_fixtures import campaign_in, let_go, member, put
from tests.pricing.pages.asking import logged_in, text_of

pytestmark = pytest.mark.django_db

S = CampaignState


def url_of(variant: Variant) -> str:
    return f"/campaigns/variants/{variant.pk}/"


def test_the_stack_is_shown_from_top_to_bottom_over_the_own_price(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    variant = variants[4]
    below = campaign_in(S.ACTIVE, connection, (), owner, name="Below", priority=10)
    above = campaign_in(S.ACTIVE, connection, (), owner, name="Above", priority=900, builds_on=True)
    put(below, variant)
    put(above, variant)
    CoveredVariant.objects.filter(variant=variant).update(base_price=Decimal("30.00"))
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("24.30"))
    said = text_of(as_owner, url_of(variant))
    stack = said[said.index("What lies on it now") : said.index("The shop shows")]
    places = [stack.index(each) for each in ("Above<", "24.30 CAD", "Below<", "27.00 CAD")]
    places.append(stack.index("30.00 CAD"))
    assert places == sorted(places)
    assert "The shop shows 24.30 CAD." in said
    assert "is being written" not in said
    assert "from the price below it" in stack
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("27.00"))
    assert "The topmost price is being written" in text_of(as_owner, url_of(variant))


def test_what_happened_under_all_campaigns(
    connection: Connection, variants: list[Variant], owner: User, stranger: User
) -> None:
    variant, other = variants[0], variants[1]
    one = campaign_in(S.ACTIVE, connection, (), owner, name="First", cool_down_minutes=60)
    two = campaign_in(S.PAUSED, connection, (), owner, name="Second")
    old = campaign_in(S.ENDED, connection, (), owner, name="Long over")
    put(old, variant)
    let_go(two, variant)
    now = timezone.now()
    waits = now + dt.timedelta(hours=1)
    member(one, variant, holding=[0], since=[now], moved_at=now, look_again_at=waits)
    put(one, other)
    client = logged_in(owner)
    said = text_of(client, url_of(variant))
    assert said.count(">Long over</a>") == 2, "in the stack and in the moves"
    assert "waits to be on" in said
    assert "The price rests for 1 hour after a move" in said
    assert "left alone" in said
    assert "Somebody set 12.34 in Shopify" in said
    assert "Its last prices" in said
    assert "SKU-12" not in said
    assert logged_in(stranger).get(url_of(variant)).status_code == 404
    assert client.get(f"/campaigns/variants/{uuid4()}/").status_code == 404
    assert url_of(variant) in text_of(client, f"/pricing/variants/{variant.pk}/")


def test_its_last_prices_are_told_the_newest_first(
    connection: Connection, variants: list[Variant], as_owner: Client
) -> None:
    for number in range(12):
        AuditTrailEntry.objects.create(
            shop_id=connection.shop_id,
            variant=variants[0],
            layer="base",
            cause="manual_job",
            price_before=100 + number,
            price_after=101 + number,
            # A transaction that began earlier may have been written later.
            at=timezone.now() - dt.timedelta(minutes=number),
        )
    said = text_of(as_owner, url_of(variants[0]))
    shown = re.findall(r'<span class="fr-before">([\d.]+)</span>', said)
    assert shown == [f"{100 + number}.00" for number in range(11, 1, -1)]


def test_what_is_left_alone_is_taken_in_again(
    connection: Connection, variants: list[Variant], owner: User, viewer: User
) -> None:
    active = campaign_in(S.ACTIVE, connection, (), owner, name="Runs")
    let_go(active, variants[0])
    let_go(campaign_in(S.PAUSED, connection, (), owner, name="Rests"), variants[0])
    member(campaign_in(S.ACTIVE, connection, (), owner, name="Off"), variants[0])
    back = f"/campaigns/{active.pk}/take-back-in/"
    said = text_of(logged_in(owner), url_of(variants[0]))
    assert said.count("Take in again") == 1
    assert f'action="{back}"' in said
    assert f'name="next" value="{url_of(variants[0])}"' in said
    assert "Take in again" not in text_of(logged_in(viewer), url_of(variants[0]))


def test_a_variant_that_is_gone_keeps_its_history(
    connection: Connection, variants: list[Variant], owner: User, as_owner: Client
) -> None:
    campaign = campaign_in(S.ACTIVE, connection, (), owner, name="Sale")
    put(campaign, variants[0])
    Variant.objects.filter(pk=variants[0].pk).update(deleted_at=timezone.now())
    said = text_of(as_owner, url_of(variants[0]))
    assert "It is no longer in the shop" in said
    assert "Stock 1 is at or below 5." in said
    untouched = text_of(as_owner, url_of(variants[3]))
    assert "No campaign has touched it" in untouched
    assert "Its own price" in untouched
    assert 'aria-label="price 20.00"' in untouched


@pytest.mark.parametrize("items", [1, 3])
def test_the_page_costs_the_same_for_one_and_three(
    items: int,
    connection: Connection,
    variants: list[Variant],
    owner: User,
    as_owner: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(items):
        put(campaign_in(S.ACTIVE, connection, (), owner, name=f"Sale {number}"), variants[0])
    assert CampaignVariant.objects.filter(variant=variants[0]).count() == items
    with django_assert_num_queries(17):
        text_of(as_owner, url_of(variants[0]))
