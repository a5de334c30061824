"""Uploaded price lists: a file, and a verdict on each of its lines."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager
from pricing.enums import LineVerdict, PriceFileState

from .money import money


class PriceFile(models.Model):
    """A CSV of SKUs and prices. ``counts``: lines by verdict."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    encoding = models.CharField(max_length=10, default="utf-8", help_text="Without a BOM.")
    state = models.CharField(
        max_length=10, choices=PriceFileState.choices, default=PriceFileState.READING
    )
    error = models.TextField(blank=True, default="", help_text="Why it was refused, and where.")
    storage_key = models.TextField(blank=True, default="")
    size = models.BigIntegerField(default=0, help_text="Bytes.")
    lines = models.IntegerField(default=0)
    counts = models.JSONField(default=dict)
    work_job_id = models.BigIntegerField(null=True)
    uploaded_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedManager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["shop", "-uploaded_at", "-id"], name="price_file_list")
        ]

    def __str__(self) -> str:
        return self.name


class PriceFileLine(models.Model):
    """A line of a price list as it was read, and what is thought of it."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(PriceFile, on_delete=models.CASCADE, related_name="rows")
    line = models.IntegerField()
    sku = models.TextField()
    price_text = models.CharField(max_length=60, blank=True, default="")
    price = money(null=True)
    compare_at = money(null=True)
    variant = models.ForeignKey(
        "catalog_sync.Variant", null=True, on_delete=models.PROTECT, related_name="+"
    )
    verdict = models.CharField(max_length=12, choices=LineVerdict.choices)
    message = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            # Two lines never give one variant two prices.
            models.UniqueConstraint(
                fields=["file", "variant"],
                condition=Q(verdict="taken"),
                name="price_file_variant_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["file", "line"], name="price_file_lines"),
            models.Index(fields=["file", "verdict", "line"], name="price_file_verdicts"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.sku}"
