"""Triggers as they meet the mirror: windows, holds, cool-downs, limits, targets that move."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.utils import timezone

from campaigns.api import end, pause, resume, switch, take_back_in
from campaigns.enums import MoveCause
from campaigns.models import Campaign, CampaignVariant, PendingVariant
from campaigns.services import catalogue_changed, look_again, offer_to_go_on, pause_removed
from catalog_sync.api import Selection
from catalog_sync.models import Product, StockHistory, StockLevel, Variant
from config.demo.merchant import Merchant, PriceTag
from foundation.alerts.models import Alert
from pricing.api import Action, OutsideEditPolicy, Refused, simple_rule
from pricing.models import AuditTrailEntry, CoveredVariant
from pricing.outside import note_prices_seen
from tests.campaigns.conftest import CampaignDesk, moves_of, work_off
from tests.pricing.conftest import TestDesk

pytestmark = pytest.mark.django_db(transaction=True)

HALF = simple_rule(Action.PERCENT, -50)


def off(tag: PriceTag, percent: int) -> PriceTag:
    price = tag[0] * (100 + percent) / 100
    return price.quantize(Decimal("0.01"), ROUND_HALF_UP), tag[1]


def chosen(*variants: Variant) -> Selection:
    return Selection(variant_ids=tuple(each.pk for each in variants))


def test_back_in_stock_holds_for_its_time(desk: CampaignDesk, merchant: Merchant) -> None:
    one, *_ = desk.variants
    desk.stock({one.vendor_id: 0})
    own = merchant.prices()[one.vendor_id]
    campaign = desk.start(
        triggers=[{"kind": "back_in_stock", "hold": 24}], rules=(HALF,), selection=chosen(one)
    )
    assert campaign.variants_on == 0
    desk.stock({one.vendor_id: 4})
    assert merchant.prices()[one.vendor_id] == off(own, -50)
    row = CampaignVariant.objects.get(campaign=campaign)
    assert row.look_again_at is not None
    assert abs(row.look_again_at - row.since[0] - dt.timedelta(hours=24)) < dt.timedelta(seconds=1)
    # Its time comes: looked at, and off. Nothing else moved.
    earlier = timezone.now() - dt.timedelta(hours=25)
    CampaignVariant.objects.filter(pk=row.pk).update(since=[earlier], look_again_at=earlier)
    assert look_again() == 1
    work_off()
    assert merchant.prices()[one.vendor_id] == own
    assert moves_of(campaign) == [
        (one.vendor_id, "put", "stock"),
        (one.vendor_id, "taken", "time"),
    ]


def test_a_change_is_measured_against_the_start_of_its_window(
    desk: CampaignDesk, merchant: Merchant
) -> None:
    one, two, *_ = desk.variants
    now = timezone.now()
    for variant, before in ((one, 40), (two, 21)):
        StockLevel.objects.filter(
            connection=desk.connection, inventory_item_id=variant.inventory_item_id
        ).delete()
        StockLevel.objects.create(
            shop_id=desk.shop_id,
            connection=desk.connection,
            inventory_item_id=variant.inventory_item_id,
            location_vendor_id=1,
            available=20,
            vendor_updated_at=now - dt.timedelta(hours=1),
        )
        for old, new, hours in ((None, before, 100), (before, 20, 1)):
            StockHistory.objects.create(
                shop_id=desk.shop_id,
                connection=desk.connection,
                inventory_item_id=variant.inventory_item_id,
                location_vendor_id=1,
                before=old,
                after=new,
                cause="webhook",
                vendor_updated_at=now - dt.timedelta(hours=hours),
            )
    desk.stock({one.vendor_id: 20, two.vendor_id: 20})
    before_prices = merchant.prices()
    falls = {"kind": "stock_change", "direction": "fall", "percent": "50", "hours": 24}
    campaign = desk.start(triggers=[falls], rules=(HALF,), selection=chosen(one, two))
    assert moves_of(campaign) == [(one.vendor_id, "put", "start")]
    assert merchant.prices() == {
        **before_prices,
        one.vendor_id: off(before_prices[one.vendor_id], -50),
    }


def test_a_price_rests_after_a_move_and_follows_later(
    desk: CampaignDesk, merchant: Merchant
) -> None:
    one, *_ = desk.variants
    desk.stock({one.vendor_id: 20})
    own = merchant.prices()[one.vendor_id]
    campaign = desk.start(selection=chosen(one), cool_down_minutes=60)
    desk.stock({one.vendor_id: 1})
    desk.stock({one.vendor_id: 30})
    assert merchant.prices()[one.vendor_id] == off(own, 10)
    row = CampaignVariant.objects.get(campaign=campaign)
    assert (row.on, row.holding, row.moves_today) == (True, [], 1)
    assert row.moved_at is not None
    assert row.look_again_at == row.moved_at + dt.timedelta(minutes=60)
    rested = row.moved_at - dt.timedelta(hours=2)
    CampaignVariant.objects.filter(pk=row.pk).update(moved_at=rested, look_again_at=rested)
    look_again()
    work_off()
    assert merchant.prices()[one.vendor_id] == own


def test_a_day_has_so_many_moves(desk: CampaignDesk, merchant: Merchant) -> None:
    one, *_ = desk.variants
    desk.stock({one.vendor_id: 20})
    own = merchant.prices()[one.vendor_id]
    campaign = desk.start(selection=chosen(one), moves_per_day=2)
    for stock in (1, 20, 1):
        desk.stock({one.vendor_id: stock})
    assert merchant.prices()[one.vendor_id] == own
    row = CampaignVariant.objects.get(campaign=campaign)
    assert (row.on, row.holding, row.moves_today) == (False, [0], 2)


def test_products_join_and_leave_a_campaign(desk: CampaignDesk, merchant: Merchant) -> None:
    one, *_ = desk.variants
    own = merchant.prices()
    Product.objects.filter(pk=one.product_id).update(tags=["sale"])
    campaign = desk.start(
        selection=Selection(tag="sale"), triggers=[{"kind": "always"}], rules=(HALF,)
    )
    inside = [each for each in desk.variants if each.product_id == one.product_id]
    other = next(each for each in desk.variants if each.product_id != one.product_id)
    joining = [each for each in desk.variants if each.product_id == other.product_id]
    assert campaign.variants_on == len(inside)

    Product.objects.filter(pk=one.product_id).update(tags=[])
    Product.objects.filter(pk=other.product_id).update(tags=["sale"])
    catalogue_changed(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        variant_ids=[each.pk for each in (*inside, *joining)],
        cause=MoveCause.CATALOGUE,
    )
    work_off()
    assert merchant.prices() == {
        **own,
        **{each.vendor_id: off(own[each.vendor_id], -50) for each in joining},
    }
    campaign.refresh_from_db()
    assert (campaign.variants_total, campaign.variants_on) == (len(joining), len(joining))
    causes = {cause for vendor, _, cause in moves_of(campaign)[len(inside) :]}
    assert causes == {"catalogue"}


def test_a_person_switches_variants(desk: CampaignDesk, merchant: Merchant) -> None:
    one, two, *_ = desk.variants
    own = merchant.prices()
    campaign = desk.start(triggers=[{"kind": "by_hand"}], rules=(HALF,), selection=chosen(one, two))
    assert merchant.prices() == own
    actor = desk.person.pk
    assert switch(campaign=campaign, on=True, actor_id=actor, variant_ids=[one.pk]) == 1
    assert switch(campaign=campaign, on=True, actor_id=actor, variant_ids=[one.pk]) == 0
    work_off()
    assert merchant.prices() == {**own, one.vendor_id: off(own[one.vendor_id], -50)}
    switch(campaign=campaign, on=False, actor_id=actor, variant_ids=None)
    work_off()
    assert merchant.prices() == own
    plain = desk.start("Other", selection=chosen(two))
    with pytest.raises(Refused, match="no trigger “by hand”"):
        switch(campaign=plain, on=True, actor_id=actor, variant_ids=None)


@pytest.mark.parametrize("policy", OutsideEditPolicy)
def test_an_edit_is_kept_or_overruled(
    desk: CampaignDesk, merchant: Merchant, policy: OutsideEditPolicy
) -> None:
    one, *_ = desk.variants
    campaign = desk.start(
        triggers=[{"kind": "always"}],
        rules=(HALF,),
        selection=chosen(one),
        outside_edits=policy,
    )
    price = Decimal("77.00")
    merchant.edit([(one.vendor_id, price)])
    known = Variant.objects.get(pk=one.pk)
    compare_at = merchant.prices()[one.vendor_id][1]
    note_prices_seen(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        seen=[[one.vendor_id, price, compare_at, timezone.now(), known.price, known.compare_at]],
        request_id="",
    )
    work_off()
    adopted = policy is OutsideEditPolicy.ADOPT
    shown = merchant.prices()[one.vendor_id]
    assert shown[0] == (price if adopted else Decimal("38.50"))
    assert moves_of(campaign)[1:] == [
        (one.vendor_id, "let_go" if adopted else "overruled", "outside_edit")
    ]
    assert CoveredVariant.objects.get(pk=one.pk).base_price == price
    assert Alert.objects.filter(key=f"campaign-edits:{campaign.pk}").count() == 1
    if adopted:
        # It stays out whatever the stock does, until a person takes it in again.
        desk.stock({one.vendor_id: 3})
        assert merchant.prices()[one.vendor_id][0] == price
        taken = take_back_in(campaign=campaign, variant_ids=[one.pk], actor_id=desk.person.pk)
        work_off()
        assert (taken, merchant.prices()[one.vendor_id][0]) == (1, Decimal("38.50"))


@pytest.mark.parametrize("policy", OutsideEditPolicy)
def test_an_edit_after_a_price_job_under_a_campaign(
    desk: CampaignDesk, merchant: Merchant, policy: OutsideEditPolicy
) -> None:
    """The job wrote the campaign's price, so that is what was edited."""
    one, *_ = desk.variants
    campaign = desk.start(
        triggers=[{"kind": "always"}], rules=(HALF,), selection=chosen(one), outside_edits=policy
    )
    own, compare_at = Decimal("60.00"), merchant.prices()[one.vendor_id][1]
    jobs = TestDesk(desk.connection, desk.person)
    jobs.run(jobs.plan("New price", simple_rule(Action.SET, 60), selection=chosen(one)))
    work_off()
    assert merchant.prices()[one.vendor_id] == (Decimal("30.00"), compare_at)
    assert CoveredVariant.objects.get(pk=one.pk).base_price == own
    edit = Decimal("77.00")
    merchant.edit([(one.vendor_id, edit)])
    note_prices_seen(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        seen=[[one.vendor_id, edit, compare_at, timezone.now(), Decimal("30.00"), compare_at]],
        request_id="",
    )
    work_off()
    adopted = policy is OutsideEditPolicy.ADOPT
    assert merchant.prices()[one.vendor_id][0] == (edit if adopted else Decimal("38.50"))
    assert moves_of(campaign)[1:] == [
        (one.vendor_id, "let_go" if adopted else "overruled", "outside_edit")
    ]
    assert CoveredVariant.objects.get(pk=one.pk).base_price == edit


