"""Exports for ops, to look at: what changes one is a verb, not a form."""

from typing import Any

from django.contrib import admin
from unfold.admin import ModelAdmin

from .models import ExportJob


@admin.register(ExportJob)
class ExportJobAdmin(ModelAdmin):
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
    show_full_result_count = False
    ordering = ("-created_at", "-id")

    def has_add_permission(self, request: Any) -> bool:
        del request
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        del request, obj
        return False
