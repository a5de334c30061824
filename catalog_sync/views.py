"""The catalogue's pages: products with facets, one product, and how the mirror stands."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.shops.api import Role, ShopRequest, shop_page

from . import listing, reconciled, standing
from .charts import step_chart
from .contracts import FacetValue, Selection
from .forms import ProductFilterForm
from .queries import facets, totals
from .services import (
    NeverRead,
    start_full_sync,
    start_reconciliation,
    start_subscription_check,
)


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The values of one facet as links; ``chosen`` is the value that is on, if any."""

    name: str
    title: str
    values: tuple[FacetValue, ...]
    chosen: str


def _facet_groups(shop_id: UUID, selection: Selection) -> list[FacetGroup]:
    found = facets(shop_id, selection)
    named = (
        ("vendor", "Vendor", found.vendor, selection.vendor),
        ("product_type", "Type", found.product_type, selection.product_type),
        ("tag", "Tag", found.tag, selection.tag),
        ("status", "Status", found.status, selection.status),
    )
    return [FacetGroup(*each) for each in named if each[2]]


@require_safe
@shop_page()
def product_list(request: ShopRequest) -> HttpResponse:
    """List the products that match the filters in the URL."""
    form = ProductFilterForm(request.GET)
    selection = form.selection()
    page, rows = listing.product_page(request.shop.pk, selection, request.GET)
    context = {
        "title": "Catalogue",
        "lead": "The shop's products as Shopify last told them; webhooks keep them current.",
        "filters": form,
        "narrowed": selection.narrows,
        "chosen": form.chosen_facets,
        "groups": _facet_groups(request.shop.pk, selection),
        "totals": totals(request.shop.pk, selection),
        "page": page,
        "rows": rows,
        **_mirror_context(request),
    }
    return render(request, "catalog_sync/product_list.html", context)


def _mirror_context(request: ShopRequest) -> dict[str, object]:
    return {
        "mirrors": standing.mirrors_of(request.shop.pk),
        "may_sync": request.role.may(Role.EDITOR),
    }


@require_safe
@shop_page()
def mirror(request: ShopRequest) -> HttpResponse:
    """Return how the mirror stands and nothing else; the list polls it."""
    return render(request, "catalog_sync/mirror.html", _mirror_context(request))


@require_POST
@shop_page(Role.EDITOR)
def sync(request: ShopRequest, connection_id: UUID) -> HttpResponse:
    """Start a full sync and a check of the webhooks, both as jobs."""
    mine = {each.connection_id: each for each in standing.mirrors_of(request.shop.pk)}
    if connection_id not in mine:
        raise Http404
    job_id = start_full_sync(connection_id, request.user.pk)
    start_subscription_check(connection_id)
    messages.success(request, f"The catalogue is being read again (job {job_id}).")
    return redirect("catalog:product_list")


@require_POST
@shop_page(Role.EDITOR)
def reconcile(request: ShopRequest, connection_id: UUID) -> HttpResponse:
    """Compare the mirror with the shop now, as a job."""
    mine = {each.connection_id: each for each in standing.mirrors_of(request.shop.pk)}
    if connection_id not in mine:
        raise Http404
    try:
        job_id = start_reconciliation(connection_id, request.user.pk, reason="")
    except NeverRead as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The catalogue is being compared with the shop (job {job_id}).")
    return redirect("catalog:reconciliations")


@require_safe
@shop_page()
def reconciliations(request: ShopRequest) -> HttpResponse:
    """List what the comparisons with the shop found."""
    page, rows = reconciled.run_page(request.shop.pk, request.GET)
    context = {
        "title": "Reconciliation",
        "lead": "Webhooks get lost; every quarter of an hour the mirror is compared with the shop.",
        "crumbs": [("Catalogue", reverse("catalog:product_list"))],
        "page": page,
        "rows": rows,
        "mirrors": standing.mirrors_of(request.shop.pk),
        "may_sync": request.role.may(Role.EDITOR),
    }
    return render(request, "catalog_sync/reconciliations.html", context)


@require_safe
@shop_page()
def product(request: ShopRequest, product_id: UUID) -> HttpResponse:
    """Show one product: variants, stock by location, how the stock moved."""
    found = listing.product_detail(request.shop.pk, product_id)
    if found is None:
        raise Http404
    context = {
        "title": found.product.title,
        "crumbs": [("Catalogue", reverse("catalog:product_list"))],
        "detail": found,
        "product": found.product,
        "chart": step_chart(found.series, until=timezone.now()),
        "shop_url": (
            f"https://{found.product.connection.account}/admin/products/{found.product.vendor_id}"
        ),
        "prices_url": _prices_url(product_id),
    }
    name = "product_facts.html" if request.headers.get("HX-Request") else "product.html"
    return render(request, f"catalog_sync/{name}", context)


def _prices_url(product_id: UUID) -> str:
    # By name only: the layer above may or may not offer a page of its prices.
    try:
        return reverse("pricing:product_prices", args=[product_id])
    except NoReverseMatch:
        return ""