def test_the_campaign_whose_price_was_edited_has_the_word(
    desk: CampaignDesk, merchant: Merchant
) -> None:
    """Also when a price job wrote it, and the edit is found by a campaign that begins over it."""
    one, *_ = desk.variants
    about = {"triggers": [{"kind": "always"}], "selection": chosen(one)}
    adopts = desk.start("Adopts", rules=(HALF,), **about)
    jobs = TestDesk(desk.connection, desk.person)
    jobs.run(jobs.plan("New price", simple_rule(Action.SET, 60), selection=chosen(one)))
    work_off()
    last = AuditTrailEntry.objects.filter(variant=one).latest("pk")
    assert (last.layer, last.layer_ref, last.price_after) == ("base", adopts.pk, Decimal("30.00"))
    merchant.edit([(one.vendor_id, Decimal("77.00"))])
    overrules = desk.start("Over", outside_edits=OutsideEditPolicy.OVERRULE, priority=200, **about)
    assert merchant.prices()[one.vendor_id][0] == Decimal("77.00")
    assert moves_of(adopts)[1:] == [(one.vendor_id, "let_go", "outside_edit")]
    assert moves_of(overrules) == [
        (one.vendor_id, "put", "start"),
        (one.vendor_id, "let_go", "outside_edit"),
    ]


