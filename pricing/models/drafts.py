"""A price job that somebody has begun to write and not sent yet."""

from typing import ClassVar

from django.db import models

from foundation.unsaved import UnsavedForm, open_once


class JobDraft(UnsavedForm):
    """What a person has entered for a new job, kept as it is typed; one open draft in a shop."""

    MADE = "job"

    job = models.ForeignKey(
        "PricingJob", null=True, on_delete=models.CASCADE, related_name="drafts"
    )

    class Meta:
        constraints: ClassVar = [open_once("job_draft_open_once")]
