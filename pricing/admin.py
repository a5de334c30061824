"""Price jobs and the ledger for ops, to look at: what changes a price is a verb, not a form."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import AuditTrailEntry, JobDraft, PricingJob, ProcessingResult


@admin.register(PricingJob)
class PricingJobAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "kind", "state", "applied", "conflict", "failed", "created_at")
    list_filter = ("state", "kind")
    list_select_related = ("shop",)
    search_fields = ("id", "name")
    ordering = ("-created_at", "-id")


@admin.register(ProcessingResult)
class ProcessingResultAdmin(ReadOnlyAdmin):
    list_display = ("id", "job", "outcome", "before_price", "target_price", "found_price", "reason")
    list_filter = ("outcome",)
    list_select_related = ("job",)
    ordering = ("-pk",)
    raw_id_fields = ("job", "planned", "variant")


@admin.register(AuditTrailEntry)
class AuditTrailEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "variant", "layer", "cause", "price_before", "price_after", "at")
    list_filter = ("layer", "cause")
    list_select_related = ("shop", "variant")
    ordering = ("-pk",)
    raw_id_fields = ("variant", "job", "result")


@admin.register(JobDraft)
class JobDraftAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "user", "job", "saved_at", "closed_at")
    list_select_related = ("shop", "user", "job")
    ordering = ("-saved_at", "-id")
