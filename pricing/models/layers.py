"""What campaigns lay over the merchant's own prices.

A layer is a campaign's rules. A covered variant shows what the layers on it make of the merchant's
own price, which is kept here until the last layer is gone and the own price is shown again. The
price to show is always computed from the two, never remembered.
"""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager
from pricing.enums import OutsideEditPolicy

from .money import money


class PriceLayer(models.Model):
    """A campaign's rules (``rules``, PricingRule) over prices; ``ref`` is the campaign's id.

    The layer of the highest priority wins; of equal ones, the older. ``builds_on``: its rules
    begin from what the layers below show instead of from the merchant's own price.
    ``min_margin``: percent of the price that no price of this layer may fall below.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    ref = models.UUIDField()
    name = models.CharField(max_length=120)
    priority = models.IntegerField(default=100)
    builds_on = models.BooleanField(default=False)
    outside_edits = models.CharField(
        max_length=10, choices=OutsideEditPolicy.choices, default=OutsideEditPolicy.ADOPT
    )
    min_margin = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    asks_stock = models.BooleanField(
        default=False, help_text="A rule of it asks for stock: its prices move with it."
    )
    asks_levels = models.BooleanField(
        default=False, help_text="A rule of it asks for the stock of one location."
    )
    held = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Its campaign is paused: where it lies prices stay as they are.",
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "ref"], name="price_layer_once")
        ]

    def __str__(self) -> str:
        return self.name


class CoveredVariant(models.Model):
    """A variant that layers lie on, with the merchant's own price.

    ``stack``: ids of the layers on it, in no particular order. An empty one means that the own
    price is on its way back to the shop, or that ``let_go`` is not empty: layers that leave the
    variant alone because somebody edited its price. ``base_at``: the vendor's time of the own
    price; an older edit does not replace it.
    """

    variant = models.OneToOneField(
        "catalog_sync.Variant", primary_key=True, on_delete=models.PROTECT, related_name="covered"
    )
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    stack = ArrayField(models.UUIDField(), default=list, db_default=[])
    let_go = ArrayField(models.UUIDField(), default=list, db_default=[])
    base_price = money()
    base_compare_at = money(null=True)
    base_at = models.DateTimeField()
    covered_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedManager()

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["stack"], name="covered_by_layer"),
            GinIndex(fields=["let_go"], name="covered_let_go"),
            models.Index(fields=["connection"], name="covered_of_connection"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id} under {len(self.stack)}"
