"""Zips of print files, for ops to look at."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin
from orders.models import PrintBatch


@admin.register(PrintBatch)
class PrintBatchAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "files", "byte_size", "requested_by", "created_at", "finished_at")
    list_filter = ("shop",)
    list_select_related = ("shop", "requested_by")
    search_fields = ("id", "file_key")
    ordering = ("-created_at", "-id")
