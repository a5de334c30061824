"""Budget and Exchange."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now


class Budget(models.Model):
    """What one vendor account lets us spend: a bucket that refills by the second.

    ``available`` is the level at ``measured_at`` (database clock); the level now is computed.
    A vendor that counts calls has the same row with a cost of 1. Written only by the statements
    in :mod:`foundation.outbound.budgets`.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(
        max_length=120, unique=True, help_text="vendor:connection, e.g. shopify:1b4e…"
    )
    capacity = models.FloatField(help_text="Points in a full bucket.")
    restore_rate = models.FloatField(help_text="Points restored each second.")
    available = models.FloatField(help_text="Points when last measured; may be below zero.")
    measured_at = models.DateTimeField(db_default=Now())
    promised_until = models.DateTimeField(
        db_default=Now(), help_text="Until when those who wait have been promised the points."
    )
    urgent_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody last asked with urgency."
    )
    waits = models.BigIntegerField(db_default=0, help_text="Calls that had to wait.")
    throttled = models.BigIntegerField(
        db_default=0, help_text="Calls the vendor refused for their rate nevertheless."
    )
    last_throttled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["key"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(capacity__gt=0, restore_rate__gt=0), name="budget_refills"
            )
        ]

    def __str__(self) -> str:
        return self.key


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    """Reads of the exchange log."""

    def for_user(self, user: Any) -> Self:
        """Keep the exchanges of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: uuid.UUID) -> Self:
        """Keep the exchanges of one shop."""
        return self.filter(shop_id=shop_id)


class Exchange(models.Model):
    """One call abroad and how it ended. No bodies, no query strings, errors redacted."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("shops.Connection", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False, db_index=True)
    operation = models.CharField(max_length=80)
    method = models.CharField(max_length=8)
    place = models.CharField(max_length=300, help_text="Host and path.")
    status = models.SmallIntegerField(null=True, blank=True, help_text="Empty: no answer.")
    failure = models.CharField(
        max_length=20, blank=True, help_text="Empty when it went well; else the kind of failure."
    )
    milliseconds = models.IntegerField()
    requested_cost = models.IntegerField(null=True, blank=True)
    actual_cost = models.IntegerField(null=True, blank=True)
    vendor_request_id = models.CharField(max_length=128, blank=True)
    job_id = models.BigIntegerField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-id"], name="exchange_shop_latest"),
            models.Index(fields=["connection", "-id"], name="exchange_connection_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.status or self.failure}"
