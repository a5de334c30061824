"""Reads of campaigns for the list and for a campaign's own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from campaigns.enums import LAID, OVER, CampaignState, PauseCause
from campaigns.models import Campaign, CampaignStateChange
from foundation.shops.api import ConnectionState

OVER_TAB = "over"
"""Under this name the list shows what is ended, rolling back and rolled back."""


@dataclass(frozen=True, slots=True)
class CampaignFilter:
    """What the list is narrowed to; all of it comes from the URL."""

    state: str = ""
    text: str = ""


def campaigns_matching(shop_id: UUID, chosen: CampaignFilter) -> QuerySet[Campaign]:
    """Return a shop's campaigns with layer and connection."""
    rows: QuerySet[Campaign] = Campaign.objects.for_shop(shop_id)
    if chosen.text:
        rows = rows.filter(name__icontains=chosen.text)
    if chosen.state == OVER_TAB:
        rows = rows.filter(state__in=OVER)
    elif chosen.state:
        rows = rows.filter(state=chosen.state)
    return rows.select_related("layer", "connection")


def counted(shop_id: UUID, text: str = "") -> Mapping[str, int]:
    """Count a shop's campaigns by state; ``OVER_TAB`` are those that are over. One query."""
    rows = campaigns_matching(shop_id, CampaignFilter(text=text)).order_by()
    counts: dict[str, int] = dict(
        rows.values("state").annotate(count=Count("pk")).values_list("state", "count")
    )
    counts[OVER_TAB] = sum(counts.get(state, 0) for state in OVER)
    return counts


def open_campaigns(shop_id: UUID, *, limit: int) -> list[Campaign]:
    """Return the campaigns that run, rest or will begin, the latest first. One query."""
    rows = Campaign.objects.for_shop(shop_id).filter(state__in=(*LAID, CampaignState.SCHEDULED))
    return list(rows.order_by("-created_at", "-pk")[:limit])


def history_of(campaign: Campaign) -> Sequence[CampaignStateChange]:
    """Return what states a campaign went through, the oldest first, with who moved it."""
    return list(campaign.history.select_related("actor"))


@dataclass(frozen=True, slots=True)
class Removed:
    """Campaigns of a shop that stand still because the app was removed.

    ``back`` of them could go on: their connection works again.
    """

    waiting: int
    back: int


def removed(shop_id: UUID) -> Removed:
    """Count the campaigns that the app's removal paused. One query."""
    rows = Campaign.objects.for_shop(shop_id).filter(
        state=CampaignState.PAUSED, paused_cause=PauseCause.APP_REMOVED
    )
    works = ~Q(connection__state=ConnectionState.PARKED)
    found: dict[str, Any] = rows.aggregate(waiting=Count("pk"), back=Count("pk", works))
    return Removed(**found)


def back_again(shop_id: UUID, *, limit: int) -> Sequence[Campaign]:
    """Return the campaigns that the app's removal paused and that could go on, the oldest first."""
    rows = Campaign.objects.for_shop(shop_id).filter(
        state=CampaignState.PAUSED, paused_cause=PauseCause.APP_REMOVED
    )
    rows = rows.exclude(connection__state=ConnectionState.PARKED)
    return list(rows.order_by("created_at", "pk")[:limit])
