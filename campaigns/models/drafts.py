"""A campaign that somebody has begun to write and not saved yet."""

from typing import ClassVar

from django.db import models

from foundation.unsaved import UnsavedForm, open_once

from .campaigns import Campaign


class UnsavedCampaign(UnsavedForm):
    """What a person has entered for a new campaign, kept as it is typed; one open in a shop."""

    MADE = "campaign"

    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [open_once("unsaved_campaign_open_once")]
