"""Visitors and customers of print shops, for ops to look at."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin
from orders.models import ClientAllowance, Customer, LoginLink, Visitor


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ("email", "name", "shop", "created_at")
    list_select_related = ("shop",)
    search_fields = ("id", "email", "name")
    ordering = ("-created_at", "-id")


@admin.register(Visitor)
class VisitorAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "customer", "created_at", "seen_at")
    list_select_related = ("shop", "customer")
    search_fields = ("id",)
    ordering = ("-created_at", "-id")
    raw_id_fields = ("customer",)


@admin.register(LoginLink)
class LoginLinkAdmin(ReadOnlyAdmin):
    # Not the digest of its secret: nobody needs it to help a customer.
    list_display = ("id", "customer", "onward", "created_at", "expires_at", "used_at")
    list_select_related = ("customer",)
    search_fields = ("id", "customer__email")
    ordering = ("-created_at", "-id")
    exclude = ("secret_digest",)
    raw_id_fields = ("customer", "visitor")


@admin.register(ClientAllowance)
class ClientAllowanceAdmin(ReadOnlyAdmin):
    list_display = ("key", "level", "at")
    search_fields = ("key",)
    ordering = ("-at", "key")
