"""A campaign's life: prices follow stock, and go back when it ends or is rolled back."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.utils import timezone

from campaigns.api import activate, end, pause, resume, roll_back
from campaigns.models import Campaign
from catalog_sync.api import Selection
from catalog_sync.models import Variant
from config.demo.merchant import Merchant, PriceTag
from foundation.work.api import cancel
from foundation.work.enums import Group
from foundation.work.models import Job
from pricing.api import read_rules
from pricing.models import AuditTrailEntry, CoveredVariant, PriceLock, PricingJob
from pricing.outside import note_prices_seen
from pricing.services import bring_in_line
from tests.campaigns.conftest import CampaignDesk, moves_of, work_off
from tests.pricing.conftest import work

pytestmark = pytest.mark.django_db(transaction=True)


STAYS = (
    "1 price has not gone back yet: locked, refused by the shop, or stopped by a person. "
    "What still differs is tried again every quarter of an hour."
)


def tenth_up(tag: PriceTag) -> PriceTag:
    return (tag[0] * Decimal("1.1")).quantize(Decimal("0.01"), ROUND_HALF_UP), tag[1]


def test_prices_follow_stock_and_go_back(desk: CampaignDesk, merchant: Merchant) -> None:
    desk.stock({each.vendor_id: 20 for each in desk.variants})
    before = merchant.prices()
    one, two, *_ = before
    campaign = desk.start()
    assert (campaign.state, campaign.variants_total, campaign.variants_on) == ("active", 12, 0)
    assert merchant.prices() == before

    desk.stock({one: 5, two: 6})
    assert merchant.prices() == {**before, one: tenth_up(before[one])}
    # Within the margin it stays as it is; above it, it goes back.
    desk.stock({one: 6})
    assert merchant.prices() == {**before, one: tenth_up(before[one])}
    desk.stock({one: 7, two: 0})
    assert merchant.prices() == {**before, two: tenth_up(before[two])}
    campaign.refresh_from_db()
    assert (campaign.variants_on, campaign.trigger_count) == (1, 2)
    assert moves_of(campaign) == [
        (one, "put", "stock"),
        (one, "taken", "stock"),
        (two, "put", "stock"),
    ]

    end(campaign=campaign, actor_id=desk.person.pk)
    work_off()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.variants_on) == ("ended", 0)
    assert merchant.prices() == before
    assert not CoveredVariant.objects.exists()
    entries = AuditTrailEntry.objects.filter(layer_ref=campaign.pk).order_by("pk")
    assert list(entries.values_list("layer", "cause", "variant__vendor_id")) == [
        ("campaign", "campaign", one),
        ("base", "campaign", one),
        ("campaign", "campaign", two),
        ("base", "campaign", two),
    ]


def test_an_edit_that_the_ledger_hears_of_last_is_the_own_price(
    desk: CampaignDesk, merchant: Merchant
) -> None:
    """The webhook told the mirror when the campaign was on already; its event comes after us."""
    before = merchant.prices()
    one, two, *_ = before
    # Times have whole seconds, and another test may just have moved these prices.
    Variant.objects.update(vendor_updated_at=timezone.now() - dt.timedelta(hours=1))
    activate(campaign=desk.draft(triggers=[{"kind": "always"}]), actor_id=desk.person.pk)
    while not CoveredVariant.objects.exists():
        work(Group.FAST, Group.HEAVY)
    campaign = Campaign.objects.get()
    assert merchant.prices() == before
    edits = {one: (Decimal("77.00"), before[one][1]), two: (Decimal("88.00"), before[two][1])}
    merchant.edit([(variant, price) for variant, (price, _) in edits.items()])
    heard = timezone.now()
    for variant, (price, _) in edits.items():
        Variant.objects.filter(vendor_id=variant).update(price=price, vendor_updated_at=heard)
    work_off()
    own = before | edits
    assert merchant.prices() == {variant: tenth_up(tag) for variant, tag in own.items()}

    note_prices_seen(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        seen=[[variant, *edits[variant], heard, *before[variant]] for variant in edits],
        request_id="",
    )
    work_off()
    assert merchant.prices() == {variant: tenth_up(tag) for variant, tag in own.items()}
    told = AuditTrailEntry.objects.filter(layer="outside").order_by("variant__vendor_id")
    assert list(told.values_list("variant__vendor_id", "price_before", "price_after")) == [
        (variant, before[variant][0], edits[variant][0]) for variant in sorted(edits)
    ]
    end(campaign=campaign, actor_id=desk.person.pk)
    work_off()
    assert merchant.prices() == own


def test_a_pause_freezes_prices(desk: CampaignDesk, merchant: Merchant) -> None:
    desk.stock({each.vendor_id: 20 for each in desk.variants})
    before = merchant.prices()
    one, two, *_ = before
    campaign = desk.start()
    desk.stock({one: 1})
    pause(campaign=campaign, actor_id=desk.person.pk)
    desk.stock({one: 30, two: 1})
    assert merchant.prices() == {**before, one: tenth_up(before[one])}
    resume(campaign=campaign, actor_id=desk.person.pk)
    work_off()
    assert merchant.prices() == {**before, two: tenth_up(before[two])}


def test_a_pause_freezes_prices_that_rules_make_of_stock(
    desk: CampaignDesk, merchant: Merchant
) -> None:
    desk.stock({each.vendor_id: 20 for each in desk.variants})
    before = merchant.prices()
    one, *_ = before
    scarce = {"items": [{"field": "stock", "op": "lte", "value": "5"}]}
    rules = read_rules([{"when": scarce, "action": {"kind": "percent", "value": "10"}}])
    campaign = desk.start(triggers=[{"kind": "always"}], rules=rules)
    pause(campaign=campaign, actor_id=desk.person.pk)
    desk.stock({one: 1})
    # The net below all campaigns leaves a paused one's prices alone, too.
    assert bring_in_line() == 0
    assert merchant.prices() == before
    resume(campaign=campaign, actor_id=desk.person.pk)
    work_off()
    assert merchant.prices() == {**before, one: tenth_up(before[one])}
    desk.stock({one: 20})
    assert merchant.prices() == before


def test_a_rollback_is_done_when_its_last_price_is_written(
    desk: CampaignDesk, merchant: Merchant
) -> None:
    desk.stock({each.vendor_id: 1 for each in desk.variants})
    before = merchant.prices()
    campaign = desk.start()
    assert merchant.prices() == {each: tenth_up(tag) for each, tag in before.items()}
    rolling = roll_back(campaign=campaign, actor_id=desk.person.pk, reason="A mistake")
    assert rolling.state == "rolling_back"
    work_off()
    campaign = Campaign.objects.get(pk=campaign.pk)
    assert campaign.state == "rolled_back"
    assert merchant.prices() == before
    assert [str(change) for change in campaign.history.all()] == [
        " → draft",
        "draft → active",
        "active → rolling_back",
        "rolling_back → rolled_back",
    ]
    causes = AuditTrailEntry.objects.filter(layer_ref=campaign.pk, layer="base")
    assert set(causes.values_list("cause", flat=True)) == {"rollback"}


def test_a_rollback_whose_work_was_cancelled_comes_to_its_end(
    desk: CampaignDesk, merchant: Merchant
) -> None:
    desk.stock({each.vendor_id: 1 for each in desk.variants})
    before = merchant.prices()
    campaign = desk.start()
    raised = merchant.prices()
    roll_back(campaign=campaign, actor_id=desk.person.pk)
    work(Group.FAST)
    works = Job.objects.filter(name="pricing.follow", state="queued")
    assert cancel(works, actor_id=desk.person.pk) == 1
    work_off()
    assert (Campaign.objects.get(pk=campaign.pk).state, merchant.prices()) == (
        "rolling_back",
        raised,
    )
    # The net closes the books of the job and has another one write.
    assert bring_in_line() == 1
    work_off()
    assert (Campaign.objects.get(pk=campaign.pk).state, merchant.prices()) == (
        "rolled_back",
        before,
    )
    states = PricingJob.objects.filter(campaign_ref=campaign.pk).values_list("state", flat=True)
    assert set(states) == {"completed"}


@pytest.mark.parametrize("others", [0, 1])
def test_a_rollback_says_what_is_not_back_yet(
    desk: CampaignDesk, merchant: Merchant, others: int
) -> None:
    """Whether it writes other prices or has nothing else to write."""
    desk.stock({each.vendor_id: 1 for each in desk.variants})
    before = merchant.prices()
    one, *rest = desk.variants
    meant = Selection(variant_ids=(one.pk, *(each.pk for each in rest[:others])))
    campaign = desk.start(selection=meant)
    raised = merchant.prices()[one.vendor_id]
    lock = PriceLock.objects.create(shop_id=desk.shop_id, variant=one, reason="Agreed")
    roll_back(campaign=campaign, actor_id=desk.person.pk)
    work_off()
    campaign = Campaign.objects.get(pk=campaign.pk)
    assert (campaign.state, campaign.state_reason) == (
        "rolled_back",
        STAYS,
    )
    assert merchant.prices() == {**before, one.vendor_id: raised}
    lock.delete()
    assert bring_in_line() == 1
    work_off()
    assert merchant.prices() == before
