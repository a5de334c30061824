"""Make a campaign, change one that has not begun, drop a draft."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pgtrigger
from django.db import transaction
from django.utils import timezone

from campaigns.contracts import (
    MAX_COOL_DOWN_MINUTES,
    MAX_MOVES_PER_DAY,
    MAX_PRIORITY,
    CampaignSpec,
)
from campaigns.enums import EDITABLE, CampaignState
from campaigns.models import Campaign, CampaignStateChange
from campaigns.services.starting import look_at
from campaigns.specs import spec_of
from campaigns.states import locked, tell
from campaigns.triggers import triggers_to_json
from catalog_sync.api import Selection
from foundation.audit.api import record
from pricing.api import Refused, asks_for_file, change_layer, drop_layer, make_layer

MAX_NAME = 120


@transaction.atomic
def create(
    *, shop_id: UUID, connection_id: UUID, spec: CampaignSpec, actor_id: UUID | None
) -> Campaign:
    """Make a campaign in draft; nothing happens before it is activated.

    Raises :class:`pricing.api.Refused` for what cannot be meant.
    """
    check(spec)
    campaign_id = uuid4()
    layer_id = make_layer(
        shop_id=shop_id, connection_id=connection_id, ref=campaign_id, **_layer_of(spec)
    )
    campaign = Campaign.objects.create(
        pk=campaign_id,
        shop_id=shop_id,
        connection_id=connection_id,
        layer_id=layer_id,
        created_by_id=actor_id,
        **_columns_of(spec),
    )
    CampaignStateChange.objects.create(campaign=campaign, after=campaign.state, actor_id=actor_id)
    _record("created", campaign, actor_id)
    tell(campaign)
    return campaign


@transaction.atomic
def change(*, campaign: Campaign, spec: CampaignSpec, actor_id: UUID | None) -> Campaign:
    """Change a campaign that has not begun.

    Raises :class:`pricing.api.Refused` for one that has, for what cannot be meant, and for a
    scheduled one that would never begin.
    """
    row = locked(campaign.pk)
    if row.state not in EDITABLE:
        raise Refused(
            "has_begun",
            f"The campaign is {row.get_state_display().lower()}; only a draft or a scheduled one "
            "can be changed. End it and make another one.",
        )
    check(spec)
    if row.state == CampaignState.SCHEDULED:
        look_at(_start_of(spec), shop_id=row.shop_id)
    change_layer(row.layer_id, **_layer_of(spec))
    Campaign.objects.filter(pk=row.pk).update(**_columns_of(spec))
    _record("changed", row, actor_id)
    tell(row)
    row.refresh_from_db()
    return row


@transaction.atomic
def amend(*, campaign: Campaign, changes: Mapping[str, Any], actor_id: UUID | None) -> Campaign:
    """Change only these fields of a campaign's spec; what it says already changes nothing.

    Of two at once none loses what the other has changed. Raises what :func:`change` raises.
    """
    row = locked(campaign.pk)
    spec = spec_of(row)
    wanted = replace(spec, **changes)
    return row if wanted == spec else change(campaign=row, spec=wanted, actor_id=actor_id)


@transaction.atomic
def discard(*, campaign: Campaign, actor_id: UUID | None) -> None:
    """Delete a draft. Raises :class:`pricing.api.Refused` for anything that was more than that."""
    row = locked(campaign.pk)
    if row.state != CampaignState.DRAFT or row.activated_at is not None:
        raise Refused("not_a_draft", "Only a draft can be deleted; end this campaign instead.")
    # Its history is append-only, and a draft that came back from the schedule has some.
    if row.history.count() > 1:
        raise Refused("has_history", "It was scheduled once, so its history is kept. Leave it.")
    _record("discarded", row, actor_id)
    # That it was begun is all its history says; the audit record keeps that.
    with pgtrigger.ignore("campaigns.CampaignStateChange:append_only"):
        row.history.all().delete()
    Campaign.objects.filter(pk=row.pk).delete()
    drop_layer(row.layer_id)
    tell(row)


def check(spec: CampaignSpec) -> None:
    """Raise :class:`pricing.api.Refused` for a campaign that contradicts itself."""
    if not spec.name.strip() or len(spec.name) > MAX_NAME:
        raise Refused("name_wrong", f"Give it a name of at most {MAX_NAME} characters.")
    if spec.selection.is_empty:
        raise Refused(
            "no_targets", "Say which products it is for: choose a filter, or single variants."
        )
    if spec.follows_catalogue and _moves_with_campaigns(spec.selection):
        raise Refused(
            "targets_move",
            "A campaign that follows the catalogue cannot be chosen by price or stock: it would "
            "move its own targets. Use a trigger for stock and a rule's condition for the price, "
            "or fix the list at the start.",
        )
    if not spec.triggers or not spec.rules:
        raise Refused("incomplete", "A campaign needs at least one trigger and one rule.")
    if asks_for_file(spec.rules):
        raise Refused(
            "asks_for_list",
            "A campaign asks its rules whenever something moves, so they cannot take prices from "
            "an uploaded list. Make a price job of the list, or rules without it.",
        )
    if spec.starts_at and spec.ends_at and spec.ends_at <= spec.starts_at:
        raise Refused(
            "ends_before_start", "It would end before it starts. Change one of the times."
        )
    bounds = (
        ("The priority", spec.priority, 0, MAX_PRIORITY),
        ("The cool-down in minutes", spec.cool_down_minutes, 0, MAX_COOL_DOWN_MINUTES),
        ("The moves per day", spec.moves_per_day, 1, MAX_MOVES_PER_DAY),
        ("The least margin in percent", spec.min_margin, 0, 99),
    )
    for field, value, low, high in bounds:
        if value is not None and not low <= value <= high:
            message = f"{field} must lie between {low} and {high}."
            raise Refused("number_wrong", message)


def _start_of(spec: CampaignSpec) -> dt.datetime:
    """Return when a scheduled campaign begins; it must not wait for a time that never comes."""
    if spec.starts_at is None:
        raise Refused(
            "no_start", "It is scheduled, so it needs a start time. Make it a draft to take it out."
        )
    if spec.starts_at <= timezone.now():
        raise Refused("start_over", "Its start would be over. Activate it now, or set a later one.")
    return spec.starts_at


def _moves_with_campaigns(selection: Selection) -> bool:
    bounds = (
        selection.price_min,
        selection.price_max,
        selection.stock_min,
        selection.stock_max,
    )
    return any(bound is not None for bound in bounds)


def _layer_of(spec: CampaignSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "rules": spec.rules,
        "priority": spec.priority,
        "builds_on": spec.builds_on,
        "outside_edits": spec.outside_edits,
        "min_margin": spec.min_margin,
    }


def _columns_of(spec: CampaignSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "selection": spec.selection.to_query(),
        "follows_catalogue": spec.follows_catalogue,
        "triggers": triggers_to_json(spec.triggers),
        "cool_down_minutes": spec.cool_down_minutes,
        "moves_per_day": spec.moves_per_day,
        "starts_at": spec.starts_at,
        "ends_at": spec.ends_at,
    }


def _record(verb: str, campaign: Campaign, actor_id: UUID | None) -> None:
    record(
        f"campaigns.campaign.{verb}",
        shop_id=campaign.shop_id,
        actor_id=actor_id,
        object_type="campaign",
        object_id=campaign.pk,
        details={"name": campaign.name},
    )
