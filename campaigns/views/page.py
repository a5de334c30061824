"""One campaign's page in every state."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.enums import EDITABLE, CampaignState
from campaigns.models import Campaign
from campaigns.presenting import OverlapRow, effect_chart, pace_words, rules_said
from campaigns.queries import campaigns as queries
from campaigns.queries import effects
from campaigns.queries.overlaps import overlaps_of
from campaigns.triggers import read_triggers, triggers_words
from catalog_sync.api import location_names, step_chart
from foundation.shops.api import ShopRequest, shop_page
from pricing.api import read_rules, rules_words, selection_words

from .reading import campaign_or_404
from .status import basics_of, status_of
from .tables import tables

DRAWN = 3
"""Variants whose price and stock are drawn."""
LONGEST = dt.timedelta(days=30)
"""How far back pictures go."""
SHORTEST = dt.timedelta(minutes=2)
"""How long pictures go on, at least, when a campaign is over: its prices go back meanwhile."""


@require_safe
@shop_page()
def campaign_page(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Show one campaign by its state; htmx asks for what changes by itself only."""
    campaign = campaign_or_404(request, campaign_id)
    match request.headers.get("HX-Target"):
        case "rows":
            context = {**basics_of(request, campaign), **tables(request, campaign)}
            return render(request, "campaigns/table.html", context)
        case "effect":
            context = {**basics_of(request, campaign), **effect_of(campaign)}
            return render(request, "campaigns/effect.html", context)
    if request.headers.get("HX-Request"):
        answer = render(request, "campaigns/status.html", status_of(request, campaign))
        if request.GET.get("seen") != campaign.state:
            # Another state is another page: tables, buttons and history are not part of this.
            answer["HX-Refresh"] = "true"
        return answer
    status = status_of(request, campaign)
    context = {
        **status,
        **tables(request, campaign, status["counts"]),
        **effect_of(campaign),
        **asked_for(request, campaign),
        "title": campaign.name,
        "crumbs": [("Campaigns", reverse("campaigns:list"))],
        "history": queries.history_of(campaign),
        "overlaps": _overlaps(campaign),
        "own_priority": campaign.layer.priority,
    }
    return render(request, "campaigns/campaign.html", context)


def effect_of(campaign: Campaign) -> dict[str, Any]:
    """Return the pictures of what the campaign did; nothing before it begins."""
    if campaign.activated_at is None:
        return {}
    until, since = _drawn(campaign, timezone.now())
    on = step_chart(effects.on_over_time(campaign, until), until=until)
    return {
        # One that was over in a moment was on nothing that could be drawn.
        "on_chart": on if on is not None and on.highest else None,
        "effects": [
            (each, chart)
            for each in effects.most_moved(campaign, since, limit=DRAWN)
            if (chart := effect_chart(each.prices, each.stock, since=since, until=until))
        ],
    }


def _drawn(campaign: Campaign, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return until when and since when pictures go: what is over is followed a while longer."""
    over, began = campaign.over_at or now, campaign.activated_at or now
    since = max(began, over - LONGEST)
    return min(now, over + max((over - since) / 10, SHORTEST)), since


def asked_for(request: ShopRequest, campaign: Campaign) -> dict[str, Any]:
    """Return what the campaign is, in words."""
    places = location_names(request.shop.pk)
    rules = read_rules([rule.definition for rule in campaign.layer.rules.all()])
    return {
        "selection": selection_words(campaign.selection),
        "trigger_words": triggers_words(read_triggers(campaign.triggers), places),
        "rule_words": rules_said(rules_words(rules, request.shop.currency, places)),
        "pace_words": pace_words(campaign),
    }


def _overlaps(campaign: Campaign) -> list[OverlapRow]:
    if CampaignState(campaign.state) not in EDITABLE:
        return []
    return [
        OverlapRow.of(each, builds_on=campaign.layer.builds_on) for each in overlaps_of(campaign)
    ]
