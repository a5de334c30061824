"""What begins and ends at one moment, in several campaigns of a shop."""

import datetime as dt

import pytest
from django.utils import timezone

from campaigns.models import Campaign, CampaignStateChange
from campaigns.services import schedule, start_due
from catalog_sync.api import InvalidSelection
from config.demo.merchant import Merchant
from foundation.work.models import Job
from tests.campaigns.conftest import CampaignDesk

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = dt.timedelta(hours=1)


def test_ends_wait_for_no_shop_and_a_shop_is_asked_once(
    desk: CampaignDesk, merchant: Merchant
) -> None:
    now = timezone.now()
    over = desk.start("Over", ends_at=now + HOUR)
    for name in ("One", "Two"):
        schedule(campaign=desk.draft(name, starts_at=now + HOUR), actor_id=desk.person.pk)
    merchant.misbehave({"kind": "unauthorized"})
    before = merchant.calls()
    assert start_due(now=now + 2 * HOUR) == 1
    asked = sum(merchant.calls().values()) - sum(before.values())
    over.refresh_from_db()
    assert (over.state, asked) == ("ended", 1)
    # Nobody abroad was asked for the end's sake: its prices are another job's.
    assert Job.objects.filter(name="campaigns.settle", state="queued").count() == 1
    merchant.behave()


def test_what_ends_is_ended_before_others_begin(desk: CampaignDesk) -> None:
    now = timezone.now()
    desk.start("Over", ends_at=now + HOUR)
    for name in ("One", "Two"):
        schedule(campaign=desk.draft(name, starts_at=now + HOUR), actor_id=desk.person.pk)
    seen = CampaignStateChange.objects.latest("pk").pk
    assert start_due(now=now + 2 * HOUR) == 3
    rows = CampaignStateChange.objects.filter(pk__gt=seen).order_by("pk")
    assert list(rows.values_list("campaign__name", "after")) == [
        ("Over", "ended"),
        ("One", "active"),
        ("Two", "active"),
    ]


def test_what_nobody_expects_of_one_campaign_stops_no_other(desk: CampaignDesk) -> None:
    now = timezone.now()
    over = desk.start("Over", ends_at=now + HOUR)
    drafts = [desk.draft(name, starts_at=now + HOUR) for name in ("Broken", "Sound")]
    for draft in drafts:
        schedule(campaign=draft, actor_id=desk.person.pk)
    broken, sound = drafts
    Campaign.objects.filter(pk=broken.pk).update(selection=["no", "selection"])
    with pytest.raises(InvalidSelection):
        start_due(now=now + 2 * HOUR)
    states = dict(Campaign.objects.values_list("pk", "state"))
    assert states == {over.pk: "ended", broken.pk: "scheduled", sound.pk: "active"}
