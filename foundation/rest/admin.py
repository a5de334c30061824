"""Kept answers for ops, to look at; what an answer said is the shop's and is not shown."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import IdempotentRequest


@admin.register(IdempotentRequest)
class IdempotentRequestAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "method", "path", "user", "shop", "key", "status", "answered_at")
    list_filter = ("status",)
    search_fields = ("key",)
    list_select_related = ("user", "shop")
    ordering = ("-created_at", "-id")
