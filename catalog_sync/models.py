"""What the shop last said, and when; how its mirror stands and how it was reconciled.

Vendor ids are Shopify's numbers; ``vendor_updated_at`` is the vendor's own time of the row, and
an older one never replaces a newer one. Prices are in the shop's currency.
"""

import uuid
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now, Upper

from foundation.shop_owned import ShopOwnedManager

from .enums import ProductStatus, RunKind, StockCause


class Product(models.Model):
    """A product of one connected shop. ``deleted_at``: gone abroad, kept for history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    vendor_id = models.BigIntegerField()
    title = models.TextField()
    handle = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=ProductStatus.choices)
    vendor = models.TextField(blank=True)
    product_type = models.TextField(blank=True)
    tags = ArrayField(models.TextField(), default=list, blank=True)
    picture_url = models.TextField(blank=True)
    picture_alt = models.TextField(blank=True)
    vendor_created_at = models.DateTimeField(null=True)
    vendor_updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(db_default=Now(), help_text="Last time a read confirmed it.")

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["title", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "vendor_id"], name="product_vendor_id")
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "title", "id"], name="product_list"),
            models.Index(fields=["shop", "vendor"], name="product_vendor"),
            models.Index(fields=["shop", "product_type"], name="product_type"),
            GinIndex(fields=["tags"], name="product_tags"),
        ]

    def __str__(self) -> str:
        return self.title


class Variant(models.Model):
    """What is sold. ``stock`` is the sum over all locations; null: not tracked or unknown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants")
    vendor_id = models.BigIntegerField()
    inventory_item_id = models.BigIntegerField()
    title = models.TextField(blank=True)
    sku = models.TextField(blank=True)
    barcode = models.TextField(blank=True)
    position = models.IntegerField(default=1)
    price = models.DecimalField(max_digits=20, decimal_places=2)
    compare_at = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    cost = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    stock = models.IntegerField(null=True, blank=True)
    tracked = models.BooleanField(null=True)
    policy = models.CharField(max_length=10, blank=True, help_text="deny or continue")
    vendor_updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    # A complete sweep marks what it met; what it did not meet is looked up by id and deleted.
    seen_at = models.DateTimeField(db_default=Now(), help_text="Last time a read confirmed it.")

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["product", "position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "vendor_id"], name="variant_vendor_id")
        ]
        indexes: ClassVar = [
            models.Index(fields=["product", "position"], name="variant_of_product"),
            # A stock webhook carries the inventory item only (contract §8.3).
            models.Index(fields=["connection", "inventory_item_id"], name="variant_item"),
            models.Index("shop", Upper("sku"), name="variant_sku"),
        ]

    def __str__(self) -> str:
        return self.sku or self.title


class Location(models.Model):
    """A place of the shop that holds stock."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    vendor_id = models.BigIntegerField()
    name = models.TextField()
    active = models.BooleanField(default=True)
    vendor_updated_at = models.DateTimeField(null=True)

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection", "vendor_id"], name="location_vendor_id")
        ]

    def __str__(self) -> str:
        return self.name


class StockLevel(models.Model):
    """Quantities of one inventory item at one location (an item may serve several variants)."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    inventory_item_id = models.BigIntegerField()
    location_vendor_id = models.BigIntegerField()
    available = models.IntegerField(null=True, help_text="null: not tracked")
    on_hand = models.IntegerField(null=True)
    vendor_updated_at = models.DateTimeField()
    disconnected_at = models.DateTimeField(null=True)

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "inventory_item_id", "location_vendor_id"],
                name="stock_level_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.inventory_item_id} at {self.location_vendor_id}: {self.available}"


class StockHistory(models.Model):
    """Every change of a level the mirror saw. Append-only; pruned by policy alone."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    inventory_item_id = models.BigIntegerField()
    location_vendor_id = models.BigIntegerField()
    before = models.IntegerField(null=True)
    after = models.IntegerField(null=True)
    cause = models.CharField(max_length=15, choices=StockCause.choices)
    vendor_updated_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedManager()

    class Meta:
        verbose_name_plural = "stock history"
        indexes: ClassVar = [
            models.Index(
                fields=["connection", "inventory_item_id", "-vendor_updated_at"],
                name="stock_history_of_item",
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.inventory_item_id}: {self.before} → {self.after}"


class MirrorState(models.Model):
    """How one connection's mirror stands: its last complete sync, its webhooks. One row each."""

    connection = models.OneToOneField(
        "shops.Connection", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    sync_job_id = models.BigIntegerField(null=True, help_text="The latest full sync asked for.")
    synced_from = models.DateTimeField(null=True, help_text="When the last complete sync began.")
    synced_at = models.DateTimeField(null=True, help_text="When the last complete sync ended.")
    sync_counts = models.JSONField(default=dict, blank=True)
    subscriptions = models.JSONField(
        default=dict, blank=True, help_text="Topic → ok, restored or why not, at the last check."
    )
    subscriptions_checked_at = models.DateTimeField(null=True)
    levels_after = models.BigIntegerField(
        default=0, help_text="The inventory item whose levels a reconciliation read last."
    )
    levels_read_at = models.DateTimeField(
        null=True, help_text="When all levels were last read from end to end."
    )
    watched_from = models.DateTimeField(
        null=True, help_text="Reconciliation is late an hour after this at the earliest."
    )

    objects = ShopOwnedManager()

    def __str__(self) -> str:
        return f"Mirror of {self.connection_id}"


class ReconciliationRun(models.Model):
    """A comparison of the mirror with the shop. Without ``finished_at`` it has not ended well.

    ``lag``: the worst delay between the vendor's time of something that was mended and its mending.
    """

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    job_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=RunKind.choices, default=RunKind.COMPARISON)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    points = models.IntegerField(default=0, help_text="What Shopify charged for its calls.")
    lag = models.DurationField(null=True, blank=True)

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-id"], name="reconciliation_of_shop"),
            models.Index(fields=["connection", "-id"], name="reconciliation_latest"),
        ]

    def __str__(self) -> str:
        return f"Reconciliation {self.pk} of {self.connection_id}"
