"""A campaign and the history of its states."""

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from campaigns.enums import CampaignState, PauseCause
from foundation.shop_owned import ShopOwnedManager


class Campaign(models.Model):
    """Prices that follow stock or time, for the variants of ``selection``.

    ``layer`` is the campaign's rules as the price engine knows them. ``follows_catalogue``: what
    the selection matches is kept up to date; otherwise it is fixed when the campaign begins.
    Counters change with the rows they count. Times are UTC; on screen in the shop's zone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    state = models.CharField(
        max_length=12, choices=CampaignState.choices, default=CampaignState.DRAFT
    )
    state_reason = models.TextField(blank=True)
    paused_cause = models.CharField(max_length=12, choices=PauseCause.choices, blank=True)
    layer = models.OneToOneField(
        "pricing.PriceLayer", on_delete=models.PROTECT, related_name="campaign"
    )
    selection = models.JSONField(help_text="As catalog_sync.Selection reads it.")
    follows_catalogue = models.BooleanField(default=True)
    triggers = models.JSONField(help_text="As triggers.reading reads it.")
    cool_down_minutes = models.PositiveIntegerField(
        default=0, help_text="A variant's price rests so long after each move."
    )
    moves_per_day = models.PositiveSmallIntegerField(
        null=True, help_text="A variant's price moves at most so often, by the shop's days."
    )
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    activated_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(
        null=True, help_text="When its variants were last brought in line with its state."
    )
    settle_job_id = models.BigIntegerField(
        null=True, help_text="The job of work that last brought its variants in line."
    )
    rollback_job_id = models.UUIDField(null=True, help_text="The price job of its rollback.")

    variants_total = models.IntegerField(default=0)
    variants_on = models.IntegerField(default=0)
    trigger_count = models.IntegerField(default=0, help_text="How often its price was put.")

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="campaign_ends_after_start",
                condition=Q(starts_at__isnull=True)
                | Q(ends_at__isnull=True)
                | Q(ends_at__gt=models.F("starts_at")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-created_at", "-id"], name="campaign_list"),
            models.Index(
                fields=["connection"], condition=Q(state="active"), name="campaign_active"
            ),
            # What begins or ends by itself: a handful of rows, looked at every minute.
            models.Index(fields=["starts_at"], condition=Q(state="scheduled"), name="campaign_due"),
            models.Index(
                fields=["ends_at"],
                condition=Q(state__in=["scheduled", "active", "paused"], ends_at__isnull=False),
                name="campaign_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignStateChange(models.Model):
    """History of a campaign's states; append-only."""

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="history")
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey("shops.User", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
