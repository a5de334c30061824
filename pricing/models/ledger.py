"""The price ledger: every price of every variant, whoever set it. In the shop's currency."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager
from pricing.enums import Cause, Layer

from .money import money


class AuditTrailEntry(models.Model):
    """The price ledger: every price a variant ever showed, and whose it was. Append-only.

    ``price_*`` is the price shown in the shop; ``base_*`` the merchant's own price after the
    entry, which a campaign's layer leaves alone and returns to. ``layer_ref`` names the campaign:
    whose price is shown, or, where the own price is shown again, which one let go of it.
    """

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("catalog_sync.Variant", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    layer = models.CharField(max_length=10, choices=Layer.choices)
    layer_ref = models.UUIDField(null=True)
    cause = models.CharField(max_length=15, choices=Cause.choices)
    job = models.ForeignKey("PricingJob", null=True, on_delete=models.PROTECT, related_name="+")
    result = models.ForeignKey(
        "ProcessingResult", null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor = models.ForeignKey("shops.User", null=True, on_delete=models.PROTECT, related_name="+")
    price_before = money(null=True)
    compare_at_before = money(null=True)
    price_after = money()
    compare_at_after = money(null=True)
    base_price = money(null=True)
    base_compare_at = money(null=True)
    vendor_updated_at = models.DateTimeField(null=True)
    vendor_request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            # One row's write enters the ledger once, however often it is recorded.
            models.UniqueConstraint(
                fields=["result", "cause"],
                condition=Q(result__isnull=False),
                name="ledger_once_per_result",
            ),
            # The same outside edit is told by several webhooks.
            models.UniqueConstraint(
                fields=["variant", "vendor_updated_at", "price_after", "compare_at_after"],
                condition=Q(layer="outside"),
                nulls_distinct=False,
                name="ledger_once_per_outside_edit",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["variant", "-id"], name="ledger_of_variant"),
            models.Index(fields=["shop", "-id"], name="ledger_list"),
            models.Index(fields=["shop", "layer", "-id"], name="ledger_by_layer"),
            models.Index(fields=["shop", "cause", "-id"], name="ledger_by_cause"),
            models.Index(
                fields=["layer_ref", "-id"],
                condition=Q(layer_ref__isnull=False),
                name="ledger_of_campaign",
            ),
            models.Index(
                fields=["job", "id"], condition=Q(job__isnull=False), name="ledger_of_job"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.layer} {self.price_before} → {self.price_after}"
