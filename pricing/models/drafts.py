"""A price job that somebody has begun to write and not sent yet."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager


class JobDraft(models.Model):
    """What a person has entered for a new job, kept as it is typed; one open draft each in a shop.

    A draft is closed when its job is made, which it then names, or when it is thrown away. Its id
    is in the form, so that a form sent twice is led to the one job that was made of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("shops.User", on_delete=models.PROTECT, related_name="+")
    document = models.JSONField(default=dict, help_text="The form's fields, each with its values.")
    saved_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    job = models.ForeignKey(
        "PricingJob", null=True, on_delete=models.CASCADE, related_name="drafts"
    )

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "user"],
                condition=Q(closed_at__isnull=True),
                name="job_draft_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"Draft of {self.user_id}"
