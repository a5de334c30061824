"""The price ledger: of the shop, and of one variant."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from pricing.enums import Layer
from pricing.forms.filters import LedgerFilterForm
from pricing.models import AuditTrailEntry
from pricing.presenting import LAYER_TONES, variant_name
from pricing.queries import ledger
from pricing.sparkline import sparkline

DRAWN = 60


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of the ledger with the colour of its layer."""

    entry: AuditTrailEntry
    tone: str

    @classmethod
    def of(cls, entry: AuditTrailEntry) -> "EntryRow":
        """Colour an entry."""
        return cls(entry, LAYER_TONES.get(Layer(entry.layer), "neutral"))


@require_safe
@shop_page()
def ledger_list(request: ShopRequest) -> HttpResponse:
    """List every price change of the shop, whoever made it, the latest first."""
    form = LedgerFilterForm(request.GET)
    page = page_of(ledger.ledger_rows(request.shop.pk, form.chosen()), request.GET)
    context = {
        "title": "Price ledger",
        "lead": "Every price that was ever shown, who set it and why. Nothing here can be changed.",
        "crumbs": [("Price jobs", reverse("pricing:job_list"))],
        "filters": form,
        "chosen": form.chosen(),
        "page": page,
        "rows": [EntryRow.of(entry) for entry in page.items],
    }
    return render(request, "pricing/ledger.html", context)


@require_safe
@shop_page()
def variant_page(request: ShopRequest, variant_id: UUID) -> HttpResponse:
    """Show the price history of one variant."""
    variant = ledger.variant_or_none(request.shop.pk, variant_id)
    if variant is None:
        raise Http404
    entries = ledger.of_variant(request.shop.pk, variant.pk)
    drawn = ledger.latest_prices(entries, limit=DRAWN)
    page = page_of(entries, request.GET)
    name = variant_name(variant)
    context = {
        "title": f"{variant.product.title} {name}".strip(),
        "crumbs": [
            ("Price jobs", reverse("pricing:job_list")),
            ("Price ledger", reverse("pricing:ledger")),
        ],
        "variant": variant,
        "page": page,
        "rows": [EntryRow.of(entry) for entry in page.items],
        "picture": _picture(drawn),
        "may_plan": request.role.may(Role.EDITOR) and variant.deleted_at is None,
    }
    return render(request, "pricing/variant.html", context)


@require_safe
@shop_page()
def product_prices(request: ShopRequest, product_id: UUID) -> HttpResponse:
    """Show the price changes of all variants of a product."""
    variants = ledger.variants_of_product(request.shop.pk, product_id)
    if not variants:
        raise Http404
    page = page_of(ledger.of_product(request.shop.pk, product_id), request.GET)
    context = {
        "title": f"Prices of {variants[0].product.title}",
        "crumbs": [
            ("Price jobs", reverse("pricing:job_list")),
            ("Price ledger", reverse("pricing:ledger")),
        ],
        "product_id": product_id,
        "variants": variants,
        "page": page,
        "rows": [EntryRow.of(entry) for entry in page.items],
        "may_plan": request.role.may(Role.EDITOR),
    }
    return render(request, "pricing/product.html", context)


def _picture(entries: Any) -> Any:
    if not entries:
        return None
    return sparkline(
        entries[0].price_before,
        [
            (
                each.price_after,
                str(LAYER_TONES.get(Layer(each.layer), "good")),
                f"{each.price_after:,.2f}: {each.get_cause_display()}, {each.at:%Y-%m-%d}",
            )
            for each in entries
        ],
    )
