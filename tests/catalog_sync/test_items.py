"""What an item costs and whether its stock is counted: heard of by a webhook of its own."""

from decimal import Decimal
from typing import Any

import pytest

from catalog_sync.api import start_full_sync
from catalog_sync.models import Variant
from config.demo.merchant import Merchant
from foundation.shops.models import Connection
from foundation.work.enums import Group

from .conftest import Heard, Post, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def variant(connection: Connection, merchant: Merchant) -> Variant:
    """One of a mirror that was read completely."""
    assert merchant.shop == connection.account
    start_full_sync(connection.pk, None)
    work(Group.FAST, Group.REMOTE)
    return Variant.objects.filter(tracked=True, cost__isnull=False).order_by("vendor_id")[0]


def told(variant: Variant) -> dict[str, Any]:
    return {"id": variant.inventory_item_id, "cost": str(variant.cost), "tracked": variant.tracked}


@pytest.mark.parametrize(
    "stale", [{"cost": Decimal("0.01")}, {"cost": None}, {"tracked": False, "stock": None}]
)
def test_what_the_mirror_has_wrong_is_read_again(
    variant: Variant, post: Post, heard: Heard, stale: dict[str, Any]
) -> None:
    """Nothing else moved, not even the variant's time."""
    before = Variant.objects.filter(pk=variant.pk).values("cost", "tracked", "stock").get()
    Variant.objects.filter(pk=variant.pk).update(**stale)
    assert post("inventory_items/update", told(variant)).status_code == 200
    work(Group.FAST, Group.REMOTE)
    now = Variant.objects.filter(pk=variant.pk).values("cost", "tracked", "stock").get()
    assert now == before
    changed = [payload for event, payload in heard if event == "catalog.variants_changed"]
    assert [(each["variant_ids"], each["cause"]) for each in changed] == [
        ([str(variant.pk)], "webhook")
    ]


def test_what_is_known_or_strange_asks_nobody(
    variant: Variant, post: Post, merchant: Merchant, heard: Heard
) -> None:
    calls = merchant.calls()
    for payload in (told(variant), {**told(variant), "id": 1}):
        assert post("inventory_items/update", payload).status_code == 200
    work(Group.FAST, Group.REMOTE)
    assert (merchant.calls(), heard) == (calls, [])
