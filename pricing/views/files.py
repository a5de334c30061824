"""Price lists: the list of them, the upload, and the report on each line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.storage.api import StorageDown
from foundation.tabs import ROWS, TabLink
from foundation.work.api import JobState
from pricing import services
from pricing.enums import LineVerdict, PriceFileState
from pricing.forms.kept_filters import PriceListFilterForm
from pricing.forms.lists import PriceListForm, size_words, too_large_words
from pricing.models import PriceFile, PriceFileLine
from pricing.price_lists.reading import BLANK
from pricing.price_lists.uploading import ListUploadHandler, discard_body, is_too_large
from pricing.queries import lists
from pricing.services import Refused

from .keeping import crumbs

TONES = {
    PriceFileState.READING: "busy",
    PriceFileState.READY: "good",
    PriceFileState.REFUSED: "bad",
}
VERDICT_TONES = {
    LineVerdict.TAKEN: "good",
    LineVerdict.UNKNOWN_SKU: "warn",
    LineVerdict.AMBIGUOUS: "warn",
    LineVerdict.DUPLICATE: "warn",
    LineVerdict.INVALID: "bad",
}
VERDICTS = {
    LineVerdict.TAKEN: "Taken",
    LineVerdict.UNKNOWN_SKU: "Unknown SKU",
    LineVerdict.AMBIGUOUS: "Ambiguous SKU",
    LineVerdict.DUPLICATE: "Duplicate",
    LineVerdict.INVALID: "Unreadable",
}
NEXT_STEPS = {
    LineVerdict.UNKNOWN_SKU: "Check its spelling. Is the product new? Let the catalogue sync, then "
    "upload the list again.",
    LineVerdict.AMBIGUOUS: "Give each a SKU of its own in Shopify, or change these by hand.",
    LineVerdict.DUPLICATE: "Leave one line for each variant, if this one was meant.",
    LineVerdict.INVALID: "Mend the line in the file and upload it again.",
}


@dataclass(frozen=True, slots=True)
class ListRow:
    """A price list as a line of the list of them."""

    file: PriceFile
    tone: str
    taken: int
    left_out: int

    @classmethod
    def of(cls, file: PriceFile) -> Self:
        """Count its lines."""
        taken = file.counts.get(LineVerdict.TAKEN, 0)
        return cls(file, TONES[PriceFileState(file.state)], taken, file.lines - taken)


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a price list with what is thought of it and what to do."""

    line: PriceFileLine
    verdict: str
    tone: str
    why: str
    next_step: str

    @classmethod
    def of(cls, line: PriceFileLine) -> Self:
        """Put a verdict into words."""
        verdict = LineVerdict(line.verdict)
        step = NEXT_STEPS.get(verdict, "")
        why = (line.message or f"{verdict.label}.") if step else ""
        return cls(line, VERDICTS[verdict], VERDICT_TONES[verdict], why, step)


