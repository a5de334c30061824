"""The net below campaigns: what does not show what it should is brought in line."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog_sync.models import Variant
from config.demo.merchant import Merchant
from foundation.alerts.models import Alert
from foundation.outbound.services import freeze_shop, unfreeze_shop
from foundation.work.enums import Group
from pricing.enums import Cause
from pricing.models import CoveredVariant, PriceLayer, PriceLock, PricingJob, ProcessingResult
from pricing.queries.jobs import holds
from pricing.services import bring_in_line, hold_layer, take_layer
from tests import factories
from tests.pricing.conftest import TestDesk, work

pytestmark = pytest.mark.django_db(transaction=True)

HALF = {"action": {"kind": "percent", "value": "-50"}}


@pytest.fixture
def variants(desk: TestDesk) -> list[Variant]:
    return list(Variant.objects.for_shop(desk.shop_id).order_by("vendor_id")[:3])


def test_what_should_show_another_price_follows(
    variants: list[Variant], merchant: Merchant
) -> None:
    before = merchant.prices()
    laid, left, right = variants
    factories.cover(laid, [HALF], base_price="40.00")
    covered = factories.cover(left, [HALF], base_price="30.00")
    CoveredVariant.objects.filter(pk=covered.pk).update(stack=[])
    still = factories.cover(right, [HALF], base_price=right.price * 2)
    CoveredVariant.objects.filter(pk=still.pk).update(base_compare_at=right.compare_at)
    assert bring_in_line() == 1
    work(Group.REMOTE)
    # The own prices of this test have no compare-at, so none is shown.
    assert merchant.prices() == {
        **before,
        laid.vendor_id: (Decimal("20.00"), None),
        left.vendor_id: (Decimal("30.00"), None),
    }
    # The own price is shown again, so nobody has to remember it; the others stay covered.
    assert set(CoveredVariant.objects.values_list("pk", flat=True)) == {laid.pk, still.pk}
    assert bring_in_line() == 0


def test_a_locked_price_follows_when_its_lock_is_gone(
    variants: list[Variant], merchant: Merchant
) -> None:
    before = merchant.prices()
    factories.cover(variants[0], [HALF], base_price="46.00")
    lock = PriceLock.objects.create(
        shop_id=variants[0].shop_id, variant=variants[0], reason="Agreed"
    )
    assert bring_in_line() == 0
    assert (merchant.prices(), PricingJob.objects.count()) == (before, 0)
    lock.delete()
    assert bring_in_line() == 1
    work(Group.REMOTE)
    assert merchant.prices()[variants[0].vendor_id][0] == Decimal("23.00")


def test_what_shopify_refuses_is_told_and_rests(
    variants: list[Variant], merchant: Merchant
) -> None:
    refused, fine = variants[0], Variant.objects.exclude(product=variants[0].product).earliest("pk")
    before = merchant.prices()
    for variant in (refused, fine):
        factories.cover(variant, [HALF], base_price="58.00")
    product = refused.product.vendor_id
    merchant.act("suspend-product", product_id=product)
    try:
        bring_in_line()
        work(Group.REMOTE)
        half = (Decimal("29.00"), None)
        assert merchant.prices() == {**before, fine.vendor_id: half}
        alert = Alert.objects.get()
        assert (alert.key, alert.severity, alert.title) == (
            f"campaign-refused:{refused.connection_id}",
            "warning",
            "Shopify refused a price of campaigns",
        )
        assert alert.body.startswith("Shopify refused it: ")
        assert alert.url == f"/pricing/{PricingJob.objects.get().pk}/"
        # A quarter of an hour later nothing is asked for again, and the alert stays.
        assert bring_in_line() == 0
        assert Alert.objects.get().closed_at is None
    finally:
        merchant.act("suspend-product", product_id=product, suspended=False)
    earlier = timezone.now() - dt.timedelta(hours=6, minutes=1)
    ProcessingResult.objects.filter(outcome="failed").update(settled_at=earlier)
    assert bring_in_line() == 1
    work(Group.REMOTE)
    assert merchant.prices() == {**before, fine.vendor_id: half, refused.vendor_id: half}
    assert bring_in_line() == 0
    assert Alert.objects.get().closed_reason == "Shopify takes the prices of campaigns."


def test_a_refusal_is_over_when_nothing_asks_for_it_any_more(
    variants: list[Variant], merchant: Merchant
) -> None:
    """As after the campaign's end: by then no variant of the account may be covered."""
    refused = variants[0]
    covered = factories.cover(refused, [HALF], base_price="62.00")
    product = refused.product.vendor_id
    merchant.act("suspend-product", product_id=product)
    try:
        bring_in_line()
        work(Group.REMOTE)
    finally:
        merchant.act("suspend-product", product_id=product, suspended=False)
    CoveredVariant.objects.filter(pk=covered.pk).delete()
    bring_in_line()
    assert Alert.objects.get().closed_at is None
    earlier = timezone.now() - dt.timedelta(hours=7, minutes=1)
    PricingJob.objects.update(finished_at=earlier)
    bring_in_line()
    assert Alert.objects.get().closed_reason == "Shopify takes the prices of campaigns."


def test_a_layer_that_is_taken_away_holds_nothing_any_more(variants: list[Variant]) -> None:
    covered = factories.cover(variants[0], [HALF], base_price="58.00")
    (layer_id,) = covered.stack
    hold_layer(layer_id, held=True)
    take_layer(layer_id, cause=Cause.CAMPAIGN, name="End")
    assert PriceLayer.objects.get(pk=layer_id).held is False


@pytest.mark.parametrize("count", [1, 3])
def test_the_look_costs_the_same_for_one_and_three(
    variants: list[Variant], count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for variant in variants[:count]:
        covered = factories.cover(variant, [HALF], base_price=variant.price * 2)
        CoveredVariant.objects.filter(pk=covered.pk).update(base_compare_at=variant.compare_at)
    with django_assert_num_queries(20):
        assert bring_in_line() == 0


def test_what_a_waiting_job_will_write_is_left_to_it(
    desk: TestDesk, variants: list[Variant], merchant: Merchant
) -> None:
    before = merchant.prices()
    one, two, _ = variants
    factories.cover(one, [HALF], base_price="40.00")
    freeze_shop(desk.shop_id, reason="Somebody looks into it", actor_id=None)
    assert bring_in_line() == 1
    work(Group.REMOTE)
    [hold] = holds(PricingJob.objects.get())
    assert (hold.state, "The panic switch is on" in hold.cause) == ("parked", True)
    # However long it waits, it does not get company; what is new does get a job.
    assert [bring_in_line(), bring_in_line()] == [0, 0]
    factories.cover(two, [HALF], base_price="30.00")
    assert [bring_in_line(), bring_in_line()] == [1, 0]
    unfreeze_shop(desk.shop_id, actor_id=None)
    work(Group.REMOTE)
    assert merchant.prices() == {
        **before,
        one.vendor_id: (Decimal("20.00"), None),
        two.vendor_id: (Decimal("15.00"), None),
    }
    assert bring_in_line() == 0
