"""Which variants a campaign is about: what its selection matches, kept in rows.

Rows make a stock event find its campaigns by the variant, whatever the filters say, and let a
product that joins or leaves a filter be told apart from one that was there all along.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from catalog_sync.api import (
    CATALOGUE_ORDER,
    Selection,
    compile_selection,
    selection_facts,
    variants_matching,
)

from .enums import CampaignState
from .models import Campaign, CampaignVariant

# A subquery with an order is not flattened: rows get their ids in the catalogue's order.
_ADD: Final = """
INSERT INTO campaigns_campaignvariant (campaign_id, variant_id, last_levels)
SELECT %s, m.id, '{{}}' FROM ({matching}) m(id)
ON CONFLICT (variant_id, campaign_id) DO NOTHING
"""

_COUNT: Final = """
UPDATE campaigns_campaign c SET
  variants_total = (SELECT count(*) FROM campaigns_campaignvariant v WHERE v.campaign_id = c.id),
  variants_on = (SELECT count(*) FROM campaigns_campaignvariant v
                 WHERE v.campaign_id = c.id AND v."on")
WHERE c.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What joined campaigns and what left them, as (campaign, variant)."""

    joined: list[tuple[UUID, UUID]]
    left: list[tuple[UUID, UUID]]


def matching(campaign: Campaign) -> Any:
    """Return the variants of the mirror that the campaign's selection means now."""
    return variants_matching(campaign.shop_id, Selection.from_query(campaign.selection)).filter(
        connection_id=campaign.connection_id
    )


def take_in(campaign: Campaign) -> int:
    """Give every variant that is meant its row, in the catalogue's order; returns how many are new.

    One statement.
    """
    meant = matching(campaign).order_by(*CATALOGUE_ORDER).values("pk")
    sql, params = meant.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(matching=sql), [campaign.pk, *params])
        return int(cursor.rowcount)


def leavers(campaign: Campaign) -> list[UUID]:
    """Return the variants that have a row and are not meant any more, or are gone."""
    rows = CampaignVariant.objects.filter(campaign=campaign).exclude(
        variant_id__in=matching(campaign).values("pk")
    )
    return list(rows.values_list("variant_id", flat=True))


def changed(shop_id: UUID, connection_id: UUID, variant_ids: Sequence[UUID]) -> Moved:
    """Compare these variants with every active campaign that follows the catalogue.

    Writes nothing. Three queries, however many campaigns there are: their selections are asked of
    the variants in memory.
    """
    campaigns = Campaign.objects.filter(
        connection_id=connection_id, state=CampaignState.ACTIVE, follows_catalogue=True
    )
    meant = {
        pk: compile_selection(Selection.from_query(selection))
        for pk, selection in campaigns.values_list("pk", "selection")
    }
    there = set(
        CampaignVariant.objects.filter(
            variant_id__in=variant_ids, campaign_id__in=list(meant)
        ).values_list("campaign_id", "variant_id")
    )
    facts = selection_facts(shop_id, variant_ids)
    now = {
        (campaign_id, each.variant_id)
        for each in facts
        for campaign_id, matches in meant.items()
        if matches(each)
    }
    return Moved(joined=sorted(now - there), left=sorted(there - now))


def one_at_a_time(connection_id: UUID) -> None:
    """Wait until nobody else compares this account's variants; until the transaction ends.

    Else who compared first and wrote last would decide by what the catalogue was before.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"campaigns.membership:{connection_id}"],
        )


def add(joined: Sequence[tuple[UUID, UUID]]) -> None:
    """Give variants their rows in campaigns."""
    CampaignVariant.objects.bulk_create(
        [CampaignVariant(campaign_id=campaign, variant_id=variant) for campaign, variant in joined],
        ignore_conflicts=True,
    )


def recount(campaign_ids: Iterable[UUID]) -> None:
    """Count campaigns' variants again after rows came or went."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(campaign_ids)])