@require_safe
@shop_page()
def files(request: ShopRequest) -> HttpResponse:
    """List the shop's price lists, the latest first; htmx asks for the rows only."""
    form = PriceListFilterForm(request.GET)
    found = lists.price_lists(request.shop.pk, form.chosen())
    page = page_of(found, request.GET, order=("-uploaded_at", "-id"))
    context = {
        "title": "Price lists",
        "lead": "CSV files of SKUs and prices. Each line is checked before anything is planned.",
        "crumbs": crumbs(),
        "filters": form,
        "page": page,
        "rows": [ListRow.of(each) for each in page.items],
        "reading": any(each.state == PriceFileState.READING for each in page.items),
        "several": len({each.connection_id for each in page.items}) > 1,
        "may_edit": request.role.may(Role.EDITOR),
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "pricing/files/rows.html" if fragment else "pricing/files/list.html"
    return render(request, name, context)


@csrf_exempt  # checked below, once the body is known to be of a size that may be read
@require_http_methods(["GET", "HEAD", "POST"])
@shop_page(Role.EDITOR)
def file_new(request: ShopRequest) -> HttpResponseBase:
    """Show the upload form, or take a list in; one that is too large is not read at all."""
    if request.method == "POST":
        if is_too_large(request):
            discard_body(request)
            form = PriceListForm(connections=_connections(request))
            return _upload_page(request, form, status=413, too_large=too_large_words())
        request.upload_handlers = [ListUploadHandler(request)]
    answer: HttpResponseBase = _take_in(request)
    return answer


@csrf_protect
def _take_in(request: ShopRequest) -> HttpResponse:
    connections = _connections(request)
    if request.method != "POST":
        return _upload_page(request, PriceListForm(connections=connections))
    form = PriceListForm(request.POST, request.FILES, connections=connections)
    if not form.is_valid():
        return _upload_page(request, form, status=422)
    file = form.cleaned_data["file"]
    try:
        made = services.upload_list(
            shop_id=request.shop.pk,
            connection_id=form.connection_id,
            name=file.name,
            content=file,
            size=file.size,
            encoding=form.cleaned_data["encoding"],
            actor_id=request.user.pk,
        )
    except StorageDown:
        form.add_error("file", "It could not be stored now. Nothing was kept; try again soon.")
        return _upload_page(request, form, status=503)
    return redirect("pricing:file", file_id=made.pk)


def _connections(request: ShopRequest) -> Sequence[Any]:
    return list(request.shop.connections.all())


def _upload_page(
    request: ShopRequest, form: PriceListForm, *, status: int = 200, too_large: str = ""
) -> HttpResponse:
    context = {
        "title": "Upload a price list",
        "crumbs": [*crumbs(), ("Price lists", reverse("pricing:files"))],
        "form": form,
        "connections": _connections(request),
        "too_large": too_large,
        "most": size_words(),
        "most_bytes": settings.PRICING_LIST_MAX_BYTES,
        "too_large_words": too_large_words(),
    }
    return render(request, "pricing/files/new.html", context, status=status)


@require_safe
@shop_page()
def file(request: ShopRequest, file_id: UUID) -> HttpResponse:
    """Report on each line of a list; while it is read, htmx asks for the upper part only."""
    found = _one(request, file_id)
    state, reading = PriceFileState(found.state), lists.reading_of(found)
    context = {
        "file": found,
        "row": ListRow.of(found),
        "reading": reading,
        "live": state is PriceFileState.READING and not (reading is None or reading.stopped),
        "dead": reading is not None and reading.state is JobState.DEAD,
        "may_edit": request.role.may(Role.EDITOR),
        "blank": found.counts.get(BLANK, 0),
        "percent": min(99, reading.done * 100 // max(reading.total, 1)) if reading else 0,
    }
    if request.headers.get("HX-Request"):
        answer = render(request, "pricing/files/status.html", context)
        if state is not PriceFileState.READING:
            # The tabs and lines below are not part of this.
            answer["HX-Refresh"] = "true"
        return answer
    context |= {
        "title": found.name,
        "crumbs": [*crumbs(), ("Price lists", reverse("pricing:files"))],
    }
    if state is PriceFileState.READY:
        context |= _lines(request, found)
    return render(request, "pricing/files/file.html", context)


def _lines(request: ShopRequest, found: PriceFile) -> dict[str, Any]:
    shown = request.GET.get("show", "")
    shown = shown if shown in LineVerdict.values else ""
    page = page_of(lists.lines_of(found, shown), request.GET, order=("line", "id"))
    tabs = [("", "All", found.lines, "")]
    tabs += [
        (str(each), VERDICTS[each], found.counts[each], VERDICT_TONES[each])
        for each in LineVerdict
        if found.counts.get(each)
    ]
    return {
        "shown": shown,
        "page": page,
        "rows": [LineRow.of(line) for line in page.items],
        "tabs": [
            TabLink(label, f"?show={name}{ROWS}", count, name == shown, tone)
            for name, label, count, tone in tabs
        ],
    }


@require_POST
@shop_page(Role.EDITOR)
def file_delete(request: ShopRequest, file_id: UUID) -> HttpResponse:
    """Forget a list that no job was planned with."""
    found = _one(request, file_id)
    try:
        services.delete_list(file=found, actor_id=request.user.pk)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("pricing:file", file_id=found.pk)
    messages.success(request, f"“{found.name}” is deleted with its lines.")
    return redirect("pricing:files")


def _one(request: ShopRequest, file_id: UUID) -> PriceFile:
    found = lists.price_lists(request.shop.pk).filter(pk=file_id).first()
    if found is None:
        raise Http404
    return found
