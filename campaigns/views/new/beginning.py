"""What the form begins with: a campaign that is changed or copied, a choice in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.http import QueryDict

from campaigns.contracts import DEFAULT_PRIORITY
from campaigns.forms.new import FIX, FOLLOW, UNITS, CampaignForm
from campaigns.forms.triggers import NAMES, fields_of
from campaigns.models import Campaign, UnsavedCampaign
from foundation.shops.api import ShopRequest
from foundation.unsaved import data_of, open_of
from foundation.zones import local_in
from pricing.api import known_zone
from pricing.forms.api import choice_fields, put_address, put_rules, take_over

TICKED = ("variant_ids", "product_ids", "expand")


KEPT = frozenset({*CampaignForm.base_fields, *TICKED, *NAMES, "shown"}) - {"draft"}


@dataclass(frozen=True, slots=True)
class Beginning:
    """The fields to show, and where they come from. ``restored``: the unfinished form they are."""

    data: QueryDict
    note: str = ""
    restored: UnsavedCampaign | None = None


def beginning_of(request: ShopRequest) -> Beginning:
    """Return what a new campaign's form begins with.

    An address without presets brings the person's unfinished form back.
    """
    found = open_of(UnsavedCampaign, shop_id=request.shop.pk, user_id=request.user.pk)
    if found is not None and not request.GET:
        return Beginning(data_of(found), restored=found)
    data, note = _preset(request)
    data["draft"] = str(uuid4())
    return Beginning(data, note)


def _preset(request: ShopRequest) -> tuple[QueryDict, str]:
    copied = _copied(request)
    if copied is not None:
        data = fields_of_campaign(copied, request.shop.timezone)
        for name in ("starts_at", "ends_at"):
            data.pop(name, None)
        data["name"] = f"Copy of {copied.name}"[:120]
        return data, f"This is a copy of “{copied.name}”. It becomes a campaign of its own."
    data = QueryDict(mutable=True)
    note = put_address(data, request.GET)
    note = take_over(request.shop.pk, data).missing or note
    data["priority"] = str(DEFAULT_PRIORITY)
    data["trigger-0-kind"] = "stock_below"
    return data, note


def _copied(request: ShopRequest) -> Campaign | None:
    try:
        wanted = UUID(request.GET.get("copy", ""))
    except ValueError:
        return None
    rows = Campaign.objects.for_shop(request.shop.pk).select_related("layer")
    found: Campaign | None = rows.filter(pk=wanted).first()
    return found


def fields_of_campaign(campaign: Campaign, zone: str) -> QueryDict:
    """Return a stored campaign as the fields of the form. One query."""
    data, layer = choice_fields(campaign.selection), campaign.layer
    put_rules(data, [rule.definition for rule in layer.rules.all()])
    data["follows"] = FOLLOW if campaign.follows_catalogue else FIX
    amount, unit = _in_units(campaign.cool_down_minutes)
    said: Mapping[str, Any] = {
        **fields_of(campaign.triggers),
        "name": campaign.name,
        "connection": campaign.connection_id,
        "priority": layer.priority,
        "builds_on": "on" if layer.builds_on else "",
        "outside_edits": layer.outside_edits,
        "min_margin": "" if layer.min_margin is None else f"{layer.min_margin.normalize():f}",
        "cool_down": amount or "",
        "cool_down_unit": unit,
        "moves_per_day": campaign.moves_per_day or "",
    }
    for name, value in said.items():
        data[name] = str(value)
    for name, moment in (("starts_at", campaign.starts_at), ("ends_at", campaign.ends_at)):
        if moment is not None:
            data[name] = f"{local_in(known_zone(zone), moment):%Y-%m-%dT%H:%M}"
    return data


def _in_units(minutes: int) -> tuple[int, str]:
    """Return a time in the largest unit that divides it."""
    unit = next((unit for unit, _ in reversed(UNITS) if minutes and minutes % int(unit) == 0), "1")
    return minutes // int(unit), unit
