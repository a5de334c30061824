"""Jobs, slots and heartbeats for ops, to look at: what changes a job is a verb, not a form."""

from typing import Any

from django.contrib import admin
from unfold.admin import ModelAdmin

from .models import Heartbeat, Job, ScheduleSlot


class LookOnly(ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request: Any) -> bool:
        del request
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        del request, obj
        return False


@admin.register(Job)
class JobAdmin(LookOnly):
    list_display = ("id", "name", "group", "shop", "state", "attempts", "run_after", "error")
    list_filter = ("state", "group")
    search_fields = ("name", "error", "request_id")
    list_select_related = ("shop",)
    ordering = ("-id",)


@admin.register(ScheduleSlot)
class ScheduleSlotAdmin(LookOnly):
    list_display = ("name", "slot_at", "claimed_at")
    list_filter = ("name",)
    ordering = ("-id",)


@admin.register(Heartbeat)
class HeartbeatAdmin(LookOnly):
    list_display = ("name", "seen_at", "worker")
