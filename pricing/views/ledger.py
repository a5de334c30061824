"""The price ledger of the shop."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from pricing import presenting as words
from pricing.forms.filters import LedgerFilterForm
from pricing.models import PricingJob
from pricing.queries import ledger, shops


@require_safe
@shop_page()
def ledger_list(request: ShopRequest) -> HttpResponse:
    """List every price change of the shop, whoever made it, the latest first."""
    people = shops.people_of(request.shop.pk)
    form = LedgerFilterForm(request.GET, zone=request.shop.timezone, people=people)
    chosen = form.chosen()
    page = page_of(ledger.ledger_rows(request.shop.pk, chosen), request.GET)
    jobs = PricingJob.objects.for_shop(request.shop.pk)
    context = {
        "title": "Price ledger",
        "lead": "Every price that was ever shown, who set it and why. Nothing here can be changed.",
        "crumbs": [("Price jobs", reverse("pricing:job_list"))],
        "filters": form,
        "params": form.params(),
        "of_job": jobs.filter(pk=chosen.job).first() if chosen.job else None,
        "page": page,
        "rows": [words.EntryRow.of(entry) for entry in page.items],
        "may_plan": request.role.may(Role.EDITOR),
    }
    return render(request, "pricing/ledger.html", context)


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
        "rows": [words.EntryRow.of(entry) for entry in page.items],
        "may_plan": request.role.may(Role.EDITOR),
    }
    return render(request, "pricing/product.html", context)
