"""Reads of the variants of one campaign, and of what happened to them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from campaigns.enums import MoveKind
from campaigns.models import Campaign, CampaignMove, CampaignVariant
from catalog_sync.api import variants_found

EDITS = (MoveKind.LET_GO, MoveKind.OVERRULED, MoveKind.BACK_IN)

HOLDS = Q(holding__len__gt=0)
LEFT_ALONE = Q(let_go_at__isnull=False)
# Its triggers say the one thing and its price still shows the other: the pace has it wait.
WAITS = Q(let_go_at=None) & ((HOLDS & Q(on=False)) | (~HOLDS & Q(on=True)))
SHOWN = {
    "on": Q(on=True),
    "waiting": WAITS,
    "left": LEFT_ALONE,
    "off": Q(on=False),
    "all": Q(),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many variants of a campaign wait for their turn, and how many it leaves alone."""

    waiting: int
    left: int


def counts_of(campaign: Campaign) -> Counts:
    """Count what the campaign's own counters do not. One query."""
    found: dict[str, Any] = CampaignVariant.objects.filter(campaign=campaign).aggregate(
        waiting=Count("pk", WAITS), left=Count("pk", LEFT_ALONE)
    )
    return Counts(**found)


def variants_of(campaign: Campaign, shown: str, text: str = "") -> QuerySet[CampaignVariant]:
    """Return a campaign's variants as ``SHOWN`` names them, with product and own price."""
    rows = CampaignVariant.objects.filter(SHOWN[shown], campaign=campaign)
    if text:
        found = variants_found(campaign.shop_id, text)
        rows = rows.filter(variant_id__in=found.values("pk"))
    return rows.select_related("variant__product", "variant__covered")


def moves_of(campaign: Campaign, *, edits: bool = False, text: str = "") -> QuerySet[CampaignMove]:
    """Return what happened under a campaign, with variant and person; ``edits`` outside only."""
    rows: QuerySet[CampaignMove] = CampaignMove.objects.for_shop(campaign.shop_id)
    rows = rows.filter(campaign=campaign)
    if edits:
        rows = rows.filter(kind__in=EDITS)
    if text:
        found = variants_found(campaign.shop_id, text)
        rows = rows.filter(variant_id__in=found.values("pk"))
    return rows.select_related("variant__product", "actor")


def left_alone(campaign: Campaign, variant_ids: list[UUID]) -> set[UUID]:
    """Return those of these variants that the campaign leaves alone. One query."""
    rows = CampaignVariant.objects.filter(LEFT_ALONE, campaign=campaign, variant_id__in=variant_ids)
    return set(rows.values_list("variant_id", flat=True))
