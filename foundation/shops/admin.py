"""People, shops and memberships for ops. Credentials are not shown anywhere."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from .models import Connection, Membership, Shop, User

# Roles belong to memberships; Django's groups would be a second, unused way.
admin.site.unregister(Group)


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]  # as above
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Ops", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Times", {"fields": ("last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)  # type: ignore[assignment]  # the stub takes Django's default for the type


@admin.register(Shop)
class ShopAdmin(ModelAdmin):
    list_display = ("name", "currency", "timezone", "frozen_at", "created_at")
    search_fields = ("name",)
    readonly_fields = ("frozen_at", "frozen_by", "frozen_reason", "created_at")
    inlines = (MembershipInline,)


@admin.register(Connection)
class ConnectionAdmin(ModelAdmin):
    list_display = ("account", "kind", "shop", "state", "parked_at", "tested_at")
    list_filter = ("kind", "state")
    search_fields = ("account",)
    list_select_related = ("shop",)
    exclude = ("sealed",)

    def has_add_permission(self, request: Any) -> bool:
        """Connections are made on the shop's page, where the credentials are encrypted."""
        del request
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        """Parking and resuming are verbs that also move jobs; the pages have them."""
        del request, obj
        return False
