"""The render queue: what stands where and why, print files to fetch, rendering again."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from foundation.audit.api import record
from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, onward, shop_page
from foundation.storage.api import NoSuchFile, StorageDown, file_response, signed_url
from foundation.tabs import TabLink, link
from orders.artwork.printing import PARITY_MEAN
from orders.contracts import Refused
from orders.enums import RenderKind, RenderStatus
from orders.forms.looking import RenderFilterForm
from orders.models import RenderJob
from orders.presenting.renders import STATUS_TONES, RenderRow, waited
from orders.renders.pictures import picture_key
from orders.renders.previews import GOOD_SECONDS, WEBP
from orders.renders.queue import (
    LATE,
    MOST_AT_ONCE,
    RenderFilter,
    Stuck,
    again,
    again_all,
    counted,
    order_of,
    orders_of,
    print_name,
    render_of,
    renders_matching,
    stuck_in,
    with_designs,
)

PAGE = 25
LINK_SECONDS = 300
KINDS: Final = {"png": ("image_key", "image/png"), "pdf": ("pdf_key", "application/pdf")}


@require_safe
@shop_page()
def renders(request: ShopRequest) -> HttpResponse:
    """Show the queue; htmx asks for what changes by itself."""
    now = timezone.now()
    form = RenderFilterForm(request.GET)
    chosen = form.chosen()
    counts = counted(request.shop.pk, _without_status(chosen))
    rows = with_designs(renders_matching(request.shop.pk, chosen))
    page = page_of(rows, request.GET, order=order_of(chosen.status), size=PAGE)
    orders = orders_of([each.version_id for each in page.items if each.version_id])
    stuck = stuck_in(request.shop.pk, now)
    editor = request.role.may(Role.EDITOR)
    failed = counts.get(RenderStatus.FAILED, 0)
    context = {
        "title": "Renders",
        "lead": "Print files and high-quality previews as they are made. What is paid goes first.",
        "rows": [
            RenderRow.of(each, orders.get(each.version_id, ()) if each.version_id else ())
            for each in page.items
        ],
        "page": page,
        "filters": form,
        "params": form.params(),
        "tabs": _tabs(request, counts, chosen.status),
        "total": sum(counts.values()),
        "stuck": stuck_words(stuck, now) if stuck else [],
        "again": min(failed, MOST_AT_ONCE) if editor and chosen.status == "failed" else 0,
        "may_edit": editor,
        "parity_most": PARITY_MEAN,
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "orders/renders/rows.html" if fragment else "orders/renders/list.html"
    return render(request, name, context)


def _without_status(chosen: RenderFilter) -> RenderFilter:
    return RenderFilter(
        kind=chosen.kind,
        paid=chosen.paid,
        untrue=chosen.untrue,
        design_id=chosen.design_id,
        order_number=chosen.order_number,
    )


def _tabs(request: ShopRequest, counts: Any, shown: str) -> list[TabLink]:
    tabs = [TabLink("All", link(request, status=""), sum(counts.values()), not shown)]
    for status in RenderStatus:
        url = link(request, status=status)
        tone = str(STATUS_TONES.get(status, ""))
        label = str(status.label)
        tabs.append(TabLink(label, url, counts.get(status, 0), status == shown, tone))
    return tabs


def stuck_words(stuck: Stuck, now: Any) -> list[str]:
    """Say what stands still although workers are at work, and what it may be."""
    said = []
    if stuck.waiting and stuck.waiting_since is not None:
        waits = "1 render waits" if stuck.waiting == 1 else f"{stuck.waiting:,} renders wait"
        longest = waited((now - stuck.waiting_since).total_seconds())
        minutes = int(LATE.total_seconds() // 60)
        why = (
            f"The workers have {stuck.due:,} other jobs due: they are behind."
            if stuck.due > stuck.waiting
            else "Look at the jobs below: one may be parked, or was discarded."
        )
        said.append(
            f"{waits} longer than {minutes} minutes although workers are at work, the oldest for "
            f"{longest}. {why}"
        )
    if stuck.drawing and stuck.drawing_since is not None:
        longest = waited((now - stuck.drawing_since).total_seconds())
        draws = "1 render is" if stuck.drawing == 1 else f"{stuck.drawing:,} renders are"
        said.append(
            f"{draws} being drawn for {longest}, which takes seconds otherwise. When its worker "
            "has died, another takes over by itself within minutes."
        )
    return said


def _render(request: ShopRequest, render_id: UUID) -> RenderJob:
    found = render_of(request.shop.pk, render_id)
    if found is None:
        raise Http404
    return found


@require_POST
@shop_page(Role.EDITOR)
def render_one_again(request: ShopRequest, render_id: UUID) -> HttpResponse:
    """Render what failed once more, with all its attempts."""
    found = _render(request, render_id)
    try:
        again(shop_id=request.shop.pk, render_id=found.pk, actor_id=request.user.pk)
    except Refused as refused:
        messages.info(request, f"Nothing was queued. {refused}")
    else:
        messages.success(request, "Queued again, with all its attempts.")
    return onward(request, "print_tables:renders")


@require_POST
@shop_page(Role.EDITOR)
def render_all_again(request: ShopRequest) -> HttpResponse:
    """Render all that match the filter and failed once more."""
    form = RenderFilterForm(request.POST)
    count = again_all(shop_id=request.shop.pk, wanted=form.chosen(), actor_id=request.user.pk)
    if count:
        renders = "1 render is" if count == 1 else f"{count:,} renders are"
        messages.success(request, f"{renders} queued again, the paid first.")
    else:
        messages.info(request, "Nothing that failed matches, so nothing was queued.")
    params = {**form.params(), "status": "queued"} if count else form.params()
    return redirect(f"{reverse('print_tables:renders')}?{urlencode(params)}")


@require_safe
@shop_page()
def render_picture(request: ShopRequest, render_id: UUID) -> HttpResponseBase:
    """Answer with the picture of what is rendered."""
    found = _render(request, render_id)
    try:
        key = picture_key(found, staff_id=request.user.pk)
        return file_response(request, key, content_type=WEBP, max_age=GOOD_SECONDS)
    except NoSuchFile as gone:
        raise Http404 from gone
    except StorageDown:
        return HttpResponse(status=503)


@require_safe
@shop_page(Role.EDITOR)
def render_file(request: ShopRequest, render_id: UUID, kind: str) -> HttpResponseBase:
    """Lead to a print file by an address that is signed now; who took it is recorded."""
    found = _render(request, render_id)
    if kind not in KINDS:
        raise Http404
    column, content_type = KINDS[kind]
    made = found.status == RenderStatus.COMPLETED and found.kind == RenderKind.PRINT
    if not made:
        messages.info(request, "Its print files are not made yet.")
        return redirect("print_tables:renders")
    record(
        "orders.print.fetched",
        shop_id=found.shop_id,
        actor_id=request.user.pk,
        object_type="render",
        object_id=found.pk,
        details={"kind": kind},
    )
    return HttpResponseRedirect(
        signed_url(
            getattr(found, column),
            seconds=LINK_SECONDS,
            content_type=content_type,
            download_as=print_name(found, kind),
        )
    )
