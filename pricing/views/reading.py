"""What the views of one job share: finding it in the shop one works in, links that narrow."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from foundation.shops.api import ShopRequest
from pricing.models import PricingJob

_CURSORS = ("before", "after")
_RELATED = (
    "requested_by",
    "confirmed_by",
    "approved_by",
    "connection",
    "rollback_of",
    "again_of",
    "price_file",
)


def job_or_404(request: ShopRequest, job_id: UUID) -> PricingJob:
    """Return a price job of the current shop; another shop's is not there."""
    rows = PricingJob.objects.for_shop(request.shop.pk)
    found: PricingJob | None = rows.select_related(*_RELATED).filter(pk=job_id).first()
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


def rows_link(request: ShopRequest, **changed: Any) -> str:
    """Return the address of this page's table with some parameters changed, from its first page.

    An empty value removes one.
    """
    params = request.GET.copy()
    for name in (*_CURSORS, "seen"):
        params.pop(name, None)
    for name, value in changed.items():
        params.pop(name, None)
        if value not in (None, ""):
            params[name] = str(value)
    return f"?{params.urlencode()}#rows"
