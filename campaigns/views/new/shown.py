"""What the form as it stands means, and what its page shows of it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict
from django.utils import timezone

from campaigns import services
from campaigns.forms.new import DAYS, TARGETS, UNITS, CampaignForm
from campaigns.forms.triggers import DIRECTIONS, KINDS, OFF_BY, TriggerRow
from campaigns.models import Campaign
from campaigns.triggers import trigger_words
from campaigns.trying import TriedToday, try_today
from foundation.shops.api import ShopRequest
from foundation.unsaved import document_of
from pricing.api import OutsideEditPolicy
from pricing.forms.api import Choice, TakenOver, choice_context, choice_of, variants_of, vocabulary

from .beginning import KEPT

COUNTED = 500
"""Variants that are tried while somebody types."""
SHOWN = 12
UNNAMED = "This campaign"


def form_of(request: ShopRequest, data: QueryDict, campaign: Campaign | None) -> CampaignForm:
    """Return the form with these fields; of a campaign that is changed the account is fixed."""
    connections = list(request.shop.connections.all())
    if campaign is not None:
        connections = [each for each in connections if each.pk == campaign.connection_id]
    # A form without an account, as presets are, means the first.
    if connections and (campaign is not None or not data.get("connection")):
        data["connection"] = str(connections[0].pk)
    return CampaignForm(
        data,
        connections=connections,
        currency=request.shop.currency,
        zone=request.shop.timezone,
    )


def keep(request: ShopRequest, form: CampaignForm) -> str:
    """Keep what was entered as the person's unfinished form; say so when it is a new one's now."""
    data: Any = form.data
    form_id = form.cleaned_data.get("draft") or uuid4()
    data["draft"] = str(form_id)
    try:
        services.save_form(
            form_id=form_id,
            shop_id=request.shop.pk,
            user_id=request.user.pk,
            document=document_of(data, KEPT),
        )
    except services.FormClosed as closed:
        data["draft"] = str(uuid4())
        if closed.made_id is not None:
            return "A campaign was made of this form already. What you change now is another one."
    return ""


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row of triggers with its sentence, and what is wrong with it."""

    row: TriggerRow
    words: str
    fields: list[tuple[str, str, str]]
    """Name, value and what is wrong, of each field that belongs to the kind."""


def shown(
    request: ShopRequest,
    form: CampaignForm,
    *,
    taken_over: TakenOver | None = None,
    sent: bool = False,
) -> dict[str, Any]:
    """Return what the page shows of a form that :meth:`is_valid` has read."""
    choice = choice_of(request.shop, form)
    told = {"sent": sent}
    return {
        **choice_context(request.shop.pk, form, choice, told, taken_over=taken_over),
        "tried": today(request, form, choice, timezone.now()),
        "counted": COUNTED,
        "triggers": [_row(each, choice) for each in form.triggers.rows],
        "trigger_error": form.triggers.error,
        "kinds": KINDS,
        "directions": DIRECTIONS,
        "off_by": OFF_BY,
        "places": [(str(key), name) for key, name in choice.locations.items()],
        "targets": TARGETS,
        "target": "follow" if form.follows_catalogue else "fix",
        "units": UNITS,
        "policies": OutsideEditPolicy.choices,
        "policy": form.said("outside_edits") or OutsideEditPolicy.ADOPT.value,
        "zone": form.zone,
        "days": DAYS,
        "back": form.back,
        "draft": form.said("draft"),
    }


def whole_page(request: ShopRequest, choice_locations: Any) -> dict[str, Any]:
    """Return what only a whole page needs: the words of the rule language."""
    return {"vocabulary": vocabulary(request.shop.currency, choice_locations)}


def today(
    request: ShopRequest, form: CampaignForm, choice: Choice, now: dt.datetime
) -> TriedToday | None:
    """Try the form on today's data; None while it cannot be understood."""
    spec = form.spec(name=UNNAMED)
    if spec is None or not choice.totals.variants:
        return None
    return try_today(
        shop_id=request.shop.pk,
        rows=variants_of(request.shop.pk, form),
        spec=spec,
        now=now,
        most=COUNTED,
        shown=SHOWN,
        locations=choice.locations,
    )


def _row(row: TriggerRow, choice: Choice) -> RowShown:
    words = trigger_words(row.trigger, choice.locations) if row.trigger is not None else ""
    fields = [(name, row.said.get(name, ""), row.errors.get(name, "")) for name in row.shown]
    return RowShown(row, words, fields)


def campaign_named(request: ShopRequest, text: str) -> Campaign | None:
    """Return the campaign that a form says it changes; None for a new one, or another shop's."""
    try:
        wanted = UUID(text)
    except ValueError:
        return None
    rows = Campaign.objects.for_shop(request.shop.pk).select_related("layer", "connection")
    found: Campaign | None = rows.filter(pk=wanted).first()
    return found
