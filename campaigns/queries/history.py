"""Reads of one variant across all campaigns."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from campaigns.enums import LAID
from campaigns.models import CampaignMove, CampaignVariant


def campaigns_of(shop_id: UUID, variant_id: UUID) -> Sequence[CampaignVariant]:
    """Return what the campaigns that run know of a variant, the highest first. One query."""
    rows = CampaignVariant.objects.filter(
        variant_id=variant_id, campaign__shop_id=shop_id, campaign__state__in=LAID
    ).select_related("campaign__layer", "variant__covered")
    return list(
        rows.order_by("-campaign__layer__priority", "campaign__layer__created_at", "campaign_id")
    )


def moves_of_variant(shop_id: UUID, variant_id: UUID) -> QuerySet[CampaignMove]:
    """Return what happened to a variant under all campaigns, with campaign and person."""
    rows: QuerySet[CampaignMove] = CampaignMove.objects.for_shop(shop_id)
    return rows.filter(variant_id=variant_id).select_related("campaign", "actor")
