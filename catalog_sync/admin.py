"""Ops look at the mirror; nobody edits it: the shop is the truth."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from .models import Location, MirrorState, Product, StockHistory, StockLevel, Variant


class ReadOnlyAdmin(ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- Django's shape
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's shape
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's shape
        return False


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ("title", "shop", "status", "vendor", "vendor_updated_at", "deleted_at")
    list_filter = ("shop", "status")
    list_select_related = ("shop",)
    search_fields = ("title", "vendor_id")
    show_full_result_count = False


@admin.register(Variant)
class VariantAdmin(ReadOnlyAdmin):
    list_display = ("sku", "title", "shop", "price", "compare_at", "stock", "vendor_updated_at")
    list_filter = ("shop",)
    list_select_related = ("shop",)
    search_fields = ("sku", "vendor_id")
    show_full_result_count = False


@admin.register(Location)
class LocationAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "active", "vendor_id")
    list_select_related = ("shop",)


@admin.register(StockLevel)
class StockLevelAdmin(ReadOnlyAdmin):
    list_display = ("inventory_item_id", "location_vendor_id", "available", "vendor_updated_at")
    search_fields = ("inventory_item_id",)
    show_full_result_count = False


@admin.register(StockHistory)
class StockHistoryAdmin(ReadOnlyAdmin):
    list_display = ("inventory_item_id", "location_vendor_id", "before", "after", "cause")
    search_fields = ("inventory_item_id",)
    show_full_result_count = False


@admin.register(MirrorState)
class MirrorStateAdmin(ReadOnlyAdmin):
    list_display = ("connection", "shop", "synced_at", "subscriptions_checked_at")
    list_select_related = ("connection", "shop")