@pytest.mark.parametrize("policy", OutsideEditPolicy)
def test_a_compare_at_that_is_edited_alone_is_the_own_one(
    desk: CampaignDesk, merchant: Merchant, policy: OutsideEditPolicy
) -> None:
    """The campaign's price is not taken for the merchant's, and the campaign stays."""
    one, *_ = desk.variants
    own = merchant.prices()[one.vendor_id]
    campaign = desk.start(
        triggers=[{"kind": "always"}], rules=(HALF,), selection=chosen(one), outside_edits=policy
    )
    known = Variant.objects.get(pk=one.pk)
    # The shop goes on from test to test.
    compare_at = (known.compare_at or Decimal(900)) + 1
    seen = [known.vendor_id, known.price, compare_at, timezone.now(), known.price, known.compare_at]
    merchant.act("edit", variant_id=known.vendor_id, compare_at_price=str(compare_at))
    Variant.objects.filter(pk=one.pk).update(compare_at=compare_at)
    note_prices_seen(
        shop_id=desk.shop_id, connection_id=desk.connection.pk, seen=[seen], request_id=""
    )
    work_off()
    covered = CoveredVariant.objects.get(pk=one.pk)
    assert (covered.base_price, covered.base_compare_at) == (own[0], compare_at)
    assert covered.stack == [campaign.layer_id]
    assert moves_of(campaign) == [(one.vendor_id, "put", "start")]
    last = AuditTrailEntry.objects.filter(variant=one).latest("pk")
    assert (last.layer, last.price_after, last.base_price) == ("outside", known.price, own[0])
    end(campaign=campaign, actor_id=None)
    work_off()
    assert Variant.objects.get(pk=one.pk).price == own[0]
    assert merchant.prices()[one.vendor_id] == (own[0], compare_at)


