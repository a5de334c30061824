"""ExportJob: one file somebody asked for."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .enums import UNFINISHED, ExportState


class ExportQuerySet(models.QuerySet["ExportJob"]):
    """Reads of exports."""

    def for_user(self, user: Any) -> Self:
        """Keep the exports of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: uuid.UUID) -> Self:
        """Keep the exports of one shop."""
        return self.filter(shop_id=shop_id)


class ExportJob(models.Model):
    """An export from the wish to the pruned file.

    ``file_url`` is the key of the file in the storage, empty while there is none; people get a
    signed address that is made when they ask for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(
        "shops.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    exporter = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    params_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.QUEUED)
    error = models.TextField(blank=True, default="", db_default="")
    total_records = models.BigIntegerField(null=True)
    processed_records = models.BigIntegerField(default=0, db_default=0)
    file_url = models.CharField(max_length=500, blank=True, default="", db_default="")
    byte_size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    work_job_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True, help_text="When processed_records last grew.")
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        db_table = "export_job"
        constraints: ClassVar = [
            # A double click is one export.
            models.UniqueConstraint(
                fields=["shop", "requested_by", "exporter", "params_hash"],
                condition=Q(state__in=UNFINISHED),
                nulls_distinct=False,
                name="export_once_while_unfinished",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-created_at", "-id"], name="export_list"),
            models.Index(
                fields=["work_job_id"], condition=Q(work_job_id__isnull=False), name="export_of_job"
            ),
            # Files that may have to go.
            models.Index(fields=["expires_at"], condition=~Q(file_url=""), name="export_files"),
        ]

    def __str__(self) -> str:
        return f"{self.exporter} {self.created_at:%Y-%m-%d %H:%M}"
