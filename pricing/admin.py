"""Price jobs and the ledger for ops, to look at: what changes a price is a verb, not a form."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import (
    ApprovalPolicy,
    AuditTrailEntry,
    CoveredVariant,
    JobDraft,
    PriceFile,
    PriceFileLine,
    PriceLayer,
    PriceLock,
    PricingJob,
    ProcessingResult,
    RuleSet,
    SavedFilter,
)


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


@admin.register(RuleSet, SavedFilter)
class KeptAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "saved_by", "saved_at")
    list_select_related = ("shop", "saved_by")
    search_fields = ("id", "name")
    ordering = ("-saved_at", "-id")


@admin.register(PriceLock)
class PriceLockAdmin(ReadOnlyAdmin):
    list_display = ("reason", "shop", "variant", "product", "selection", "locked_by", "locked_at")
    list_select_related = ("shop", "variant", "product", "locked_by")
    search_fields = ("id", "reason")
    ordering = ("-locked_at", "-id")
    raw_id_fields = ("variant", "product")


@admin.register(ApprovalPolicy)
class ApprovalPolicyAdmin(ReadOnlyAdmin):
    list_display = ("shop", "enabled", "rows_over", "percent_over", "money_over")
    list_filter = ("enabled",)
    list_select_related = ("shop",)
    ordering = ("shop_id",)


@admin.register(PriceFile)
class PriceFileAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "state", "lines", "size", "uploaded_by", "uploaded_at", "error")
    list_filter = ("state",)
    list_select_related = ("shop", "uploaded_by")
    search_fields = ("id", "name")
    ordering = ("-uploaded_at", "-id")


@admin.register(PriceFileLine)
class PriceFileLineAdmin(ReadOnlyAdmin):
    list_display = ("id", "file", "line", "sku", "price_text", "price", "verdict", "message")
    list_filter = ("verdict",)
    list_select_related = ("file",)
    ordering = ("-pk",)
    raw_id_fields = ("file", "variant")


@admin.register(PriceLayer)
class PriceLayerAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "priority", "builds_on", "outside_edits", "ref", "created_at")
    list_select_related = ("shop",)
    search_fields = ("id", "ref", "name")
    ordering = ("-created_at", "-id")


@admin.register(CoveredVariant)
class CoveredVariantAdmin(ReadOnlyAdmin):
    list_display = ("variant", "shop", "stack", "let_go", "base_price", "covered_at")
    list_select_related = ("variant", "shop")
    ordering = ("-covered_at", "pk")
    raw_id_fields = ("variant",)
