"""Pages of ops: what they cost does not grow with what they list."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from campaigns.enums import CampaignState
from campaigns.models import CampaignMove, PendingVariant
from foundation.shops.models import Connection, Shop, User
from tests import factories
from tests.campaigns.page_fixtures import campaign_in
from tests.pricing.page_fixtures import catalogue

pytestmark = pytest.mark.django_db

PAGES = ("campaign", "campaignstatechange", "campaignvariant", "campaignmove", "pendingvariant")


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls."""
    return factories.shopify_connection(shop)


@pytest.fixture
def ops(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ops@test.example", "a long enough password"))
    return client


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("page", PAGES)
def test_a_list_costs_the_same_however_long_it_is(
    ops: Client,
    connection: Connection,
    owner: User,
    page: str,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    variants = catalogue(connection)
    for variant in variants[:count]:
        campaign = campaign_in(CampaignState.DRAFT, connection, [variant], owner, on=1)
        PendingVariant.objects.create(
            variant=variant, shop=campaign.shop, connection=connection, cause="stock"
        )
    assert CampaignMove.objects.count() == count
    ops.get("/admin/")
    # Who asks, in which shops, whether workers are there; how many there are, and the page.
    with django_assert_num_queries(6):
        answer = ops.get(f"/admin/campaigns/{page}/")
    assert len(answer.context["cl"].result_list) == count


def test_one_can_be_opened_and_nothing_changed(
    ops: Client, connection: Connection, owner: User
) -> None:
    (variant, _) = catalogue(connection, 1)
    campaign = campaign_in(CampaignState.ACTIVE, connection, [variant], owner, on=1)
    move = CampaignMove.objects.get()
    for address in (f"campaign/{campaign.pk}", f"campaignmove/{move.pk}"):
        assert ops.get(f"/admin/campaigns/{address}/change/").status_code == 200
        assert ops.post(f"/admin/campaigns/{address}/change/", {"name": "x"}).status_code == 403
        assert ops.post(f"/admin/campaigns/{address}/delete/", {"post": "yes"}).status_code == 403
    campaign.refresh_from_db()
    assert campaign.name == "Low stock"
