"""What a shop keeps for its price jobs: rule sets, filters, locks, thresholds of approval."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from foundation.shop_owned import ShopOwnedManager

from .money import money


class RuleSet(models.Model):
    """Rules under a name, to begin a job with. A job keeps its own copy."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    rules = models.JSONField(help_text="As rules.reading reads it.")
    saved_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint("shop", Lower("name"), name="rule_set_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class SavedFilter(models.Model):
    """A selection under a name; what it matches follows the catalogue."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    selection = models.JSONField(help_text="As catalog_sync.Selection reads it.")
    saved_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint("shop", Lower("name"), name="saved_filter_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class PriceLock(models.Model):
    """Prices that nothing here may write: of a variant, of a product, or of all that match."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey(
        "catalog_sync.Variant", null=True, on_delete=models.PROTECT, related_name="+"
    )
    product = models.ForeignKey(
        "catalog_sync.Product", null=True, on_delete=models.PROTECT, related_name="+"
    )
    selection = models.JSONField(null=True, help_text="As catalog_sync.Selection reads it.")
    reason = models.CharField(max_length=200)
    locked_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    locked_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="price_lock_of_one_thing",
                condition=Q(variant__isnull=False, product__isnull=True, selection__isnull=True)
                | Q(variant__isnull=True, product__isnull=False, selection__isnull=True)
                | Q(variant__isnull=True, product__isnull=True, selection__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["variant"], condition=Q(variant__isnull=False), name="variant_locked_once"
            ),
            models.UniqueConstraint(
                fields=["product"], condition=Q(product__isnull=False), name="product_locked_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-locked_at", "-id"], name="price_lock_list")
        ]

    def __str__(self) -> str:
        return self.reason


class ApprovalPolicy(models.Model):
    """Above what a shop wants a second person to look at a plan. Null: no such threshold."""

    shop = models.OneToOneField(
        "shops.Shop", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    enabled = models.BooleanField(default=False)
    rows_over = models.PositiveIntegerField(null=True, help_text="Prices in one job.")
    percent_over = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, help_text="Of the steepest change."
    )
    money_over = money(null=True, help_text="Given away on the stock at hand.")

    objects = ShopOwnedManager()

    class Meta:
        verbose_name_plural = "approval policies"

    def __str__(self) -> str:
        return f"Approval in {self.shop_id}"
