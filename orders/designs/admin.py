"""Photos, designs, their versions and renders, for ops to look at."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin
from orders.models import Design, DesignVersion, Photo, RenderJob


@admin.register(Photo)
class PhotoAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "name", "width", "height", "byte_size", "created_at")
    list_select_related = ("shop",)
    search_fields = ("id", "sha256")
    ordering = ("-created_at", "-id")
    raw_id_fields = ("visitor",)


@admin.register(Design)
class DesignAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "status", "size", "customer", "checksum", "created_at")
    list_filter = ("status",)
    list_select_related = ("shop", "size__product", "customer")
    search_fields = ("id", "digest")
    ordering = ("-created_at", "-id")
    raw_id_fields = ("visitor", "customer", "photo", "original_design")


@admin.register(DesignVersion)
class DesignVersionAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "design", "number", "size", "created_at")
    list_select_related = ("shop", "design", "size__product")
    search_fields = ("id", "design__id", "digest")
    ordering = ("-created_at", "-id")
    raw_id_fields = ("design", "photo")


@admin.register(RenderJob)
class RenderJobAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "kind", "status", "paid", "attempt", "failure_reason", "seconds")
    list_filter = ("status", "kind", "paid")
    list_select_related = ("shop",)
    search_fields = ("id", "design__id")
    ordering = ("-queued_at", "-id")
    raw_id_fields = ("design", "version")
