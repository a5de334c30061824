"""Jobs, slots and heartbeats for ops, to look at: what changes a job is a verb, not a form."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import Heartbeat, Job, ScheduleSlot


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("id", "name", "group", "shop", "state", "attempts", "run_after", "error")
    list_filter = ("state", "group")
    search_fields = ("name", "error", "request_id")
    list_select_related = ("shop",)
    ordering = ("-id",)


@admin.register(ScheduleSlot)
class ScheduleSlotAdmin(ReadOnlyAdmin):
    list_display = ("name", "slot_at", "claimed_at")
    list_filter = ("name",)
    ordering = ("-id",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "seen_at", "worker")
