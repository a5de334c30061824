"""Tables of rates that an order's totals are computed from: shipping and tax."""

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from foundation.shop_owned import ShopOwnedManager
from orders.enums import ParcelClass


class ShippingRate(models.Model):
    """What sending a parcel class somewhere costs: the first piece, and each further one.

    ``province`` empty: the whole country. The closest row counts: province before country.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2, help_text="ISO 3166")
    province = models.CharField(max_length=3, blank=True, help_text="ISO 3166-2, without country")
    method = models.CharField(max_length=40, default="Standard", help_text="What customers choose.")
    parcel_class = models.CharField(max_length=10, choices=ParcelClass.choices)
    first_piece = models.DecimalField(
        max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )
    each_further = models.DecimalField(
        max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )
    days_least = models.PositiveSmallIntegerField(help_text="Business days on the way.")
    days_most = models.PositiveSmallIntegerField()

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["country", "province", "method", "parcel_class"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "country", "province", "method", "parcel_class"],
                name="shipping_rate_unique",
            ),
            models.CheckConstraint(
                name="shipping_rate_sane",
                condition=Q(first_piece__gte=0, each_further__gte=0)
                & Q(days_most__gte=models.F("days_least")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.province} {self.method} {self.parcel_class}"


class TaxRate(models.Model):
    """A tax on orders sent to a province, on goods and shipping alike.

    ``rate`` is a share: 0.13 is 13 %. ``valid_from`` is the first day, by the shop's calendar;
    the newest row that has begun counts for each name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2, help_text="ISO 3166")
    province = models.CharField(max_length=3, blank=True, help_text="ISO 3166-2, without country")
    name = models.CharField(max_length=20, help_text="On the receipt: GST, HST, QST, PST.")
    rate = models.DecimalField(
        max_digits=7,
        decimal_places=6,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
    )
    valid_from = models.DateField()

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["country", "province", "name", "-valid_from"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "country", "province", "name", "valid_from"],
                name="tax_rate_unique",
            ),
            models.CheckConstraint(name="tax_rate_share", condition=Q(rate__range=(0, 1))),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.province} {self.name} {self.rate}"
