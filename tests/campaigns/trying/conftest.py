"""Four mugs and their stock of the last days, and campaigns that are tried on them."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from campaigns.contracts import CampaignSpec
from campaigns.triggers import read_triggers
from catalog_sync.api import Selection
from catalog_sync.models import Location, StockHistory, StockLevel, Variant
from foundation.shops.models import Connection, Shop
from pricing.api import Action, Rule, simple_rule
from tests import factories
from tests.pricing.page_fixtures import catalogue

NOW = timezone.now().replace(microsecond=0)
HERE, THERE = 7001, 7002

SpecOf = Callable[..., CampaignSpec]
Moves = Sequence[tuple[float, int]]


def ago(hours: float) -> dt.datetime:
    return NOW - dt.timedelta(hours=hours)


def spec(
    *triggers: dict[str, Any],
    rules: Sequence[Rule] = (simple_rule(Action.PERCENT, -10),),
    **more: Any,
) -> CampaignSpec:
    """A campaign about everything, a tenth off unless other rules are said."""
    return CampaignSpec(
        name="Tried",
        selection=Selection(all=True),
        triggers=read_triggers(list(triggers)),
        rules=tuple(rules),
        **more,
    )


def below(threshold: int, **more: Any) -> dict[str, Any]:
    return {"kind": "stock_below", "threshold": threshold, **more}


@pytest.fixture
def connection(shop: Shop) -> Connection:
    """An account that no test here calls, with two locations."""
    made = factories.shopify_connection(shop)
    for number, name in ((HERE, "Warehouse"), (THERE, "Shop")):
        Location.objects.create(
            shop_id=shop.pk, connection=made, vendor_id=number, name=name, active=True
        )
    return made


@pytest.fixture
def mugs(connection: Connection) -> list[Variant]:
    """Four variants that cost 10, 10, 20 and 20; nobody tracks their stock yet."""
    found = catalogue(connection, 2)
    Variant.objects.update(stock=None)
    return found


def told(variant: Variant, moves: Moves, *, place: int = HERE) -> None:
    """Enter the stock of a variant at a location: (hours ago, pieces from then on)."""
    common = {
        "shop_id": variant.shop_id,
        "connection_id": variant.connection_id,
        "inventory_item_id": variant.inventory_item_id,
        "location_vendor_id": place,
    }
    before = None
    for hours, pieces in moves:
        StockHistory.objects.create(
            before=before,
            after=pieces,
            cause="sync" if before is None else "webhook",
            vendor_updated_at=ago(hours),
            seen_at=ago(hours),
            **common,
        )
        before = pieces
    StockLevel.objects.create(available=before, vendor_updated_at=NOW, **common)
    levels = StockLevel.objects.filter(inventory_item_id=variant.inventory_item_id)
    Variant.objects.filter(pk=variant.pk).update(
        stock=sum(each.available or 0 for each in levels), cost=Decimal("9.50")
    )
    variant.refresh_from_db()
