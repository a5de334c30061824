"""One row per thing somebody did."""

import uuid
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models.functions import Now


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Reads of audit events."""

    def for_user(self, user: Any) -> Self:
        """Keep the events of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: uuid.UUID) -> Self:
        """Keep the events of one shop."""
        return self.filter(shop_id=shop_id)


class AuditEvent(models.Model):
    """Who did what to which object, when, why, and from which request or job.

    Append-only: a database trigger refuses every change. Retention is a separate, audited verb.
    """

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey("shops.Shop", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.ForeignKey("shops.User", null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=80, help_text="tower.thing.done, e.g. pricing.job.confirmed")
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-id"], name="audit_shop_latest"),
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_object_latest"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"
