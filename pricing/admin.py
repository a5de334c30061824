"""Price jobs and the ledger for ops, to look at: what changes a price is a verb, not a form."""

from typing import Any, ClassVar

from django.contrib import admin
from unfold.admin import ModelAdmin

from .models import AuditTrailEntry, PricingJob, ProcessingResult


class LookOnly(ModelAdmin):
    show_full_result_count = False
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)

    def has_add_permission(self, request: Any) -> bool:
        del request
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        del request, obj
        return False


@admin.register(PricingJob)
class PricingJobAdmin(LookOnly):
    list_display = ("name", "shop", "kind", "state", "applied", "conflict", "failed", "created_at")
    list_filter = ("state", "kind")
    list_select_related = ("shop",)
    search_fields = ("id", "name")
    ordering = ("-created_at", "-id")


@admin.register(ProcessingResult)
class ProcessingResultAdmin(LookOnly):
    list_display = ("id", "job", "outcome", "before_price", "target_price", "found_price", "reason")
    list_filter = ("outcome",)
    list_select_related = ("job",)
    raw_id_fields = ("job", "planned", "variant")


@admin.register(AuditTrailEntry)
class AuditTrailEntryAdmin(LookOnly):
    list_display = ("id", "shop", "variant", "layer", "cause", "price_before", "price_after", "at")
    list_filter = ("layer", "cause")
    list_select_related = ("shop", "variant")
    raw_id_fields = ("variant", "job", "result")
