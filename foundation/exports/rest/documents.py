"""Exports as JSON: what was asked, how far it is, where the file is."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework import serializers

from foundation.exports.contracts import Exporter
from foundation.exports.enums import ExportState
from foundation.exports.links import GOOD_SECONDS, address_for_programs
from foundation.exports.models import ExportJob
from foundation.exports.options import Options, filters_of
from foundation.exports.presenting import ExportRow, file_name
from foundation.exports.registry import exporter_named
from foundation.rest.api import ApiRequest, PersonSerializer, person_of
from foundation.shops.api import Role

_MOMENTS = ("created_at", "started_at", "finished_at", "expires_at")
_COUNTS = ("processed_records", "total_records", "byte_size")


class ExportSerializer(serializers.Serializer[Any]):
    """One export. `columns`: those of the file, in their order."""

    id = serializers.UUIDField()
    url = serializers.URLField()
    exporter = serializers.CharField()
    title = serializers.CharField()
    filters = serializers.DictField(
        child=serializers.CharField(), help_text="As they were understood; `name` is of what."
    )
    columns = serializers.ListField(child=serializers.CharField())
    bom = serializers.BooleanField(help_text="It begins with a byte order mark.")
    in_words = serializers.CharField()
    state = serializers.ChoiceField(ExportState.choices)
    error = serializers.CharField(
        allow_blank=True,
        help_text="Why it failed; of a queued one: why it waits, it is tried again by itself.",
    )
    processed_records = serializers.IntegerField()
    total_records = serializers.IntegerField(allow_null=True, help_text="null: not counted yet.")
    byte_size = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_blank=True)
    file_name = serializers.CharField()
    file_url = serializers.URLField(
        allow_null=True,
        help_text=f"Signed now and good for {GOOD_SECONDS // 60} minutes, without log-in. Ask for "
        "this document again to get another. null: there is no file (any more).",
    )
    requested_by = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="When its file is deleted.")
    links = serializers.DictField(
        child=serializers.URLField(), help_text="`cancel`, when this person can cancel it now."
    )


class FilterSerializer(serializers.Serializer[Any]):
    """What an export can be narrowed to."""

    name = serializers.CharField()
    meaning = serializers.CharField()
    values = serializers.ListField(
        child=serializers.CharField(), help_text="Those it can have; empty: any."
    )
    # The stubs know it as the field's own property, which a field does not disturb.
    required = serializers.BooleanField()  # type: ignore[assignment]


class ExporterSerializer(serializers.Serializer[Any]):
    """Something that can be exported. `role`: what a person must be to ask for it."""

    name = serializers.CharField()
    title = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    columns = serializers.ListField(child=serializers.CharField())
    filters = FilterSerializer(many=True)


def url_of(request: ApiRequest, export_id: UUID, name: str = "export") -> str:
    """Return the address of an export, or of a verb on it."""
    return request.build_absolute_uri(
        reverse(f"exports_api:{name}", kwargs={"export_id": export_id})
    )


def export_document(request: ApiRequest, export: ExportJob) -> dict[str, Any]:
    """Lay an export out."""
    row = ExportRow.of(export, user_id=request.user.pk, editor=request.role.may(Role.EDITOR))
    options = Options.of(export.params)
    address = address_for_programs(export, request.user.pk)
    links = {"self": url_of(request, export.pk)}
    if row.may_cancel:
        links["cancel"] = url_of(request, export.pk, "cancel")
    return {
        "id": export.pk,
        "url": url_of(request, export.pk),
        "exporter": export.exporter,
        "title": row.title,
        "filters": filters_of(export.params),
        "columns": list(options.columns) or _all_columns(export.exporter),
        "bom": options.bom,
        "in_words": row.words,
        "state": export.state,
        "error": export.error,
        **{name: getattr(export, name) for name in (*_COUNTS, *_MOMENTS)},
        "sha256": export.sha256,
        "file_name": file_name(export),
        "file_url": address and request.build_absolute_uri(address),
        "requested_by": person_of(export.requested_by),
        "links": links,
    }


def _all_columns(name: str) -> list[str]:
    exporter = exporter_named(name)
    return [] if exporter is None else [column.name for column in exporter.columns]


def exporter_document(exporter: Exporter) -> dict[str, Any]:
    """Lay out what can be exported."""
    return {
        "name": exporter.name,
        "title": exporter.title,
        "role": exporter.role,
        "columns": [column.name for column in exporter.columns],
        "filters": [
            {
                "name": each.name,
                "meaning": each.meaning,
                "values": list(each.values),
                "required": each.required,
            }
            for each in exporter.filters
        ],
    }
