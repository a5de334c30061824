"""Variants that leave a campaign's targets and come back, whatever happened in between."""

import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from campaigns.enums import MoveCause
from campaigns.models import Campaign, CampaignVariant
from campaigns.services import catalogue_changed
from campaigns.states import locked
from catalog_sync.api import Selection
from catalog_sync.models import Product, Variant
from config.demo.merchant import Merchant
from pricing.api import Action, simple_rule
from pricing.models import CoveredVariant
from pricing.outside import note_prices_seen
from tests.campaigns.conftest import CampaignDesk, moves_of, work_off

pytestmark = pytest.mark.django_db(transaction=True)

HALF = simple_rule(Action.PERCENT, -50)
TAG = "sale"


def begun(desk: CampaignDesk, product_id: UUID) -> Campaign:
    """A campaign for what is tagged, which is one product."""
    Product.objects.filter(pk=product_id).update(tags=[TAG])
    return desk.start(selection=Selection(tag=TAG), triggers=[{"kind": "always"}], rules=(HALF,))


def tagged(desk: CampaignDesk, product_id: UUID, tags: Sequence[str]) -> None:
    """The merchant tags the product, and the campaigns hear of it."""
    Product.objects.filter(pk=product_id).update(tags=list(tags))
    told(desk, product_id)


def told(desk: CampaignDesk, product_id: UUID) -> None:
    catalogue_changed(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        variant_ids=[each.pk for each in desk.variants if each.product_id == product_id],
        cause=MoveCause.CATALOGUE,
    )


def test_what_was_left_alone_joins_again_as_a_new_one(
    desk: CampaignDesk, merchant: Merchant
) -> None:
    one, *_ = desk.variants
    campaign = begun(desk, one.product_id)
    edit, compare_at = Decimal("77.00"), merchant.prices()[one.vendor_id][1]
    merchant.edit([(one.vendor_id, edit)])
    known = Variant.objects.get(pk=one.pk)
    note_prices_seen(
        shop_id=desk.shop_id,
        connection_id=desk.connection.pk,
        seen=[
            [one.vendor_id, edit, compare_at, timezone.now(), known.price, known.compare_at],
        ],
        request_id="",
    )
    Variant.objects.filter(pk=one.pk).update(price=edit)
    work_off()
    assert merchant.prices()[one.vendor_id][0] == edit

    tagged(desk, one.product_id, [])
    work_off()
    # The edited price is its own, and nobody remembers the campaign.
    assert merchant.prices()[one.vendor_id][0] == edit
    assert not CoveredVariant.objects.exists()

    tagged(desk, one.product_id, [TAG])
    work_off()
    row = CampaignVariant.objects.get(campaign=campaign, variant=one)
    assert (row.on, row.let_go_at) == (True, None)
    assert merchant.prices()[one.vendor_id][0] == Decimal("38.50")
    kinds = [kind for vendor_id, kind, _ in moves_of(campaign) if vendor_id == one.vendor_id]
    assert kinds == ["put", "let_go", "put"]


def test_who_compared_first_and_writes_last_does_not_decide(
    desk: CampaignDesk, merchant: Merchant
) -> None:
    """A tag that goes and comes back at once, while somebody holds the campaign."""
    one, *_ = desk.variants
    own = merchant.prices()
    campaign = begun(desk, one.product_id)
    first = threading.Thread(target=_aside, args=(desk, one.product_id))
    second = threading.Thread(target=_aside, args=(desk, one.product_id))
    with transaction.atomic():
        locked(campaign.pk)
        with_its_own_connection(lambda: Product.objects.filter(pk=one.product_id).update(tags=[]))
        first.start()
        wait_for_waiting(1)
        with_its_own_connection(
            lambda: Product.objects.filter(pk=one.product_id).update(tags=[TAG])
        )
        second.start()
        second.join(timeout=1)
    first.join(timeout=20)
    second.join(timeout=20)
    work_off()
    inside = {each.vendor_id for each in desk.variants if each.product_id == one.product_id}
    rows = CampaignVariant.objects.filter(campaign=campaign, on=True)
    assert set(rows.values_list("variant__vendor_id", flat=True)) == inside
    assert {vendor_id for vendor_id, tag in merchant.prices().items() if tag != own[vendor_id]} == (
        inside
    )


def _aside(desk: CampaignDesk, product_id: UUID) -> None:
    try:
        told(desk, product_id)
    finally:
        database.close()


def with_its_own_connection(work: Callable[[], object]) -> None:
    """Do it, and commit it, beside this thread's open transaction."""

    def run() -> None:
        try:
            work()
        finally:
            database.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def wait_for_waiting(many: int) -> None:
    """Until so many others wait for a lock."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        with database.cursor() as cursor:
            # Within a transaction the view is a snapshot otherwise.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= many:
                return
        time.sleep(0.02)
    message = "Nobody waits."
    raise AssertionError(message)
