"""End a campaign or roll it back: first what becomes of each price, then the deed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from campaigns import services
from campaigns.models import Campaign
from campaigns.presenting import may
from campaigns.queries import variants
from campaigns.queries.taking_back import taking_back
from foundation.shops.api import Role, ShopRequest, shop_page

from .reading import campaign_or_404
from .verbs import act, reason_of

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.EDITOR)
def end_campaign(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Show what ending does to each price, or end it."""
    return _show_or_do(
        request,
        campaign_id,
        "end",
        services.end,
        "It has ended. Its prices are being taken away.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.EDITOR)
def roll_back_campaign(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Show what rolling back does to each price, or do it."""
    return _show_or_do(
        request,
        campaign_id,
        "roll_back",
        services.roll_back,
        "Its prices are being taken back.",
    )


def _show_or_do(
    request: ShopRequest, campaign_id: UUID, verb: str, service: Callable[..., Any], said: str
) -> HttpResponse:
    campaign = campaign_or_404(request, campaign_id)
    if request.method == "POST":
        reason = reason_of(request)
        return act(
            request,
            campaign,
            lambda: service(campaign=campaign, actor_id=request.user.pk, reason=reason),
            said,
        )
    if verb not in may(campaign):
        return redirect("campaigns:campaign", campaign_id=campaign.pk)
    return render(request, "campaigns/taking_back.html", _context(request, campaign, verb))


def _context(request: ShopRequest, campaign: Campaign, verb: str) -> dict[str, Any]:
    found = taking_back(campaign, now=timezone.now(), shown=SHOWN)
    ending = verb == "end"
    return {
        "title": f"{'End' if ending else 'Roll back'} {campaign.name}?",
        "lead": "What the shop shows now, and what it would show after. Nothing is written before "
        "you confirm.",
        "crumbs": [
            ("Campaigns", reverse("campaigns:list")),
            (campaign.name, reverse("campaigns:campaign", kwargs={"campaign_id": campaign.pk})),
        ],
        "campaign": campaign,
        "ending": ending,
        "found": found,
        "rows": [(each, found.name_of(each)) for each in found.rows],
        "left": variants.counts_of(campaign).left,
        "frozen": request.shop.frozen_at is not None,
        "parked": campaign.connection.state == "parked",
    }
