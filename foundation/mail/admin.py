"""Mails for ops, to look at: what changes one is a verb, not a form."""

from typing import Any

from django.contrib import admin
from unfold.admin import ModelAdmin

from .models import Mail


@admin.register(Mail)
class MailAdmin(ModelAdmin):
    list_display = ("created_at", "to", "subject", "shop", "state", "attempts", "error")
    list_filter = ("state",)
    search_fields = ("to", "subject", "key", "message_id")
    list_select_related = ("shop",)
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
