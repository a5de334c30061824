"""The price of one variant: now, over time, and what may touch it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog_sync.api import step_chart, variant_stock
from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.zones import local_in
from pricing import presenting as words
from pricing.enums import Layer
from pricing.models import AuditTrailEntry
from pricing.queries import ledger, variants
from pricing.sparkline import Sparkline, sparkline

DRAWN = 60


@require_safe
@shop_page()
def variant_page(request: ShopRequest, variant_id: UUID) -> HttpResponse:
    """Show how one variant's price and stock moved, and why."""
    variant = ledger.variant_or_none(request.shop.pk, variant_id)
    if variant is None:
        raise Http404
    now = timezone.now()
    entries = ledger.of_variant(request.shop.pk, variant.pk)
    drawn = ledger.latest_prices(entries, limit=DRAWN)
    page = page_of(entries, request.GET)
    context = {
        "title": f"{variant.product.title} {words.variant_name(variant)}".strip(),
        "crumbs": [
            ("Price jobs", reverse("pricing:job_list")),
            ("Price ledger", reverse("pricing:ledger")),
        ],
        "variant": variant,
        "page": page,
        "rows": [words.EntryRow.of(entry) for entry in page.items],
        "picture": _picture(drawn, words.known_zone(request.shop.timezone)),
        "legend": _legend(drawn),
        "stock_chart": step_chart(variant_stock(request.shop.pk, variant.pk), until=now),
        "lowest": ledger.lowest_price(entries, variant.price, before=now),
        "reduction": _reduction(entries, variant),
        "covered": variants.covering(variant.pk),
        "locks": variants.locks_of(request.shop.pk, variant),
        "here": request.path,
        "may_plan": request.role.may(Role.EDITOR) and variant.deleted_at is None,
        "may_lock": request.role.may(Role.EDITOR),
    }
    return render(request, "pricing/variant.html", context)


def _reduction(entries: Any, variant: Any) -> ledger.Lowest | None:
    """Return the price that a shown sale must be compared with (EU 98/6/EC, article 6a)."""
    if variant.compare_at is None or variant.compare_at <= variant.price:
        return None
    fell = ledger.last_reduction(entries)
    if fell is None or fell.price_after != variant.price:
        # The sale is older than what we know, so we cannot say what came before it.
        return None
    return ledger.lowest_price(entries, fell.price_before or fell.price_after, before=fell.at)


def _picture(entries: Sequence[AuditTrailEntry], zone: str) -> Sparkline | None:
    if not entries:
        return None
    return sparkline(
        entries[0].price_before,
        [
            (
                each.price_after,
                str(words.LAYER_TONES[Layer(each.layer)]),
                _dot_words(each, zone),
            )
            for each in entries
        ],
    )


def _dot_words(entry: AuditTrailEntry, zone: str) -> str:
    at = local_in(zone, entry.at)
    return f"{entry.price_after:,.2f}: {words.cause_words(entry)}, {at:%Y-%m-%d %H:%M}"


def _legend(entries: Sequence[AuditTrailEntry]) -> list[tuple[str, str]]:
    """Return the colours that occur in the picture, with whose prices they are."""
    met = {each.layer for each in entries}
    return [
        (str(tone), words.LAYER_WORDS[layer])
        for layer, tone in words.LAYER_TONES.items()
        if str(layer) in met
    ]
