"""A variant under a campaign: a job changes the merchant's own price, the layer what is shown."""

from decimal import Decimal

import pytest

from catalog_sync.models import Variant
from config.demo.merchant import Merchant
from config.demo.prices import effective_changes
from pricing.api import Action, simple_rule
from pricing.models import AuditTrailEntry, CoveredVariant
from pricing.rules import rules_to_json
from tests import factories
from tests.pricing.conftest import TestDesk

pytestmark = pytest.mark.django_db(transaction=True)

HALF_OFF = simple_rule(Action.PERCENT, -50)
FIXED = simple_rule(Action.SET, 9)


def cover(merchant: Merchant, variant: Variant, rule: object) -> CoveredVariant:
    """Lay a campaign over a variant, as the campaign itself will: the shop shows its price."""
    rules = rules_to_json([rule])  # type: ignore[list-item]
    covered = factories.cover(variant, rules, base_price="40.00", name="Summer")
    shown = Decimal("20.00") if rule is HALF_OFF else Decimal("9.00")
    merchant.edit([(variant.vendor_id, shown)])
    now = merchant.prices()[variant.vendor_id]
    Variant.objects.filter(pk=variant.pk).update(price=now[0], compare_at=now[1])
    variant.refresh_from_db()
    if variant.compare_at is not None:
        # The shown compare-at is the layer's too: it keeps the base's.
        CoveredVariant.objects.filter(pk=variant.pk).update(base_compare_at=variant.compare_at)
        covered.refresh_from_db()
    return covered


@pytest.fixture
def variant(desk: TestDesk) -> Variant:
    found: Variant = Variant.objects.for_shop(desk.shop_id).earliest("vendor_id")
    return found


def test_a_job_moves_the_own_price_and_the_shown_one_follows(
    desk: TestDesk, merchant: Merchant, variant: Variant
) -> None:
    covered = cover(merchant, variant, HALF_OFF)
    compare = covered.base_compare_at
    job = desk.plan("", simple_rule(Action.AMOUNT, 10))
    row = job.plan.get(variant=variant)
    assert (row.before_price, row.target_price) == (Decimal("20.00"), Decimal("25.00"))
    assert (row.base_before_price, row.base_target_price) == (Decimal("40.00"), Decimal("50.00"))
    assert job.plan_facts["warnings"]["under_campaign"] == 1
    done = desk.run(job)
    assert merchant.prices()[variant.vendor_id] == (Decimal("25.00"), compare)
    covered.refresh_from_db()
    assert (done.state, covered.base_price) == ("completed", Decimal("50.00"))
    entry = AuditTrailEntry.objects.get(job=job, variant=variant)
    assert (entry.price_before, entry.price_after, entry.base_price) == (
        Decimal("20.00"),
        Decimal("25.00"),
        Decimal("50.00"),
    )


def test_an_own_price_that_the_layer_hides_moves_without_a_write(
    desk: TestDesk, merchant: Merchant, variant: Variant
) -> None:
    covered = cover(merchant, variant, FIXED)
    since = merchant.last_effect()
    job = desk.run(desk.plan("", simple_rule(Action.AMOUNT, 10)))
    result = job.results.get(variant=variant)
    assert (result.outcome, result.reason) == (
        "applied",
        "Its own price was changed; what the shop shows is the campaign's and stays.",
    )
    covered.refresh_from_db()
    assert covered.base_price == Decimal("50.00")
    assert variant.vendor_id not in effective_changes(merchant, since)
    entry = AuditTrailEntry.objects.get(job=job, variant=variant)
    assert (entry.price_after, entry.base_price) == (Decimal("9.00"), Decimal("50.00"))


def test_undo_while_the_campaign_is_on_gives_the_own_price_back(
    desk: TestDesk, merchant: Merchant, variant: Variant
) -> None:
    covered = cover(merchant, variant, HALF_OFF)
    before = merchant.prices()
    job = desk.run(desk.plan("", simple_rule(Action.AMOUNT, 10)))
    undo = desk.plan_rollback(job)
    row = undo.plan.get(variant=variant)
    assert (row.base_before_price, row.base_target_price) == (Decimal("50.00"), Decimal("40.00"))
    done = desk.run(undo)
    covered.refresh_from_db()
    assert (done.state, done.failed, done.conflict) == ("completed", 0, 0)
    assert (covered.base_price, merchant.prices()) == (Decimal("40.00"), before)
    # And the undo of the undo leads to where the job had led.
    again = desk.run(desk.plan_rollback(done))
    covered.refresh_from_db()
    assert (again.state, covered.base_price) == ("completed", Decimal("50.00"))
    assert merchant.prices()[variant.vendor_id][0] == Decimal("25.00")


def test_undo_of_a_job_from_before_the_campaign_gives_the_own_price_back(
    desk: TestDesk, merchant: Merchant, variant: Variant
) -> None:
    merchant.edit([(variant.vendor_id, Decimal("30.00"))])
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("30.00"))
    job = desk.run(desk.plan("", simple_rule(Action.AMOUNT, 10)))
    covered = cover(merchant, variant, HALF_OFF)
    desk.run(desk.plan_rollback(job))
    covered.refresh_from_db()
    # The campaign shows half of the price that is the merchant's again.
    assert covered.base_price == Decimal("30.00")
    assert merchant.prices()[variant.vendor_id][0] == Decimal("15.00")


def test_undo_after_the_campaign_has_ended_gives_the_own_price_back_to_the_shop(
    desk: TestDesk, merchant: Merchant, variant: Variant
) -> None:
    covered = cover(merchant, variant, HALF_OFF)
    job = desk.run(desk.plan("", simple_rule(Action.AMOUNT, 10)))
    # The campaign ends: its variant shows the own price again.
    merchant.edit([(variant.vendor_id, Decimal("50.00"))])
    Variant.objects.filter(pk=variant.pk).update(price=Decimal("50.00"))
    covered.delete()
    done = desk.run(desk.plan_rollback(job))
    assert (done.state, done.conflict) == ("completed", 0)
    assert merchant.prices()[variant.vendor_id][0] == Decimal("40.00")


def test_an_edit_of_a_covered_variant_is_kept_by_a_job(
    desk: TestDesk, merchant: Merchant, variant: Variant
) -> None:
    covered = cover(merchant, variant, HALF_OFF)
    job = desk.plan("", simple_rule(Action.AMOUNT, 10))
    merchant.edit([(variant.vendor_id, Decimal("33.00"))])
    desk.run(job)
    result = job.results.get(variant=variant)
    covered.refresh_from_db()
    assert (result.outcome, result.found_price) == ("conflict", Decimal("33.00"))
    assert (covered.base_price, merchant.prices()[variant.vendor_id][0]) == (
        Decimal("40.00"),
        Decimal("33.00"),
    )
