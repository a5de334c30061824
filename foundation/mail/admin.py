"""Mails for ops, to look at: what changes one is a verb, not a form."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import Mail


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "to", "subject", "shop", "state", "attempts", "error")
    list_filter = ("state",)
    search_fields = ("to", "subject", "key", "message_id")
    list_select_related = ("shop",)
    ordering = ("-created_at", "-id")
