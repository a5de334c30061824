"""Designs for staff: found by what is on them, each with all that became of it."""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.storage.api import NoSuchFile, StorageDown, file_response
from orders.artwork.resolution import Verdict
from orders.designs.finding import design_of, designs_matching, history_of
from orders.forms.looking import DesignFilterForm
from orders.models import Design, PrintProduct
from orders.presenting.designs import (
    VERDICT_TONES,
    DesignRow,
    document_words,
    gone_words,
    read_or_none,
    verdict_of,
)
from orders.presenting.renders import RenderRow
from orders.renders.pictures import staff_caller
from orders.renders.previews import GOOD_SECONDS, WEBP, preview

PAGE = 24


@require_safe
@shop_page()
def designs(request: ShopRequest) -> HttpResponse:
    """List the shop's designs, the latest first; htmx asks for the rows only."""
    products = PrintProduct.objects.for_shop(request.shop.pk).values_list("pk", "name")
    form = DesignFilterForm(request.GET, products=list(products))
    rows = designs_matching(request.shop.pk, form.chosen())
    page = page_of(rows, request.GET, order=("-created_at", "-id"), size=PAGE)
    context = {
        "title": "Designs",
        "lead": "What customers made, the latest first. Found by what is on it.",
        "rows": [DesignRow.of(each) for each in page.items],
        "page": page,
        "filters": form,
        "params": form.params(),
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "orders/designs/rows.html" if fragment else "orders/designs/list.html"
    return render(request, name, context)


def _design(request: ShopRequest, design_id: UUID) -> Design:
    found = design_of(request.shop.pk, design_id)
    if found is None:
        raise Http404
    return found


@require_safe
@shop_page()
def design(request: ShopRequest, design_id: UUID) -> HttpResponse:
    """Show a design: what is on it, how sharp it will be, and what became of it."""
    found = _design(request, design_id)
    document = read_or_none(found.document)
    verdict: Verdict | None = verdict_of(found, document)
    history = history_of(found)
    row = DesignRow.of(found)
    context = {
        "title": row.name or "Design without a name",
        "crumbs": [("Designs", reverse("print_tables:designs"))],
        "row": row,
        "design": found,
        "said": document_words(document) if document else [],
        "verdict": verdict,
        "verdict_tone": VERDICT_TONES[verdict.level] if verdict else "",
        "history": history,
        "renders": [RenderRow.of(each) for each in history.renders],
        "checksum": f"{found.checksum:08x}",
        "may_edit": request.role.may(Role.EDITOR),
    }
    return render(request, "orders/designs/design.html", context)


@require_safe
@shop_page()
def design_picture(request: ShopRequest, design_id: UUID) -> HttpResponseBase:
    """Answer with a design's preview, drawn now if it never was."""
    found = _design(request, design_id)
    if gone_words(found):
        raise Http404
    caller = staff_caller(request.shop.pk, request.user.pk)
    try:
        made = preview(caller=caller, design=found)
        return file_response(request, made.key, content_type=WEBP, max_age=GOOD_SECONDS)
    except NoSuchFile as gone:
        raise Http404 from gone
    except StorageDown:
        return HttpResponse(status=503)
