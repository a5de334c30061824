"""What merchants set up, for ops to look at: merchants change it on their own pages."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin
from orders.models import PrintProduct, PrintShop, PrintSize, ShippingRate, TaxRate


@admin.register(PrintShop)
class PrintShopAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "hosts", "ships_to", "open", "created_at")
    list_filter = ("open",)
    list_select_related = ("shop",)
    search_fields = ("id", "name", "hosts")
    ordering = ("name", "id")


@admin.register(PrintProduct)
class PrintProductAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "kind", "slug", "position", "active")
    list_filter = ("kind", "active")
    list_select_related = ("shop",)
    search_fields = ("id", "name", "slug")
    ordering = ("shop_id", "position", "id")


@admin.register(PrintSize)
class PrintSizeAdmin(ReadOnlyAdmin):
    list_display = ("sku", "shop", "product", "name", "width_mm", "height_mm", "dpi", "price")
    list_filter = ("parcel_class", "active")
    list_select_related = ("shop", "product")
    search_fields = ("id", "sku", "name")
    ordering = ("shop_id", "sku")


@admin.register(ShippingRate)
class ShippingRateAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "shop",
        "country",
        "province",
        "method",
        "parcel_class",
        "first_piece",
        "each_further",
    )
    list_filter = ("parcel_class", "country")
    list_select_related = ("shop",)
    ordering = ("shop_id", "country", "province", "method", "parcel_class")


@admin.register(TaxRate)
class TaxRateAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "country", "province", "name", "rate", "valid_from")
    list_filter = ("country", "name")
    list_select_related = ("shop",)
    ordering = ("shop_id", "country", "province", "name", "-valid_from")
