"""Mail: one row per intent to tell somebody something."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from .enums import MailState


class MailQuerySet(models.QuerySet["Mail"]):
    """Reads of mails."""

    def for_user(self, user: Any) -> Self:
        """Keep the mails of the shops this person belongs to."""
        return self.filter(shop__memberships__user_id=user.pk)

    def for_shop(self, shop_id: uuid.UUID) -> Self:
        """Keep the mails of one shop."""
        return self.filter(shop_id=shop_id)


class Mail(models.Model):
    """A mail to one address. ``shop`` null: the installation's own, e.g. a password link.

    The body of a ``sensitive`` mail is never readable here: it waits encrypted in ``sealed`` and
    is wiped once it is sent. ``message_id`` is made with the row, so that a repetition carries
    the same one and the recipient's side can tell.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", null=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200, unique=True)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=250)
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    sensitive = models.BooleanField(default=False)
    sealed = models.BinaryField(null=True, editable=False)
    message_id = models.CharField(max_length=320)
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.QUEUED)
    attempts = models.SmallIntegerField(default=0, db_default=0)
    error = models.TextField(blank=True, default="", db_default="")
    work_job_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())
    sending_at = models.DateTimeField(null=True, help_text="When the last attempt began.")
    sent_at = models.DateTimeField(null=True)
    pruned_at = models.DateTimeField(null=True, help_text="When the body was forgotten.")

    objects = MailQuerySet.as_manager()

    class Meta:
        db_table = "mail_mail"
        indexes: ClassVar = [
            models.Index(fields=["shop", "-created_at", "-id"], name="mail_list"),
            models.Index(fields=["created_at"], name="mail_prune"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"
