"""Exports for ops, to look at: what changes one is a verb, not a form."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import ExportJob


@admin.register(ExportJob)
class ExportJobAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "exporter",
        "shop",
        "requested_by",
        "state",
        "processed_records",
        "byte_size",
        "error",
    )
    list_filter = ("state", "exporter")
    search_fields = ("id",)
    list_select_related = ("shop", "requested_by")
    ordering = ("-created_at", "-id")