def test_an_app_that_is_removed_pauses_its_campaigns(desk: CampaignDesk) -> None:
    campaign = desk.start()
    given = {"shop_id": desk.shop_id, "connection_id": desk.connection.pk}
    assert pause_removed(**given) == 1
    # Told twice, it says nothing new.
    assert pause_removed(**given) == 0
    campaign = Campaign.objects.get(pk=campaign.pk)
    assert (campaign.state, campaign.paused_cause) == ("paused", "app_removed")
    assert CampaignVariant.objects.filter(campaign=campaign).count() == 12
    assert offer_to_go_on(**given) == 1
    keys = Alert.objects.filter(closed_at=None).values_list("key", flat=True)
    assert f"campaigns-back:{desk.connection.pk}" in set(keys)
    assert f"campaigns-removed:{desk.connection.pk}" not in set(keys)
    resume(campaign=campaign, actor_id=desk.person.pk)
    work_off()
    assert Campaign.objects.get(pk=campaign.pk).state == "active"


def test_what_no_active_campaign_is_about_does_not_wait(desk: CampaignDesk) -> None:
    one, two, *_ = desk.variants
    campaign = desk.start(selection=chosen(one))
    pause(campaign=campaign, actor_id=desk.person.pk)
    other = desk.start("Other", selection=chosen(two))
    from campaigns import pending  # noqa: PLC0415 -- beside its use

    pending.note(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        causes=dict.fromkeys([one.pk, two.pk], MoveCause.STOCK),
    )
    assert list(PendingVariant.objects.values_list("variant_id", flat=True)) == [two.pk]
    assert other.state == "active"
