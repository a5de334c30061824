"""Edits made outside of prices that campaigns show: logged, remembered, reported.

What becomes of the price has been decided already, by the campaign's policy (``pricing``).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from campaigns.enums import MoveCause, MoveKind
from campaigns.membership import recount
from campaigns.models import Campaign, CampaignMove, CampaignVariant
from campaigns.states import tell
from foundation.alerts.api import open_alert
from foundation.tracing import current_request_id
from pricing.api import OutsideEditPolicy


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody set ``price`` (in the shop's currency) on a variant that ``layers`` lay on."""

    variant_id: UUID
    policy: OutsideEditPolicy
    price: str
    at: dt.datetime
    layers: tuple[UUID, ...]


@transaction.atomic
def note_edits(*, shop_id: UUID, edits: Sequence[Edit]) -> int:
    """Enter edits in the log of the campaigns concerned; returns how many entries there are."""
    layers = {each for edit in edits for each in edit.layers}
    campaigns = {
        row.layer_id: row
        for row in Campaign.objects.for_shop(shop_id)
        .filter(layer_id__in=layers)
        .order_by("pk")
        .select_for_update(of=("self",))
    }
    entries = []
    for edit in edits:
        adopted = edit.policy is OutsideEditPolicy.ADOPT
        for layer in edit.layers:
            campaign = campaigns.get(layer)
            if campaign is None:
                continue
            if adopted:
                CampaignVariant.objects.filter(
                    campaign=campaign, variant_id=edit.variant_id
                ).update(on=False, let_go_at=timezone.now())
            entries.append(
                CampaignMove(
                    shop_id=shop_id,
                    campaign=campaign,
                    variant_id=edit.variant_id,
                    kind=MoveKind.LET_GO if adopted else MoveKind.OVERRULED,
                    cause=MoveCause.OUTSIDE_EDIT,
                    why=f"Somebody set {edit.price} in Shopify; "
                    + (
                        "it is kept, and the campaign leaves it alone."
                        if adopted
                        else "it is the own price now, and the campaign stays over it."
                    ),
                    request_id=current_request_id(),
                )
            )
    CampaignMove.objects.bulk_create(entries)
    recount([row.pk for row in campaigns.values()])
    for row in campaigns.values():
        _report(row, [entry for entry in entries if entry.campaign_id == row.pk])
    return len(entries)


def _report(campaign: Campaign, entries: Sequence[CampaignMove]) -> None:
    open_alert(
        shop_id=campaign.shop_id,
        key=f"campaign-edits:{campaign.pk}",
        severity="info",
        title=f"Prices of {campaign.name} were edited in Shopify",
        body=f"{entries[-1].why} Whatever was edited is kept, and listed on the campaign's page.",
        url=f"/campaigns/{campaign.pk}/?show=edits",
    )
    tell(campaign)
