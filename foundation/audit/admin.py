"""The record for ops, to look at; the database refuses changes anyway."""

from typing import Any

from django.contrib import admin
from unfold.admin import ModelAdmin

from .models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(ModelAdmin):
    list_display = ("at", "shop", "actor", "verb", "object_type", "object_id", "reason")
    list_filter = ("shop",)
    search_fields = ("verb", "object_id", "request_id", "reason")
    list_select_related = ("shop", "actor")
    show_full_result_count = False
    ordering = ("-id",)

    def has_add_permission(self, request: Any) -> bool:
        del request
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        del request, obj
        return False
