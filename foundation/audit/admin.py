"""The record for ops, to look at; the database refuses changes anyway."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import AuditEvent


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "shop", "actor", "verb", "object_type", "object_id", "reason")
    list_filter = ("shop",)
    search_fields = ("verb", "object_id", "request_id", "reason")
    list_select_related = ("shop", "actor")
    ordering = ("-id",)
