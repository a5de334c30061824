"""Which campaigns a new one would meet: the same few questions, however many there are."""

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.contracts import Overlap
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from campaigns.queries.overlaps import overlaps_of
from catalog_sync.api import Selection
from catalog_sync.models import Variant
from foundation.shops.models import Connection, User
from tests.campaigns.page_fixtures import campaign_in, draft

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_those_that_run_and_those_to_come(
    connection: Connection,
    variants: list[Variant],
    owner: User,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def about(*some: Variant) -> Selection:
        return Selection(variant_ids=tuple(each.pk for each in some))

    ours = draft(connection, owner, "Ours", selection=about(*variants[:4]))
    draft(connection, owner, "About others", selection=about(*variants[4:]))
    coming = [
        draft(connection, owner, f"Coming {place}", priority=10, selection=about(*variants[3:]))
        for place in range(count)
    ]
    running = [
        campaign_in(
            CampaignState.ACTIVE,
            connection,
            variants[: place + 1],
            owner,
            name=f"Running {place}",
            priority=200,
        )
        for place in range(count)
    ]
    ours = Campaign.objects.select_related("layer").get(pk=ours.pk)
    with django_assert_num_queries(4):
        found = overlaps_of(ours)
    assert found == [
        *(
            Overlap(
                each.pk,
                f"Running {at}",
                "active",
                200,
                builds_on=False,
                variants=at + 1,
                above=True,
            )
            for at, each in enumerate(running)
        ),
        *(
            Overlap(each.pk, f"Coming {at}", "draft", 10, builds_on=False, variants=1, above=False)
            for at, each in enumerate(coming)
        ),
    ]
