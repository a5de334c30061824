"""What the upper part of a campaign's page shows, and what may be done with the campaign there."""

import datetime as dt
from typing import Any

from django.utils import timezone

from campaigns.enums import EDITABLE, LAID, CampaignState, PauseCause
from campaigns.models import Campaign
from campaigns.presenting import STATE_TONES, may
from campaigns.queries import settling, variants
from campaigns.triggers import TriggerKind
from catalog_sync.api import last_reconciliations
from foundation.outbound.api import budget_gauge
from foundation.shops.api import ConnectionState, Role, ShopRequest
from pricing.api import (
    Moment,
    given_away,
    known_zone,
    writing_of_campaign,
    written_by_campaign,
)

LOW_PERCENT = 25
S = CampaignState


def basics_of(request: ShopRequest, campaign: Campaign) -> dict[str, Any]:
    """Return what every part of the page says of the campaign. No query."""
    state, editor = CampaignState(campaign.state), request.role.may(Role.EDITOR)
    return {
        "campaign": campaign,
        "layer": campaign.layer,
        "here": request.get_full_path(),
        "state": str(state),
        "state_label": state.label,
        "state_tone": STATE_TONES.get(state, "neutral"),
        "verbs": may(campaign) if editor else frozenset(),
        "may_edit": editor,
        "by_hand": any(each.get("kind") == TriggerKind.BY_HAND for each in campaign.triggers),
    }


def status_of(request: ShopRequest, campaign: Campaign) -> dict[str, Any]:
    """Return what is read again every few seconds; nothing in it is typed into."""
    state = CampaignState(campaign.state)
    laid, begun = state in LAID, campaign.activated_at is not None
    shop_id = request.shop.pk
    writing = writing_of_campaign(shop_id, campaign.pk) if begun else None
    gauge = budget_gauge(campaign.connection_id) if laid or writing else None
    return {
        **basics_of(request, campaign),
        "frozen": request.shop.frozen_at is not None,
        "parked": campaign.connection.state == ConnectionState.PARKED,
        "app_removed": campaign.paused_cause == PauseCause.APP_REMOVED,
        "begins": _moment(request, campaign.starts_at) if state in EDITABLE else None,
        "ends": _moment(request, campaign.ends_at) if state in {*EDITABLE, *LAID} else None,
        "counts": variants.counts_of(campaign) if laid else None,
        "given": given_away(campaign.layer_id) if laid else None,
        "written": written_by_campaign(shop_id, campaign.pk) if begun else None,
        "writing": writing,
        "settling": settling.settling_of(campaign) if begun else None,
        "reconciled": last_reconciliations(shop_id).get(campaign.connection_id) if laid else None,
        "budget": {"gauge": gauge, "low": gauge.percent < LOW_PERCENT} if gauge else None,
    }


def _moment(request: ShopRequest, at: dt.datetime | None) -> Moment | None:
    if at is None:
        return None
    return Moment.of(at, known_zone(request.shop.timezone), timezone.now())
