"""What the views of one campaign share: finding it in the shop one works in, links that narrow."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from campaigns.models import Campaign
from foundation.shops.api import ShopRequest


def campaign_or_404(request: ShopRequest, campaign_id: UUID) -> Campaign:
    """Return a campaign of the current shop; another shop's is not there."""
    rows = Campaign.objects.for_shop(request.shop.pk).filter(pk=campaign_id)
    found: Campaign | None = rows.select_related("layer", "connection", "created_by").first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class TabLink:
    """One tab above a table; ``count`` None: not counted."""

    label: str
    url: str
    count: int | None
    current: bool
    tone: str = ""


def link(request: ShopRequest, anchor: str = "", **changed: Any) -> str:
    """Return the address of this page with some parameters changed, from its first page.

    An empty value removes one.
    """
    params = request.GET.copy()
    for name in ("before", "after", "seen", *changed):
        params.pop(name, None)
    for name, value in changed.items():
        if value not in (None, ""):
            params[name] = str(value)
    return f"?{params.urlencode()}{anchor}"
