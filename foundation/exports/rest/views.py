"""Exports: ask for one, list them, look at one, cancel it; what there is to export."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from foundation.exports import options
from foundation.exports.contracts import Exporter, InvalidExport, Refused
from foundation.exports.enums import ExportState
from foundation.exports.models import ExportJob
from foundation.exports.queries import exports_of
from foundation.exports.registry import exporter_named, known_exporters
from foundation.exports.services import cancel_export, start_export
from foundation.rest.api import (
    PAGE_PARAMETERS,
    ApiRequest,
    Problem,
    ShopAPIView,
    Strict,
    Text,
    YesNo,
    chosen,
    page_response,
    page_schema,
    read,
)
from foundation.shops.api import Role, too_weak

from .documents import (
    ExporterSerializer,
    ExportSerializer,
    export_document,
    exporter_document,
    url_of,
)

MOST_VALUE = 500


class ExportWishSerializer(Strict):
    """What is to be exported, and how the file is to be."""

    exporter = Text(
        max_length=options.MOST_NAME, help_text="A name from `/api/admin/exports/exporters/`."
    )
    filters = serializers.DictField(
        child=Text(max_length=MOST_VALUE, allow_blank=True),
        default=dict,
        help_text="Name and value of each, as text. None: everything.",
    )
    columns = serializers.ListField(
        child=Text(max_length=options.MOST_NAME),
        default=list,
        max_length=200,
        help_text="Names in the wanted order. None: all columns.",
    )
    bom = YesNo(
        default=False, help_text="Begin with a byte order mark, by which Excel knows UTF-8."
    )


def _sorted_exporters() -> list[Exporter]:
    return [each for name in known_exporters() if (each := exporter_named(name)) is not None]


class ExportsView(ShopAPIView):
    """All exports of the shop."""

    role = Role.VIEWER

    @extend_schema(
        operation_id="exports_list",
        summary="List exports, the latest first",
        parameters=[
            OpenApiParameter("state", enum=ExportState.values),
            OpenApiParameter("exporter", description="A name of an exporter."),
            *PAGE_PARAMETERS,
        ],
        responses=page_schema(ExportSerializer),
    )
    def get(self, request: ApiRequest) -> Response:
        """List exports."""
        rows = exports_of(request.shop.pk)
        if state := chosen(request, "state", ExportState.values):
            rows = rows.filter(state=state)
        if name := chosen(request, "exporter", known_exporters()):
            rows = rows.filter(exporter=name)
        return page_response(
            request,
            rows,
            ExportSerializer,
            order=("-created_at", "-id"),
            present=lambda found: [export_document(request, each) for each in found],
        )

    @extend_schema(
        operation_id="exports_create",
        summary="Ask for a CSV file",
        request=ExportWishSerializer,
        responses={202: ExportSerializer},
        examples=[
            OpenApiExample(
                "Edits made outside, for Excel",
                value={
                    "exporter": "pricing.ledger",
                    "filters": {"layer": "outside", "since": "2030-01-01"},
                    "columns": ["at", "sku", "price_before", "price_after"],
                    "bom": True,
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: ApiRequest) -> Response:
        """Have a file made of all that the filters match, however much it is.

        It is made in the background: look at the answer's `url` until `state` is `done`, then
        fetch `file_url`. The same asked again while it is not finished is the same export.
        """
        wanted = read(ExportWishSerializer, request)
        exporter = _exporter(request, wanted["exporter"])
        _refuse_unknown_filters(exporter, wanted["filters"])
        _refuse_unknown_columns(exporter, wanted["columns"])
        try:
            export = start_export(
                shop_id=request.shop.pk,
                exporter=exporter.name,
                params=wanted["filters"],
                actor_id=request.user.pk,
                columns=wanted["columns"],
                bom=wanted["bom"],
            )
        except InvalidExport as invalid:
            message = f"Nothing was started: {invalid}"
            raise Problem(
                "export-makes-no-sense", message, HTTPStatus.UNPROCESSABLE_ENTITY
            ) from invalid
        response = _answer(request, export.pk, status=HTTPStatus.ACCEPTED)
        response["Location"] = url_of(request, export.pk)
        return response


class ExportersView(ShopAPIView):
    """What can be exported."""

    role = Role.VIEWER

    @extend_schema(
        operation_id="exports_exporters",
        summary="List what can be exported, with columns and filters",
        responses=ExporterSerializer(many=True),
    )
    def get(self, request: ApiRequest) -> Response:
        """List all exporters; asking for one may need a stronger role than this."""
        del request
        return Response(
            ExporterSerializer(
                [exporter_document(each) for each in _sorted_exporters()], many=True
            ).data
        )


class ExportView(ShopAPIView):
    """One export."""

    role = Role.VIEWER

    @extend_schema(
        operation_id="exports_retrieve", summary="Look at an export", responses=ExportSerializer
    )
    def get(self, request: ApiRequest, export_id: UUID) -> Response:
        """Show how far an export is, why it failed, or where its file is."""
        return _answer(request, export_id)


class CancelView(ShopAPIView):
    """The end of an export that nobody wants any more."""

    role = Role.VIEWER

    @extend_schema(
        operation_id="exports_cancel",
        summary="Cancel an export",
        request=None,
        responses=ExportSerializer,
    )
    def post(self, request: ApiRequest, export_id: UUID) -> Response:
        """Stop one's own export, or as an editor anybody's. No file is kept."""
        export = _export_or_404(request, export_id)
        if not request.role.may(Role.EDITOR) and export.requested_by_id != request.user.pk:
            message = "Only who asked for it, or an editor, may stop this export."
            raise Problem("role-too-weak", message, HTTPStatus.FORBIDDEN)
        try:
            cancel_export(export=export, actor_id=request.user.pk)
        except Refused as refused:
            raise Problem("illegal-move", str(refused), extra={"state": export.state}) from refused
        return _answer(request, export_id)


def _export_or_404(request: ApiRequest, export_id: UUID) -> ExportJob:
    found = exports_of(request.shop.pk).filter(pk=export_id).first()
    if found is None:
        raise Http404
    return found


def _answer(
    request: ApiRequest, export_id: UUID, *, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    document = export_document(request, _export_or_404(request, export_id))
    return Response(ExportSerializer(document).data, status=status)


def _exporter(request: ApiRequest, name: str) -> Exporter:
    exporter = exporter_named(name)
    if exporter is None:
        known = ", ".join(known_exporters())
        raise _wrong("exporter", f"There is no export of this name. There are: {known}.")
    if not request.role.may(exporter.role):
        said = too_weak(request.role, exporter.role, request.shop)
        raise Problem("role-too-weak", said, HTTPStatus.FORBIDDEN)
    return exporter


def _refuse_unknown_filters(exporter: Exporter, filters: dict[str, Any]) -> None:
    """A filter that is misspelt would be overlooked, and everything be exported."""
    known = [each.name for each in exporter.filters]
    for name in filters:
        if name not in known:
            listed = ", ".join(known) or "none"
            said = f"Leave it out: the filters here are {listed}."
            place = f"filters/{name[: options.MOST_NAME]}"
            raise _wrong(place, said)


def _refuse_unknown_columns(exporter: Exporter, names: list[str]) -> None:
    try:
        options.chosen(exporter, names, bom=False)
    except InvalidExport as invalid:
        said = str(invalid)
        raise _wrong("columns", f"{said[:1].upper()}{said[1:]}") from invalid


def _wrong(place: str, said: str) -> serializers.ValidationError:
    detail: Any = [said]
    for name in reversed(place.split("/", 1)):
        detail = {name: detail}
    return serializers.ValidationError(detail)
