"""IdempotentRequest: a POST that must not happen twice, and what it was answered."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class IdempotentRequest(models.Model):
    """One key of one person. Without ``answered_at`` it is a claim, valid until ``claimed_until``.

    ``fingerprint`` is a SHA-256 over shop, method, address and body: a key that comes back with
    another one is a mistake of the client's, not a repeat.
    """

    user = models.ForeignKey("shops.User", on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=10)
    path = models.TextField()
    fingerprint = models.CharField(max_length=64)
    claim = models.UUIDField()
    claimed_until = models.DateTimeField()
    status = models.SmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True, help_text="Empty when it was too long to be kept.")
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="rest_key_once")
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="rest_keys_old")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"
