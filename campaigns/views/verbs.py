"""What people do to a campaign, from its start to its end."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from campaigns import services
from campaigns.models import Campaign
from foundation.shops.api import Role, ShopRequest, onward, shop_page
from pricing.api import IllegalMove, Refused

from .reading import campaign_or_404

MOST_REASON = 300


def act(
    request: ShopRequest, campaign: Campaign, verb: Callable[[], Any], said: str
) -> HttpResponse:
    """Do it once and say so; whatever was refused is said instead, and nothing was changed."""
    try:
        verb()
    except Refused as refused:
        messages.error(request, refused.message)
    except IllegalMove as illegal:
        messages.info(request, f"{illegal} Somebody was quicker, or it was sent twice.")
    else:
        if said:
            messages.success(request, said)
    return onward(request, "campaigns:campaign", campaign_id=campaign.pk)


def reason_of(request: ShopRequest) -> str:
    """Return the posted reason, cut to what is kept of one."""
    return request.POST.get("reason", "").strip()[:MOST_REASON]


@require_POST
@shop_page(Role.EDITOR)
def activate_campaign(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Let it begin now, after the shop was asked whether we hear what happens there."""
    campaign = campaign_or_404(request, campaign_id)
    return act(
        request,
        campaign,
        lambda: services.activate(campaign=campaign, actor_id=request.user.pk),
        "It has begun. Its variants are being looked at; prices follow.",
    )


@require_POST
@shop_page(Role.EDITOR)
def schedule_campaign(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Let it begin by itself at its start."""
    campaign = campaign_or_404(request, campaign_id)
    return act(
        request,
        campaign,
        lambda: services.schedule(campaign=campaign, actor_id=request.user.pk),
        "Scheduled. It begins by itself at its start.",
    )


@require_POST
@shop_page(Role.EDITOR)
def unschedule_campaign(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Make it a draft again."""
    campaign = campaign_or_404(request, campaign_id)
    return act(
        request,
        campaign,
        lambda: services.unschedule(campaign=campaign, actor_id=request.user.pk),
        "It is a draft again and does not begin by itself.",
    )


@require_POST
@shop_page(Role.EDITOR)
def pause_campaign(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Freeze its prices as they are."""
    campaign = campaign_or_404(request, campaign_id)
    return act(
        request,
        campaign,
        lambda: services.pause(
            campaign=campaign, actor_id=request.user.pk, reason=reason_of(request)
        ),
        "Paused. Its prices stay as they are until it goes on, or ends.",
    )


@require_POST
@shop_page(Role.EDITOR)
def resume_campaign(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Let it go on; what moved meanwhile is looked at now."""
    campaign = campaign_or_404(request, campaign_id)
    return act(
        request,
        campaign,
        lambda: services.resume(campaign=campaign, actor_id=request.user.pk),
        "It goes on. What moved meanwhile is looked at now.",
    )


@require_POST
@shop_page(Role.EDITOR)
def discard_campaign(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Delete a draft."""
    campaign = campaign_or_404(request, campaign_id)
    try:
        services.discard(campaign=campaign, actor_id=request.user.pk)
    except (Refused, IllegalMove) as refused:
        messages.error(request, str(refused))
        return redirect("campaigns:campaign", campaign_id=campaign.pk)
    messages.success(request, f"The draft “{campaign.name}” was deleted.")
    return redirect("campaigns:list")


@require_POST
@shop_page(Role.EDITOR)
def switch_variants(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Switch one variant, or all of them, on or off by hand."""
    campaign = campaign_or_404(request, campaign_id)
    on = request.POST.get("on") == "1"
    named = _variants(request)

    def switch() -> None:
        count = services.switch(
            campaign=campaign,
            on=on,
            actor_id=request.user.pk,
            variant_ids=None if request.POST.get("all") == "1" else named,
        )
        word = "on" if on else "off"
        messages.success(request, f"{_counted(count)} switched {word} by hand.")

    return act(request, campaign, switch, "")


@require_POST
@shop_page(Role.EDITOR)
def take_variants_back_in(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Let the campaign have variants again that it leaves alone since they were edited outside."""
    campaign = campaign_or_404(request, campaign_id)

    def take() -> None:
        count = services.take_back_in(
            campaign=campaign, variant_ids=_variants(request), actor_id=request.user.pk
        )
        messages.success(request, f"{_counted(count)} taken in again.")

    return act(request, campaign, take, "")


def _counted(count: int) -> str:
    return "1 variant was" if count == 1 else f"{count:,} variants were"


def _variants(request: ShopRequest) -> list[UUID]:
    """Return the variants that were named; what is no id is left out."""
    named = []
    for each in request.POST.getlist("variant"):
        try:
            named.append(UUID(each))
        except ValueError:
            continue
    return named
