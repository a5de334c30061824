"""Campaigns for ops, to look at: what moves one is a verb, on its page or by ``campaigns``."""

from django.contrib import admin

from foundation.readonly_admin import ReadOnlyAdmin

from .models import (
    Campaign,
    CampaignMove,
    CampaignStateChange,
    CampaignVariant,
    PendingVariant,
    UnsavedCampaign,
)


@admin.register(Campaign)
class CampaignAdmin(ReadOnlyAdmin):
    list_display = ("name", "shop", "state", "variants_total", "variants_on", "created_at")
    list_filter = ("state", "paused_cause", "follows_catalogue")
    list_select_related = ("shop",)
    search_fields = ("id", "name")
    ordering = ("-created_at", "-id")
    raw_id_fields = ("layer",)


@admin.register(CampaignStateChange)
class CampaignStateChangeAdmin(ReadOnlyAdmin):
    list_display = ("id", "campaign", "before", "after", "actor", "at", "reason")
    list_select_related = ("campaign", "actor")
    search_fields = ("campaign__id",)
    ordering = ("-pk",)


@admin.register(CampaignVariant)
class CampaignVariantAdmin(ReadOnlyAdmin):
    list_display = ("id", "campaign", "variant", "on", "holding", "moved_at", "look_again_at")
    list_filter = ("on", "by_hand")
    list_select_related = ("campaign", "variant")
    search_fields = ("campaign__id", "variant__id")
    ordering = ("-pk",)
    raw_id_fields = ("campaign", "variant")


@admin.register(CampaignMove)
class CampaignMoveAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "campaign", "variant", "kind", "cause", "why", "at")
    list_filter = ("kind", "cause")
    list_select_related = ("shop", "campaign", "variant")
    search_fields = ("campaign__id", "variant__id")
    ordering = ("-pk",)
    raw_id_fields = ("campaign", "variant")


@admin.register(PendingVariant)
class PendingVariantAdmin(ReadOnlyAdmin):
    list_display = ("variant", "shop", "connection", "cause", "since")
    list_filter = ("cause",)
    list_select_related = ("variant", "shop", "connection")
    ordering = ("since", "variant_id")
    raw_id_fields = ("variant",)


@admin.register(UnsavedCampaign)
class UnsavedCampaignAdmin(ReadOnlyAdmin):
    list_display = ("id", "shop", "user", "campaign", "saved_at", "closed_at")
    list_select_related = ("shop", "user", "campaign")
    ordering = ("-saved_at", "-id")
