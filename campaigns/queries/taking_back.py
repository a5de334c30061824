"""What would become of each price if a campaign ended now."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from uuid import UUID

from campaigns.models import Campaign
from pricing.api import Supposed, shown_without

LOOKED_AT: Final = 50_000
"""Variants that are worked out for one page; more are said to be more."""


@dataclass(slots=True)
class TakingBack:
    """Prices after a campaign, added up; ``rows`` are the first of each kind that changes.

    ``to_own`` go back to the merchant's own price, ``to_other`` show another campaign's instead,
    ``hidden`` stay because another campaign's price shows already, or would be the same, ``locked``
    stay because nobody may write them. ``names`` of the campaigns that would show, by id.
    """

    looked_at: int = 0
    more: bool = False
    to_own: int = 0
    to_other: int = 0
    hidden: int = 0
    locked: int = 0
    rises: int = 0
    falls: int = 0
    on_stock: Decimal = Decimal(0)
    """New less shown price, times the pieces at hand."""
    rows: list[Supposed] = field(default_factory=list)
    names: dict[UUID, str] = field(default_factory=dict)

    @property
    def changes(self) -> int:
        """How many prices are written."""
        return self.to_own + self.to_other

    def name_of(self, each: Supposed) -> str:
        """Name the campaign whose price a variant would show; empty for its own price."""
        return self.names.get(each.layer_ref, "") if each.layer_ref is not None else ""


def taking_back(campaign: Campaign, *, now: dt.datetime, shown: int) -> TakingBack:
    """Work out what ending a campaign would do; the first ``shown`` prices that change are kept.

    Read as a stream; nothing is written. Two queries, and those of the layers that are met.
    """
    found = TakingBack()
    for each in shown_without(campaign.shop_id, campaign.layer_id, now=now):
        if found.looked_at == LOOKED_AT:
            found.more = True
            break
        found.looked_at += 1
        _count(found, each)
        if each.changes and len(found.rows) < shown:
            found.rows.append(each)
    found.names = _names(campaign.shop_id, found.rows)
    return found


def _count(found: TakingBack, each: Supposed) -> None:
    if each.locked:
        found.locked += 1
    elif not each.changes:
        found.hidden += 1
    elif each.layer_ref is None:
        found.to_own += 1
    else:
        found.to_other += 1
    if each.changes:
        difference = each.would.price - each.shown.price
        found.rises += difference > 0
        found.falls += difference < 0
        found.on_stock += difference * max(each.stock or 0, 0)


def _names(shop_id: UUID, rows: Sequence[Supposed]) -> dict[UUID, str]:
    refs = {each.layer_ref for each in rows if each.layer_ref is not None}
    if not refs:
        return {}
    return dict(Campaign.objects.for_shop(shop_id).filter(pk__in=refs).values_list("pk", "name"))
