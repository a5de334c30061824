"""What a person decides about single variants: switch them on and off, take them in again."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from campaigns import pending
from campaigns.enums import CampaignState, MoveCause, MoveKind
from campaigns.evaluating import evaluate_variants
from campaigns.models import Campaign, CampaignMove, CampaignVariant
from campaigns.states import locked
from campaigns.triggers import TriggerKind, read_triggers
from foundation.audit.api import record
from pricing.api import IllegalMove, Refused
from pricing.api import take_back_in as let_layer_back

MOST = 1_000
"""Variants that are evaluated while the person waits."""


@transaction.atomic
def switch(
    *, campaign: Campaign, on: bool, actor_id: UUID | None, variant_ids: Sequence[UUID] | None
) -> int:
    """Switch variants of a campaign on or off by hand; returns how many were switched.

    ``variant_ids`` None: all of them. Raises :class:`pricing.api.Refused` for a campaign without
    a trigger "by hand", :class:`pricing.api.IllegalMove` for one that is not active.
    """
    row = _active(campaign)
    if not any(each.kind is TriggerKind.BY_HAND for each in read_triggers(row.triggers)):
        raise Refused(
            "not_by_hand", "This campaign has no trigger “by hand”; its triggers decide alone."
        )
    rows = CampaignVariant.objects.filter(campaign=row).exclude(by_hand=on)
    if variant_ids is not None:
        rows = rows.filter(variant_id__in=variant_ids)
    switched = list(rows.values_list("variant_id", flat=True))
    rows.update(by_hand=on)
    if len(switched) <= MOST:
        evaluate_variants(
            shop_id=row.shop_id,
            connection_id=row.connection_id,
            causes=dict.fromkeys(switched, MoveCause.PERSON),
            among=[row.pk],
        )
    else:
        # More than a person should wait for: piece by piece, in a moment.
        pending.note(
            shop_id=row.shop_id,
            connection_id=row.connection_id,
            causes=dict.fromkeys(switched, MoveCause.PERSON),
        )
    _record("switched_on" if on else "switched_off", row, actor_id, len(switched))
    return len(switched)


@transaction.atomic
def take_back_in(*, campaign: Campaign, variant_ids: Sequence[UUID], actor_id: UUID | None) -> int:
    """Let a campaign have variants again that it left alone since they were edited outside.

    The edited price is their own price now. Returns how many were taken in.
    """
    row = _active(campaign)
    rows = CampaignVariant.objects.filter(
        campaign=row, variant_id__in=variant_ids, let_go_at__isnull=False
    )
    taken = list(rows.values_list("variant_id", flat=True))
    if not taken:
        return 0
    rows.update(let_go_at=None)
    let_layer_back(row.layer_id, taken)
    CampaignMove.objects.bulk_create(
        CampaignMove(
            shop_id=row.shop_id,
            campaign=row,
            variant_id=each,
            kind=MoveKind.BACK_IN,
            cause=MoveCause.PERSON,
            actor_id=actor_id,
        )
        for each in taken
    )
    evaluate_variants(
        shop_id=row.shop_id,
        connection_id=row.connection_id,
        causes=dict.fromkeys(taken, MoveCause.PERSON),
        among=[row.pk],
    )
    _record("taken_back_in", row, actor_id, len(taken))
    return len(taken)


def _active(campaign: Campaign) -> Campaign:
    row = locked(campaign.pk)
    if row.state != CampaignState.ACTIVE:
        message = f"The campaign is {row.get_state_display().lower()}; let it be active first."
        raise IllegalMove(message)
    return row


def _record(verb: str, campaign: Campaign, actor_id: UUID | None, variants: int) -> None:
    record(
        f"campaigns.campaign.{verb}",
        shop_id=campaign.shop_id,
        actor_id=actor_id,
        object_type="campaign",
        object_id=campaign.pk,
        details={"variants": variants},
    )
