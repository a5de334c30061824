"""Which variants a campaign is about, what happened to them, and which wait to be evaluated."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from campaigns.enums import MoveCause, MoveKind
from foundation.shop_owned import ShopOwnedManager

from .campaigns import Campaign


class CampaignVariant(models.Model):
    """A variant a campaign is about, with what its triggers know of it.

    ``holding`` are the positions (from 0) of the triggers whose condition holds: an edge is a
    change of it. ``on`` says that the layer lies on the variant; it differs from ``holding`` while
    a cool-down or the daily limit makes it wait until ``look_again_at``. Found by variant, so that
    a stock event costs as much among a thousand campaigns as among ten.
    """

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="variants")
    variant = models.ForeignKey("catalog_sync.Variant", on_delete=models.PROTECT, related_name="+")
    on = models.BooleanField(default=False, db_default=False)
    holding = ArrayField(models.SmallIntegerField(), default=list, db_default=[])
    by_hand = models.BooleanField(default=False, db_default=False)
    since = ArrayField(
        models.DateTimeField(), default=list, db_default=[], help_text="When each began to hold."
    )
    moved_at = models.DateTimeField(null=True, help_text="When the layer was last put or taken.")
    moves_on = models.DateField(null=True, help_text="The shop's day of moves_today.")
    moves_today = models.SmallIntegerField(default=0, db_default=0)
    look_again_at = models.DateTimeField(null=True)
    last_stock = models.IntegerField(null=True, help_text="At the last evaluation.")
    last_levels = models.JSONField(
        default=dict, help_text="The same by location, where a trigger asks for it."
    )
    let_go_at = models.DateTimeField(null=True, help_text="Edited outside: left alone since.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["variant", "campaign"], name="campaign_variant_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["campaign", "id"], name="campaign_variant_list"),
            models.Index(
                fields=["look_again_at"],
                condition=Q(look_again_at__isnull=False),
                name="campaign_variant_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} of {self.campaign_id}"


class CampaignMove(models.Model):
    """What happened to a variant under a campaign, and why. Append-only."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="moves")
    variant = models.ForeignKey("catalog_sync.Variant", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=10, choices=MoveKind.choices)
    cause = models.CharField(max_length=15, choices=MoveCause.choices)
    why = models.CharField(max_length=300, blank=True, default="", db_default="")
    stock = models.IntegerField(null=True)
    actor = models.ForeignKey("shops.User", null=True, on_delete=models.PROTECT, related_name="+")
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")

    objects = ShopOwnedManager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["campaign", "-id"], name="campaign_move_list"),
            models.Index(fields=["variant", "-id"], name="campaign_move_of_variant"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.variant_id}"


class PendingVariant(models.Model):
    """A variant whose campaigns wait to be evaluated: many events, one row, one evaluation."""

    variant = models.OneToOneField(
        "catalog_sync.Variant", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=15, choices=MoveCause.choices)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["connection", "since"], name="pending_list")]

    def __str__(self) -> str:
        return str(self.variant_id)
