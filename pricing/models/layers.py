"""What campaigns lay over the merchant's own prices.

A layer is a campaign's rules over the base price. A covered variant shows what its layer makes of
its base price; the base price itself is kept here as long as the layer is on.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from .owned import ShopOwnedQuerySet, money


class PriceLayer(models.Model):
    """A campaign's rules over base prices; ``ref`` is the campaign's id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    ref = models.UUIDField()
    name = models.CharField(max_length=120)
    rules = models.JSONField(help_text="As rules.reading reads it.")
    created_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "ref"], name="price_layer_once")
        ]

    def __str__(self) -> str:
        return self.name


class CoveredVariant(models.Model):
    """A variant under a layer, with the merchant's own price to which it will return."""

    variant = models.OneToOneField(
        "catalog_sync.Variant", primary_key=True, on_delete=models.PROTECT, related_name="covered"
    )
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    layer = models.ForeignKey(PriceLayer, on_delete=models.PROTECT, related_name="covered")
    base_price = money()
    base_compare_at = money(null=True)
    covered_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.variant_id} under {self.layer_id}"
