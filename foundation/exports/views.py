"""The export pages: what was asked for, how far it is, and the file."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation.paging import page_of
from foundation.shops.api import Role, ShopRequest, shop_page
from foundation.storage.api import NoSuchFile, StorageDown, file_response

from . import links, queries, services
from .contracts import Exporter, InvalidExport, Params, Refused
from .enums import ExportState
from .making import CONTENT_TYPE, KEEP_DAYS
from .models import ExportJob
from .options import BOM, COLUMNS, NAMES, chosen
from .presenting import ExportRow, file_name
from .registry import exporter_named

GONE = "The file is not kept any more. Ask for the export again."


@require_safe
@shop_page()
def export_list(request: ShopRequest) -> HttpResponse:
    """List the shop's exports, the latest first; htmx asks for the rows only."""
    page = page_of(queries.exports_of(request.shop.pk), request.GET, order=("-created_at", "-id"))
    editor = request.role.may(Role.EDITOR)
    context = {
        "title": "Exports",
        "lead": f"CSV files of what matches a filter. Each is kept for {KEEP_DAYS} days.",
        "page": page,
        "rows": [
            ExportRow.of(export, user_id=request.user.pk, editor=editor) for export in page.items
        ],
        "here": request.get_full_path(),
    }
    fragment = bool(request.headers.get("HX-Request"))
    name = "exports/export_rows.html" if fragment else "exports/export_list.html"
    return render(request, name, context)


@require_POST
@shop_page()
def start(request: ShopRequest, kind: str) -> HttpResponse:
    """Ask for a file of what the posted filters match."""
    _exporter(request, kind)
    try:
        services.start_export(
            shop_id=request.shop.pk,
            exporter=kind,
            params=_filters(request.POST),
            actor_id=request.user.pk,
            columns=_columns(request.POST),
            bom=bool(request.POST.get(BOM)),
        )
    except InvalidExport as invalid:
        messages.error(request, f"Nothing was started: {invalid}")
    else:
        messages.success(request, "The file is being made. You may leave this page meanwhile.")
    return redirect("exports:list")


def _exporter(request: ShopRequest, kind: str) -> Exporter:
    exporter = exporter_named(kind)
    if exporter is None:
        raise Http404
    if not request.role.may(exporter.role):
        message = f"This export needs the role {exporter.role.label.lower()}. Ask an owner."
        raise PermissionDenied(message)
    return exporter


def _filters(said: QueryDict) -> Params:
    return {
        name: value
        for name, value in said.items()
        if isinstance(value, str) and name not in {*NAMES, "csrfmiddlewaretoken"}
    }


def _columns(said: QueryDict) -> list[str]:
    # Ticked ones come one by one, those of an earlier export with commas.
    return [name for text in said.getlist(COLUMNS) for name in text.split(",")]


@require_safe
@shop_page()
def options(request: ShopRequest, kind: str) -> HttpResponse:
    """Ask which columns a file is to have, in which order, and whether it is for Excel."""
    exporter = _exporter(request, kind)
    filters = _filters(request.GET)
    try:
        words = exporter.words(exporter.clean(request.shop.pk, filters))
        wanted = chosen(exporter, _columns(request.GET), bom=bool(request.GET.get(BOM)))
    except InvalidExport as invalid:
        messages.error(request, f"Nothing was started: {invalid}")
        return redirect("exports:list")
    names = [column.name for column in exporter.columns]
    ticked = wanted.columns or tuple(names)
    context = {
        "title": f"Export: {exporter.title}",
        "lead": f"A CSV file of what matches: {words}.",
        "kind": kind,
        "filters": filters,
        "columns": [
            *((name, True) for name in ticked),
            *((name, False) for name in names if name not in ticked),
        ],
        "bom": wanted.bom,
    }
    return render(request, "exports/options.html", context)


def _export(request: ShopRequest, export_id: UUID) -> ExportJob:
    export = queries.exports_of(request.shop.pk).filter(pk=export_id).first()
    if export is None:
        raise Http404
    return export


@require_POST
@shop_page()
def cancel(request: ShopRequest, export_id: UUID) -> HttpResponse:
    """Stop an export: one's own, or as an editor anybody's."""
    export = _export(request, export_id)
    if not request.role.may(Role.EDITOR) and export.requested_by_id != request.user.pk:
        message = "Only who asked for it, or an editor, may stop this export."
        raise PermissionDenied(message)
    try:
        services.cancel_export(export=export, actor_id=request.user.pk)
    except Refused as refused:
        messages.info(request, str(refused))
    else:
        messages.success(request, "Cancelled. No file is kept.")
    return redirect("exports:list")


@require_safe
@shop_page()
def download(request: ShopRequest, export_id: UUID) -> HttpResponse:
    """Lead to the file by an address that is signed now, for this person."""
    export = _export(request, export_id)
    if export.state != ExportState.DONE:
        messages.info(request, f"There is no file: the export is {export.get_state_display()}.")
        return redirect("exports:list")
    return redirect("exports:file", token=links.signed(export.pk, request.user.pk))


@require_safe
@shop_page()
def file(request: ShopRequest, token: str) -> HttpResponseBase:
    """Stream the file to the person the address was signed for, if still a member of the shop."""
    try:
        export_id = links.opened(token, request.user.pk)
    except Refused as refused:
        messages.info(request, str(refused))
        return redirect("exports:list")
    mine = ExportJob.objects.for_user(request.user)
    found = mine.filter(pk=export_id).first() if export_id else None
    if found is None:
        raise Http404
    if found.state != ExportState.DONE:
        messages.error(request, GONE)
        return redirect("exports:list")
    try:
        answer = file_response(
            request, found.file_url, content_type=CONTENT_TYPE, download_as=file_name(found)
        )
    except NoSuchFile:
        messages.error(request, GONE)
        return redirect("exports:list")
    except StorageDown as down:
        messages.error(request, f"The file cannot be fetched now. {down} Try again in a minute.")
        return redirect("exports:list")
    services.note_download(export=found, actor_id=request.user.pk)
    return answer
