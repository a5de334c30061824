"""InboxMessage."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from .enums import MessageState


class InboxMessage(models.Model):
    """One webhook as it came. Written by ``services.store`` in one statement with its jobs.

    ``body`` holds the raw bytes: a signature can be checked again, and bytes that are not text
    are kept too. Messages that could not be verified are never stored.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=20)
    topic = models.CharField(max_length=100)
    # No index of its own: the unique constraint and the admin's list do not need one, and each
    # index is paid for by every webhook.
    shop = models.ForeignKey(
        "shops.Shop", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    connection_id = models.UUIDField(null=True)
    external_id = models.CharField(max_length=200, help_text="The vendor's id of the delivery.")
    headers = models.JSONField(default=dict, help_text="Those the source wants to be kept.")
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=MessageState.choices)
    reason = models.TextField(default="", db_default="", help_text="Why nobody was told.")
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "shop", "external_id"],
                name="inbox_message_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.topic} {self.external_id}"
