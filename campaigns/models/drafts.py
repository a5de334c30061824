"""A campaign that somebody has begun to write and not saved yet."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager

from .campaigns import Campaign


class UnsavedCampaign(models.Model):
    """What a person has entered for a new campaign, kept as it is typed; one open in a shop.

    It is closed when its campaign is made, which it then names. Its id is in the form, so that a
    form sent twice makes one campaign.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("shops.User", on_delete=models.PROTECT, related_name="+")
    document = models.JSONField(default=dict, help_text="The form's fields, each with its values.")
    saved_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.CASCADE, related_name="+")

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["shop", "user"],
                condition=Q(closed_at__isnull=True),
                name="unsaved_campaign_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"Form of {self.user_id}"
