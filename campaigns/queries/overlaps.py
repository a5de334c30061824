"""Which other campaigns are, or will be, on the same variants, in the order in which they apply."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from campaigns.contracts import Overlap
from campaigns.enums import EDITABLE, LAID, CampaignState
from campaigns.models import Campaign, CampaignVariant
from catalog_sync.api import Selection, variants_matching

COMPARED: Final = 20
"""Campaigns that have not begun whose targets are compared, scheduled ones first."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a campaign lies among others: the higher priority, of equal ones the older.

    ``begun`` None: it is not made yet, so every other one is older.
    """

    priority: int
    begun: dt.datetime | None = None
    campaign_id: UUID | None = None

    def below(self, other: Campaign) -> bool:
        """Whether another one's price shows where both lie."""
        if other.layer.priority != self.priority:
            return other.layer.priority > self.priority
        return self.begun is None or other.layer.created_at < self.begun


def overlaps_with(
    shop_id: UUID, connection_id: UUID, selection: Selection, place: Place
) -> Sequence[Overlap]:
    """Return the other campaigns of the account that are about some of these variants.

    Those that run are known by their variants, those that have not begun by their targets. The
    highest first. Four queries, however many there are.
    """
    meant = variants_matching(shop_id, selection).filter(connection_id=connection_id)
    others = Campaign.objects.for_shop(shop_id).filter(connection_id=connection_id)
    others = others.exclude(Q(pk=place.campaign_id)).select_related("layer")
    return _in_order(
        [
            _overlap(each, count, place)
            for each, count in (*_running(others, meant), *_coming(shop_id, others, meant))
            if count
        ]
    )


def overlaps_of(campaign: Campaign) -> Sequence[Overlap]:
    """Return the other campaigns about a campaign's variants; see :func:`overlaps_with`."""
    layer = campaign.layer
    return overlaps_with(
        campaign.shop_id,
        campaign.connection_id,
        Selection.from_query(campaign.selection),
        Place(layer.priority, layer.created_at, campaign.pk),
    )


def _running(others: QuerySet[Campaign], meant: QuerySet[Any]) -> list[tuple[Campaign, int]]:
    running = {each.pk: each for each in others.filter(state__in=LAID)}
    if not running:
        return []
    members = CampaignVariant.objects.filter(
        campaign_id__in=list(running), variant_id__in=meant.values("pk")
    )
    counts = members.values("campaign_id").annotate(count=Count("pk")).order_by()
    return [(running[row["campaign_id"]], row["count"]) for row in counts]


def _coming(
    shop_id: UUID, others: QuerySet[Campaign], meant: QuerySet[Any]
) -> list[tuple[Campaign, int]]:
    rank = Case(
        When(state=CampaignState.SCHEDULED, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    coming = others.filter(state__in=EDITABLE).order_by(rank, "-created_at", "pk")[:COMPARED]
    shared = {
        f"of_{place}": Count(
            "pk",
            filter=Q(
                pk__in=variants_matching(shop_id, Selection.from_query(each.selection)).values("pk")
            ),
        )
        for place, each in enumerate(coming)
    }
    if not shared:
        return []
    return list(zip(coming, meant.order_by().aggregate(**shared).values(), strict=True))


def _overlap(other: Campaign, variants: int, place: Place) -> tuple[Overlap, Campaign]:
    said = Overlap(
        campaign_id=other.pk,
        name=other.name,
        state=other.state,
        priority=other.layer.priority,
        builds_on=other.layer.builds_on,
        variants=variants,
        above=place.below(other),
    )
    return said, other


def _in_order(found: Sequence[tuple[Overlap, Campaign]]) -> list[Overlap]:
    ordered = sorted(
        found, key=lambda each: (-each[1].layer.priority, each[1].layer.created_at, each[1].pk)
    )
    return [overlap for overlap, _ in ordered]
