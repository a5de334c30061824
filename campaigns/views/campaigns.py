"""The list of campaigns, and what is done to all that match."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from campaigns import services
from campaigns.enums import MOVES, CampaignState
from campaigns.forms.filters import CampaignFilterForm
from campaigns.models import Campaign
from campaigns.presenting import STATE_TONES, CampaignRow
from campaigns.queries import campaigns as queries
from catalog_sync.api import location_names
from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.tabs import TabLink, link
from pricing.api import IllegalMove, Refused

MOST_AT_ONCE = 200
S = CampaignState
TABS = ("", S.ACTIVE, S.SCHEDULED, S.PAUSED, S.DRAFT, queries.OVER_TAB)
LABELS = {"": "All", queries.OVER_TAB: "Over"}
# What a verb leads to, and how its outcome is said.
VERBS: Mapping[str, tuple[Callable[..., Any], CampaignState, str]] = {
    "pause": (services.pause, S.PAUSED, "paused; their prices stay as they are"),
    "resume": (services.resume, S.ACTIVE, "go on"),
    "end": (services.end, S.ENDED, "ended; their prices go back"),
    "roll_back": (services.roll_back, S.ROLLING_BACK, "rolled back; their prices go back"),
}
OVER_MATCHING = ("pause", "resume", "end")
AFTER_REMOVAL = ("resume", "roll_back")


@require_safe
@shop_page()
def campaign_list(request: ShopRequest) -> HttpResponse:
    """List the shop's campaigns, the latest first; htmx asks for the rows only."""
    form = CampaignFilterForm(request.GET)
    chosen = form.chosen()
    counts = queries.counted(request.shop.pk, chosen.text)
    page = page_of(
        queries.campaigns_matching(request.shop.pk, chosen),
        request.GET,
        order=("-created_at", "-id"),
    )
    editor = request.role.may(Role.EDITOR)
    places = location_names(request.shop.pk)
    context = {
        "title": "Campaigns",
        "lead": "Prices that follow stock and time: put by triggers, taken back by themselves.",
        "rows": [CampaignRow.of(each, places) for each in page.items],
        "page": page,
        "filters": form,
        "params": form.params(),
        "tabs": [_tab(request, each, counts, chosen.state) for each in TABS],
        "may_edit": editor,
        "bulk": _bulk(counts, chosen.state) if editor else {},
        "removed": queries.removed(request.shop.pk),
        "several": len({each.connection_id for each in page.items}) > 1,
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "campaigns/list_rows.html" if fragment else "campaigns/list.html"
    return render(request, name, context)


def _tab(request: ShopRequest, state: str, counts: Mapping[str, int], now: str) -> TabLink:
    count = counts.get(state, 0) if state else _all(counts)
    label = LABELS.get(state) or str(CampaignState(state).label)
    tone = STATE_TONES.get(CampaignState(state), "") if state in CampaignState.values else ""
    return TabLink(label, link(request, state=state), count, state == now, str(tone))


def _all(counts: Mapping[str, int]) -> int:
    return sum(count for state, count in counts.items() if state != queries.OVER_TAB)


def _bulk(counts: Mapping[str, int], state: str) -> dict[str, int]:
    """Return how many of those that match each verb would move."""

    def movable(verb: str) -> int:
        return sum(counts.get(each, 0) for each in _from(verb) if state in ("", each))

    return {verb: count for verb in OVER_MATCHING if (count := movable(verb))}


def _from(verb: str) -> tuple[CampaignState, ...]:
    """Return the states that a verb over many moves from."""
    if verb == "resume":
        # What begins is begun one by one, looked at.
        return (S.PAUSED,)
    return tuple(each for each in (S.ACTIVE, S.PAUSED) if VERBS[verb][1] in MOVES[each])


@require_POST
@shop_page(Role.EDITOR)
def act_on_matching(request: ShopRequest, verb: str) -> HttpResponse:
    """Pause, resume or end every campaign that matches the filter."""
    if verb not in OVER_MATCHING:
        raise Http404
    form = CampaignFilterForm(request.POST)
    rows = queries.campaigns_matching(request.shop.pk, form.chosen())
    rows = rows.filter(state__in=_from(verb)).order_by("created_at", "pk")
    _do_to_all(request, list(rows[:MOST_AT_ONCE]), verb)
    back = redirect("campaigns:list")
    back["Location"] += f"?{urlencode(form.params())}" if form.params() else ""
    return back


@require_POST
@shop_page(Role.EDITOR)
def act_after_removal(request: ShopRequest, verb: str) -> HttpResponse:
    """Resume or roll back the campaigns that stood still while the app was removed."""
    if verb not in AFTER_REMOVAL:
        raise Http404
    rows = queries.back_again(request.shop.pk, limit=MOST_AT_ONCE)
    _do_to_all(request, list(rows), verb)
    return redirect("campaigns:list")


def _do_to_all(request: ShopRequest, rows: list[Campaign], verb: str) -> None:
    act, _, said = VERBS[verb]
    done = 0
    for each in rows:
        try:
            act(campaign=each, actor_id=request.user.pk)
        except Refused as refused:
            messages.error(request, f"{each.name}: {refused.message}")
        except IllegalMove:
            # Somebody was quicker: then theirs counts.
            continue
        else:
            done += 1
    if done:
        messages.success(request, f"{done:,} campaign{'' if done == 1 else 's'} {said}.")
    else:
        messages.info(request, "No campaign was moved.")
