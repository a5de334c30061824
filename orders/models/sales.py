"""The order itself, its lines and taxes, and the history of its two states."""

import uuid
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager
from orders.enums import Channel, OrderStatus, PaymentStatus, StatusField


class Order(models.Model):
    """An order of one customer at one shop, whatever channel it came by.

    ``number`` counts per shop, for people. Amounts are in ``currency``; ``total`` is
    ``items_total + shipping_total + tax_total``. ``paid_total`` and ``refunded_total`` follow from
    the payments. The address is the one it is sent to; taxes go by it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.PRINT_SHOP)
    external_id = models.CharField(
        max_length=120, blank=True, help_text="The channel's own id, where it has one."
    )
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=16, choices=OrderStatus.choices, default=OrderStatus.DRAFT)
    payment_status = models.CharField(
        max_length=20, choices=PaymentStatus.choices, default=PaymentStatus.UNPAID
    )
    visitor = models.ForeignKey(
        "orders.Visitor", null=True, on_delete=models.PROTECT, related_name="orders"
    )
    customer = models.ForeignKey(
        "orders.Customer", null=True, on_delete=models.PROTECT, related_name="orders"
    )
    email = models.EmailField(max_length=254, blank=True)
    name = models.CharField(max_length=150, blank=True)
    line1 = models.CharField(max_length=150, blank=True)
    line2 = models.CharField(max_length=150, blank=True)
    city = models.CharField(max_length=100, blank=True)
    province = models.CharField(max_length=3, blank=True, help_text="ISO 3166-2, without country")
    postal_code = models.CharField(max_length=12, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166")
    phone = models.CharField(max_length=30, blank=True)

    currency = models.CharField(max_length=3)
    items_total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    shipping_method = models.CharField(max_length=40, blank=True)
    shipping_total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    tax_total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    paid_total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    refunded_total = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    priced_at = models.DateTimeField(null=True, help_text="When its totals were computed last.")

    stripe_checkout_session_id = models.CharField(max_length=120, blank=True)
    reordered_from = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reorders"
    )
    reprint_of = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reprints"
    )
    reprint_reason = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True, help_text="Of staff, not shown to the customer.")
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=80, blank=True)
    tracking_url = models.URLField(max_length=300, blank=True)

    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    paid_at = models.DateTimeField(null=True)
    in_production_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "number"], name="order_number_unique"),
            models.UniqueConstraint(
                fields=["shop", "channel", "external_id"],
                condition=~Q(external_id=""),
                name="order_external_id_unique",
            ),
            models.CheckConstraint(
                name="order_total_adds_up",
                condition=Q(total=F("items_total") + F("shipping_total") + F("tax_total")),
            ),
            models.CheckConstraint(
                name="order_amounts",
                condition=Q(
                    items_total__gte=0,
                    shipping_total__gte=0,
                    tax_total__gte=0,
                    paid_total__gte=0,
                    refunded_total__gte=0,
                ),
            ),
            # Whoever is told that it was sent can be told when.
            models.CheckConstraint(
                name="order_shipped_at",
                condition=~Q(status__in=["shipped", "delivered"]) | Q(shipped_at__isnull=False),
            ),
            models.CheckConstraint(
                name="order_delivered_at",
                condition=~Q(status="delivered") | Q(delivered_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-created_at", "-id"], name="order_list"),
            models.Index(fields=["shop", "status", "-created_at", "-id"], name="order_status_list"),
            models.Index(
                fields=["shop", "paid_at"],
                condition=Q(status__in=["paid", "in_production", "ready_to_ship"]),
                name="order_production",
            ),
            models.Index(fields=["visitor", "-created_at"], name="order_visitor"),
            models.Index(fields=["customer", "-created_at"], name="order_customer"),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"


class OrderCounter(models.Model):
    """The number a shop's last order got."""

    shop = models.OneToOneField(
        "shops.Shop", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.last)


class OrderLine(models.Model):
    """Pieces of one thing at one price. ``version`` is what is printed; none for other channels."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    design = models.ForeignKey(
        "orders.Design", null=True, on_delete=models.PROTECT, related_name="order_lines"
    )
    version = models.ForeignKey(
        "orders.DesignVersion", null=True, on_delete=models.PROTECT, related_name="order_lines"
    )
    size = models.ForeignKey(
        "orders.PrintSize", null=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    sku = models.CharField("SKU", max_length=60, blank=True)
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    total = models.DecimalField(max_digits=12, decimal_places=2)

    objects = ShopOwnedManager()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position"),
            models.CheckConstraint(
                name="order_line_total",
                condition=Q(total=F("unit_price") * F("quantity"))
                & Q(quantity__gte=1, unit_price__gte=0),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["shop", "-id"], name="order_line_export")]

    def __str__(self) -> str:
        return f"{self.quantity} {self.title}"


class OrderTax(models.Model):
    """One tax of an order, as the table had it when the order was priced."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="taxes")
    name = models.CharField(max_length=20)
    rate = models.DecimalField(max_digits=7, decimal_places=6)
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        verbose_name_plural = "order taxes"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "name"], name="order_tax_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.amount}"


class OrderStatusChange(models.Model):
    """History of an order's two states; append-only. ``cause`` is a word, ``reason`` a sentence."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="history")
    field = models.CharField(max_length=14, choices=StatusField.choices)
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20)
    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey("shops.User", null=True, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(
        max_length=80, blank=True, help_text="E.g. stripe evt_…, customer, staff."
    )
    reason = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "order_status_history"
        ordering: ClassVar = ["id"]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"
