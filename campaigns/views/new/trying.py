"""What a campaign would do: while it is typed, looked over, and before it is activated."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from campaigns import services
from campaigns.contracts import CampaignSpec, Overlap
from campaigns.forms.new import DAYS, TRIED_DAYS
from campaigns.membership import matching
from campaigns.presenting import OverlapRow, day_bars, pace_said, rules_said
from campaigns.queries.overlaps import Place, overlaps_of, overlaps_with
from campaigns.specs import spec_of
from campaigns.triggers import triggers_words
from campaigns.trying import try_past, try_today
from campaigns.views.reading import campaign_or_404
from catalog_sync.api import location_names
from foundation.shops.api import Role, ShopRequest, shop_page
from pricing.api import Refused, known_zone, rules_words
from pricing.forms.api import take_over, variants_of

from .shown import SHOWN, UNNAMED, campaign_named, form_of, keep, shown

MOST_TODAY = 5_000
MOST_PAST = 500


@require_POST
@shop_page(Role.EDITOR)
def preview_campaign(request: ShopRequest) -> HttpResponse:
    """Return what the form as it stands would do now; asked by htmx at each keystroke."""
    data = request.POST.copy()
    took = take_over(request.shop.pk, data)
    campaign = campaign_named(request, str(data.get("campaign") or ""))
    form = form_of(request, data, campaign)
    form.is_valid()
    # What is changed is a draft itself.
    note = keep(request, form) if campaign is None else ""
    context = {
        **shown(request, form, taken_over=took),
        "oob": True,
        "checked": True,
        "took": took,
        "note": took.missing or note,
        "renewed": data.get("draft") != request.POST.get("draft"),
        "follow_error": _follow_error(form.spec(name=UNNAMED)),
    }
    return render(request, "campaigns/new/answer.html", context)


def _follow_error(spec: CampaignSpec | None) -> str:
    """Say at once what saving would refuse about the targets."""
    if spec is not None:
        try:
            services.check(spec)
        except Refused as refused:
            return refused.message if refused.code == "targets_move" else ""
    return ""


@require_POST
@shop_page(Role.EDITOR)
def review_campaign(request: ShopRequest) -> HttpResponse:
    """Return the words of everything, the campaigns it would meet, and its last days."""
    data = request.POST.copy()
    campaign = campaign_named(request, str(data.get("campaign") or ""))
    form = form_of(request, data, campaign)
    form.is_valid()
    spec, connection_id = form.spec(name=UNNAMED), form.connection_id
    if spec is None or connection_id is None:
        return render(request, "campaigns/new/review.html", {"incomplete": True})
    place = Place(
        spec.priority,
        campaign.layer.created_at if campaign else None,
        campaign.pk if campaign else None,
    )
    overlaps = overlaps_with(request.shop.pk, connection_id, spec.selection, place)
    rows = variants_of(request.shop.pk, form)
    context = _trial(request, spec, rows, overlaps, form.back)
    return render(request, "campaigns/new/review.html", context)


@require_safe
@shop_page()
def trial(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Return what a campaign that has not begun would do, and would have done; asked by htmx."""
    campaign = campaign_or_404(request, campaign_id)
    said = request.GET.get("days", "")
    days = int(said) if said in {str(each) for each in DAYS} else TRIED_DAYS
    spec = spec_of(campaign)
    context = _trial(request, spec, matching(campaign), overlaps_of(campaign), days)
    now = timezone.now()
    context |= {
        "campaign": campaign,
        "tried": try_today(
            shop_id=request.shop.pk,
            rows=matching(campaign),
            spec=spec,
            now=now,
            most=MOST_TODAY,
            shown=SHOWN,
            locations=location_names(request.shop.pk),
        ),
    }
    return render(request, "campaigns/trial.html", context)


def _trial(
    request: ShopRequest,
    spec: CampaignSpec,
    rows: QuerySet[Any],
    overlaps: Sequence[Overlap],
    days: int,
) -> dict[str, Any]:
    zone, now = known_zone(request.shop.timezone), timezone.now()
    past = try_past(
        shop_id=request.shop.pk, rows=rows, spec=spec, zone=zone, now=now, days=days, most=MOST_PAST
    )
    places = location_names(request.shop.pk)
    return {
        "past": past,
        "bars": day_bars(past.sums.puts_per_day),
        "days": DAYS,
        "back": days,
        "asked": spec.cool_down_minutes,
        "overlaps": [OverlapRow.of(each, builds_on=spec.builds_on) for each in overlaps],
        "own_name": spec.name,
        "own_priority": spec.priority,
        "trigger_words": triggers_words(spec.triggers, places),
        "rule_words": rules_said(rules_words(spec.rules, request.shop.currency, places)),
        "pace_words": pace_said(spec.cool_down_minutes, spec.moves_per_day),
        "spec": spec,
    }
