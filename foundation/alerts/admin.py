"""Alerts for ops, to look at: they are taken and closed on their page."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import Alert


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("opened_at", "shop", "severity", "title", "count", "last_at", "closed_at")
    list_filter = ("severity", "shop")
    search_fields = ("key", "title")
    list_select_related = ("shop",)
    ordering = ("-id",)
