"""One variant across all campaigns: what lies on it now, what happened, prices and stock."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.presenting import MoveRow, VariantRow, effect_chart
from campaigns.queries import history
from catalog_sync.api import stock_steps
from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from pricing.api import (
    LedgerRow,
    ledger_of_variant,
    price_steps,
    stack_of,
    variant_or_none,
)

from .tables import pace_of

DRAWN = dt.timedelta(days=30)
ENTRIES = 10


@require_safe
@shop_page()
def variant_history(request: ShopRequest, variant_id: UUID) -> HttpResponse:
    """Show what campaigns did to one variant, and what they show of it now."""
    shop_id = request.shop.pk
    variant = variant_or_none(shop_id, variant_id)
    if variant is None:
        raise Http404
    now = timezone.now()
    page = page_of(history.moves_of_variant(shop_id, variant_id), request.GET)
    parts = (variant.product.title, variant.title)
    context = {
        "title": " ".join(part for part in parts if part not in ("", "Default Title")),
        "lead": "What campaigns did to this variant, and what they show of it now.",
        "crumbs": [("Campaigns", reverse("campaigns:list"))],
        "variant": variant,
        "stack": stack_of(shop_id, variant_id, now=now),
        "members": _members(request, variant_id, now),
        "chart": _chart(variant, now),
        "page": page,
        "rows": [MoveRow.of(each) for each in page.items],
        "entries": [
            LedgerRow.of(each)
            for each in ledger_of_variant(shop_id, variant_id).order_by("-pk")[:ENTRIES]
        ],
        "may_edit": request.role.may(Role.EDITOR),
        "here": request.get_full_path(),
    }
    return render(request, "campaigns/variant.html", context)


def _members(request: ShopRequest, variant_id: UUID, now: dt.datetime) -> list[VariantRow]:
    rows = history.campaigns_of(request.shop.pk, variant_id)
    return [VariantRow.of(each, pace_of(request, each.campaign), now) for each in rows]


def _chart(variant: Any, now: dt.datetime) -> Any:
    shop_id, variant_id, since = variant.shop_id, variant.pk, now - DRAWN
    # A price without a change went straight.
    straight = [(since, variant.price)]
    return effect_chart(
        price_steps(shop_id, [variant_id], since).get(variant_id) or straight,
        stock_steps(shop_id, [variant_id], since).get(variant_id, []),
        since=since,
        until=now,
    )
