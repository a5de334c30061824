"""Alert: one open row per thing that is wrong, however often it was noticed."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .enums import Severity


class AlertQuerySet(models.QuerySet["Alert"]):
    """Reads of alerts."""

    def for_user(self, user: Any) -> Self:
        """Keep the alerts of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: UUID) -> Self:
        """Keep the alerts of one shop."""
        return self.filter(shop_id=shop_id)


class Alert(models.Model):
    """Something a person must know: what, why, what now. ``shop`` null: for the operators."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", null=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    severity = models.CharField(max_length=10, choices=Severity.choices)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    count = models.IntegerField(default=1, db_default=1)
    opened_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())
    mailed_at = models.DateTimeField(null=True, help_text="When its owners were written to.")
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    assigned_to = models.ForeignKey(
        "shops.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-last_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(closed_at=None), name="alert_open_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-last_at"], name="alert_list"),
        ]

    def __str__(self) -> str:
        return self.title
