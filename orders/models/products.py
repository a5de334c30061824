"""What is sold: products with their sizes, and the shop they are sold in."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager
from orders.enums import ParcelClass, ProductKind


class PrintShop(models.Model):
    """A merchant's public print shop. ``hosts``: the names it is reached by; empty: any.

    The seller's lines stand on receipts. Prices are in the shop's currency, before tax.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.OneToOneField("shops.Shop", on_delete=models.PROTECT, related_name="print_shop")
    name = models.CharField(max_length=120)
    hosts = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    seller_name = models.CharField(max_length=200)
    seller_address = models.TextField(help_text="Printed on receipts, as it stands.")
    tax_number = models.CharField(
        max_length=60, blank=True, help_text="Printed on receipts, e.g. a GST/HST number."
    )
    contact_email = models.EmailField(max_length=254)
    ships_to = ArrayField(
        models.CharField(max_length=2), default=list, help_text="ISO 3166 codes of countries."
    )
    open = models.BooleanField(default=True, help_text="Closed: visitors are told so kindly.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ShopOwnedManager()

    def __str__(self) -> str:
        return self.name


class PrintProduct(models.Model):
    """Something a design can be printed on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=ProductKind.choices)
    description = models.TextField(blank=True)
    material = models.CharField(max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["position", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "slug"], name="print_product_slug_unique")
        ]

    def __str__(self) -> str:
        return self.name


class PrintSize(models.Model):
    """A size of a product: its print specification, its price, what it travels in.

    ``width_mm`` and ``height_mm`` are the trimmed format; the bleed comes on each side of it.
    ``price`` is in the shop's currency, before tax.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(PrintProduct, on_delete=models.PROTECT, related_name="sizes")
    name = models.CharField(max_length=60)
    sku = models.CharField("SKU", max_length=60)
    width_mm = models.DecimalField(
        max_digits=6, decimal_places=1, validators=[MinValueValidator(20)]
    )
    height_mm = models.DecimalField(
        max_digits=6, decimal_places=1, validators=[MinValueValidator(20)]
    )
    bleed_mm = models.DecimalField(max_digits=4, decimal_places=1, default=3)
    safe_mm = models.DecimalField(
        max_digits=4, decimal_places=1, default=5, help_text="Text keeps so far from the edge."
    )
    dpi = models.PositiveSmallIntegerField("DPI", default=300)
    price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    weight_grams = models.PositiveIntegerField()
    parcel_class = models.CharField(max_length=10, choices=ParcelClass.choices)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["position", "price"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "sku"], name="print_size_sku_unique"),
            models.CheckConstraint(name="print_size_price", condition=Q(price__gte=0)),
            # 160 megapixels: what a canvas of 100 by 75 cm has at 400 DPI.
            models.CheckConstraint(
                name="print_size_measures",
                condition=Q(width_mm__range=(20, 2000), height_mm__range=(20, 2000))
                & Q(bleed_mm__range=(0, 50), safe_mm__range=(0, 100), dpi__range=(72, 600)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}, {self.name}"
