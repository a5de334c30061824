"""Orders with their lines, taxes and history, for ops to look at."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin
from orders.models import Order, OrderCounter, OrderLine, OrderStatusChange, OrderTax


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("number", "shop", "status", "payment_status", "total", "currency", "created_at")
    list_filter = ("status", "payment_status", "channel")
    list_select_related = ("shop",)
    search_fields = ("id", "number", "email", "stripe_checkout_session_id")
    ordering = ("-created_at", "-id")
    raw_id_fields = ("visitor", "customer", "reordered_from", "reprint_of")


@admin.register(OrderLine)
class OrderLineAdmin(ReadOnlyAdmin):
    list_display = ("id", "order", "position", "title", "sku", "quantity", "unit_price", "total")
    list_select_related = ("order",)
    search_fields = ("order__id", "sku")
    ordering = ("-pk",)
    raw_id_fields = ("order", "design", "version")


@admin.register(OrderTax)
class OrderTaxAdmin(ReadOnlyAdmin):
    list_display = ("id", "order", "name", "rate", "amount")
    list_select_related = ("order",)
    ordering = ("-pk",)
    raw_id_fields = ("order",)


@admin.register(OrderStatusChange)
class OrderStatusChangeAdmin(ReadOnlyAdmin):
    list_display = ("id", "order", "field", "before", "after", "at", "actor", "cause", "reason")
    list_filter = ("field", "after")
    list_select_related = ("order", "actor")
    search_fields = ("order__id", "request_id")
    ordering = ("-pk",)
    raw_id_fields = ("order", "actor")


@admin.register(OrderCounter)
class OrderCounterAdmin(ReadOnlyAdmin):
    list_display = ("shop", "last")
    list_select_related = ("shop",)
    ordering = ("shop_id",)
