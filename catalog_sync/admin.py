"""Ops look at the mirror; nobody edits it: the shop is the truth."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import (
    Location,
    MirrorState,
    Product,
    ReconciliationRun,
    StockHistory,
    StockLevel,
    Variant,
)


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ("title", "shop", "status", "vendor", "vendor_updated_at", "deleted_at")
    list_filter = ("shop", "status")
    list_select_related = ("shop",)
    search_fields = ("title", "vendor_id")


@admin.register(Variant)
class VariantAdmin(ReadOnlyAdmin):
    list_display = ("sku", "title", "shop", "price", "compare_at", "stock", "vendor_updated_at")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    search_fields = ("sku", "vendor_id")


@admin.register(Location)
class LocationAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "active", "vendor_id")
    list_select_related = ("shop",)


@admin.register(StockLevel)
class StockLevelAdmin(ReadOnlyAdmin):
    list_display = ("inventory_item_id", "location_vendor_id", "available", "vendor_updated_at")
    search_fields = ("inventory_item_id",)


@admin.register(StockHistory)
class StockHistoryAdmin(ReadOnlyAdmin):
    list_display = ("inventory_item_id", "location_vendor_id", "before", "after", "cause")
    search_fields = ("inventory_item_id",)


@admin.register(MirrorState)
class MirrorStateAdmin(ReadOnlyAdmin):
    list_display = ("connection", "shop", "synced_at", "subscriptions_checked_at")
    list_select_related = ("connection", "shop")


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "connection", "started_at", "finished_at", "kind", "points", "lag")
    list_filter = ("shop", "kind")
    list_select_related = ("connection",)
