"""A day's work as one file."""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager


class PrintBatch(models.Model):
    """A zip of print files and job tickets for named orders; made by a job, kept a few days.

    ``finished_at`` is when its file was there; until then ``work_job_id`` tells how far it is.
    ``missing`` names the files that were not found.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    order_ids = ArrayField(models.UUIDField())
    files = models.CharField(max_length=4)
    requested_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    work_job_id = models.BigIntegerField(null=True)
    file_key = models.CharField(max_length=300, blank=True)
    byte_size = models.BigIntegerField(null=True)
    missing = ArrayField(models.CharField(max_length=300), default=list)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True, help_text="When its file was deleted.")

    objects = ShopOwnedManager()

    class Meta:
        verbose_name_plural = "print batches"
        db_table = "print_batch"
        indexes: ClassVar = [
            models.Index(fields=["shop", "-created_at", "-id"], name="print_batch_list"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(forgotten_at=None),
                name="print_batch_kept",
            ),
        ]

    def __str__(self) -> str:
        return f"Prints of {len(self.order_ids)} orders"
