"""Alerts about campaigns close when what they ask for is done, or pointless."""

import datetime as dt

import pytest
from django.utils import timezone

from campaigns.api import end, resume, roll_back
from campaigns.models import Campaign
from campaigns.services import offer_to_go_on, pause_removed, schedule, start_due
from catalog_sync.models import Variant
from foundation.alerts.models import Alert
from tests.campaigns.conftest import CampaignDesk

pytestmark = pytest.mark.django_db(transaction=True)


def open_keys() -> set[str]:
    return set(Alert.objects.filter(closed_at=None).values_list("key", flat=True))


def test_one_that_could_not_begin_has_no_alert_after_its_end(desk: CampaignDesk) -> None:
    now = timezone.now()
    campaign = desk.draft(
        starts_at=now + dt.timedelta(minutes=1), ends_at=now + dt.timedelta(hours=1)
    )
    schedule(campaign=campaign, actor_id=desk.person.pk)
    Variant.objects.update(deleted_at=now)
    start_due(now=now + dt.timedelta(minutes=2))
    assert open_keys() == {f"campaign-start:{campaign.pk}"}
    start_due(now=now + dt.timedelta(hours=2))
    campaign.refresh_from_db()
    assert (campaign.state, open_keys()) == ("ended", set())


def test_the_last_word_closes_what_asked_for_it(desk: CampaignDesk) -> None:
    campaigns = [desk.start(name) for name in ("One", "Two", "Three")]
    given = {"shop_id": desk.shop_id, "connection_id": desk.connection.pk}
    back = f"campaigns-back:{desk.connection.pk}"
    pause_removed(**given)
    offer_to_go_on(**given)
    for verb, campaign in zip((end, resume, roll_back), campaigns, strict=True):
        assert open_keys() == {back}
        verb(campaign=Campaign.objects.get(pk=campaign.pk), actor_id=desk.person.pk)
    assert open_keys() == set()


def test_campaigns_that_are_ended_before_the_app_is_back_wait_for_nothing(
    desk: CampaignDesk,
) -> None:
    campaign = desk.start()
    pause_removed(shop_id=desk.shop_id, connection_id=desk.connection.pk)
    assert open_keys() == {f"campaigns-removed:{desk.connection.pk}"}
    end(campaign=Campaign.objects.get(pk=campaign.pk), actor_id=desk.person.pk)
    assert open_keys() == set()
