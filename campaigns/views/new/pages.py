"""The page of a new campaign, and of one that is changed before it begins."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import services
from campaigns.enums import EDITABLE
from campaigns.forms.new import CampaignForm
from campaigns.models import Campaign
from campaigns.views.reading import campaign_or_404
from foundation.shops.api import Role, ShopRequest, shop_page
from pricing.api import Refused
from pricing.forms.api import as_plain, take_over

from .beginning import Beginning, beginning_of, fields_of_campaign
from .shown import form_of, keep, shown, whole_page

# Refusals that belong to a field; the others stand above the form.
FIELD_OF = {
    "name_wrong": "name",
    "no_targets": "all",
    "targets_move": "follows",
    "ends_before_start": "ends_at",
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@shop_page(Role.EDITOR)
def new_campaign(request: ShopRequest) -> HttpResponse:
    """Show the form, preset by the address, or make the campaign, in draft."""
    return _show_or_make(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@shop_page(Role.EDITOR)
def change_campaign(request: ShopRequest, campaign_id: UUID) -> HttpResponse:
    """Show a campaign that has not begun as a form, or change it."""
    campaign = campaign_or_404(request, campaign_id)
    if campaign.state not in EDITABLE:
        messages.info(request, "It has begun: it can be paused or ended, but not changed.")
        return redirect("campaigns:campaign", campaign_id=campaign.pk)
    return _show_or_make(request, campaign)


def _show_or_make(request: ShopRequest, campaign: Campaign | None) -> HttpResponse:
    if request.method != "POST":
        if campaign is not None:
            begun = Beginning(fields_of_campaign(campaign, request.shop.timezone))
        else:
            begun = beginning_of(request)
        return _page(request, form_of(request, begun.data, campaign), campaign, begun)
    data = request.POST.copy()
    took = take_over(request.shop.pk, data)
    form = form_of(request, data, campaign)
    asked = "show" not in data
    if form.is_valid() and asked and not took.missing:
        made = _made(request, form, campaign)
        if made is not None:
            return redirect("campaigns:campaign", campaign_id=made.pk)
    kept = keep(request, form) if campaign is None else ""
    return _page(request, form, campaign, Beginning(data, took.missing or kept), checked=asked)


def _made(request: ShopRequest, form: CampaignForm, campaign: Campaign | None) -> Campaign | None:
    """Save it and return it; None, with errors at their fields, when it was refused."""
    spec, connection_id = form.spec(), form.connection_id
    if spec is None or connection_id is None:
        return None
    is_new = True
    try:
        if campaign is not None:
            made = services.change(campaign=campaign, spec=spec, actor_id=request.user.pk)
        else:
            made, is_new = services.create_of_form(
                form_id=form.cleaned_data.get("draft") or uuid4(),
                shop_id=request.shop.pk,
                connection_id=connection_id,
                spec=spec,
                actor_id=request.user.pk,
            )
    except Refused as refused:
        form.add_error(FIELD_OF.get(refused.code), refused.message)
        return None
    except services.FormClosed:
        form.add_error(None, "This form is out of date. Look it over and send it again.")
        return None
    if is_new:
        said = "Saved. Look it over here; nothing happens before it is activated."
        messages.success(request, said)
    else:
        messages.info(request, "A campaign was made of that form already: this one.")
    return made


def _page(
    request: ShopRequest,
    form: CampaignForm,
    campaign: Campaign | None,
    begun: Beginning,
    *,
    checked: bool = False,
) -> HttpResponse:
    form.is_valid()
    context = shown(request, form, sent=checked)
    # For a page without a script: what plain fields can say, they say.
    data: Any = form.data
    for name, value in (as_plain(form.document) or {}).items():
        data[name] = value
    if not checked:
        # Nothing was sent yet, so nothing is marked as wrong.
        form.errors.clear()
    crumbs = [("Campaigns", reverse("campaigns:list"))]
    if campaign is not None:
        url = reverse("campaigns:campaign", kwargs={"campaign_id": campaign.pk})
        crumbs.append((campaign.name, url))
    context |= {
        **whole_page(request, context["preview"].locations),
        "title": "Change the campaign" if campaign else "New campaign",
        "lead": "Which variants, when their prices change, and how. It is saved as a draft: "
        "nothing happens before it is activated.",
        "crumbs": crumbs,
        "campaign": campaign,
        "checked": checked,
        "note": begun.note,
        "restored": begun.restored,
        "action": request.path,
    }
    return render(request, "campaigns/new/page.html", context, status=422 if checked else 200)


@require_POST
@shop_page(Role.EDITOR)
def start_afresh(request: ShopRequest) -> HttpResponse:
    """Throw the unfinished form away."""
    services.drop_form(shop_id=request.shop.pk, user_id=request.user.pk)
    return redirect("campaigns:new")
