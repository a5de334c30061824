"""Photos, designs, the versions that were finalised, and their renders."""

import uuid
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from foundation.shop_owned import ShopOwnedManager
from orders.enums import RENDER_OPEN, DesignStatus, RenderKind, RenderStatus


class Photo(models.Model):
    """A customer's photo as it was taken in: upright, sRGB, without what the camera told.

    ``original_key`` is for print, ``working_key`` the small copy that previews are drawn from.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    visitor = models.ForeignKey(
        "orders.Visitor", null=True, on_delete=models.PROTECT, related_name="photos"
    )
    name = models.CharField(max_length=120, blank=True, help_text="The file's name, for people.")
    width = models.PositiveIntegerField(help_text="Pixels, upright.")
    height = models.PositiveIntegerField()
    byte_size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    original_key = models.CharField(max_length=300)
    working_key = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())
    forgotten_at = models.DateTimeField(null=True, help_text="When its files were deleted.")

    objects = ShopOwnedManager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["visitor", "-created_at"], name="photo_visitor")]

    def __str__(self) -> str:
        return f"{self.name or self.pk} ({self.width} by {self.height})"


class Design(models.Model):
    """What a customer made, as it is now.

    ``document`` is canonical JSON (``orders.artwork.document``); ``checksum`` its CRC32 for quick
    comparison, ``digest`` its SHA-256: 32 bits collide, so equality and cache keys go by
    the digest and the owner. ``original_design_id``: what it was copied from. A design belongs to
    the browser that made it until a customer claims it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    visitor = models.ForeignKey(
        "orders.Visitor", null=True, on_delete=models.PROTECT, related_name="designs"
    )
    customer = models.ForeignKey(
        "orders.Customer", null=True, on_delete=models.PROTECT, related_name="designs"
    )
    size = models.ForeignKey("orders.PrintSize", on_delete=models.PROTECT, related_name="+")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="designs")
    document = models.JSONField()
    checksum = models.BigIntegerField(help_text="CRC32 of the canonical document, unsigned.")
    digest = models.CharField(max_length=64)
    status = models.CharField(
        max_length=10, choices=DesignStatus.choices, default=DesignStatus.DRAFT
    )
    preview_image_url = models.CharField(max_length=300, blank=True, help_text="A stored key.")
    final_image_url = models.CharField(max_length=300, blank=True, help_text="A stored key.")
    original_design = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="copies"
    )
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    deleted_at = models.DateTimeField(null=True, help_text="When its owner threw it away.")

    objects = ShopOwnedManager()

    class Meta:
        indexes: ClassVar = [
            # Staff ask for what is in documents: a frame, a font, a name.
            GinIndex(fields=["document"], opclasses=["jsonb_path_ops"], name="design_document"),
            models.Index(fields=["shop", "checksum"], name="design_checksum"),
            models.Index(fields=["shop", "-created_at", "-id"], name="design_list"),
            models.Index(fields=["visitor", "-changed_at"], name="design_visitor"),
            models.Index(fields=["customer", "-changed_at"], name="design_customer"),
        ]

    def __str__(self) -> str:
        return f"Design {self.pk}"


class DesignVersion(models.Model):
    """A design as it was finalised; never changes, and is what is printed.

    ``spec`` is the size's print specification of that moment
    (``width_mm height_mm bleed_mm safe_mm dpi``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    design = models.ForeignKey(Design, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    size = models.ForeignKey("orders.PrintSize", on_delete=models.PROTECT, related_name="+")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+")
    document = models.JSONField()
    checksum = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    spec = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    objects = ShopOwnedManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["design", "number"], name="design_version_number"),
            # Finalising the same once more is the same version.
            models.UniqueConstraint(
                fields=["design", "digest", "size", "spec"], name="design_version_once"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.design}, version {self.number}"


class RenderJob(models.Model):
    """One render of a version (print files) or of a design's document (high-quality preview).

    ``attempt`` counts begun attempts. Keys name stored files; ``parity`` is the mean difference
    between print and preview at the preview's size (``orders.artwork.drawing``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shop = models.ForeignKey("shops.Shop", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=RenderKind.choices)
    design = models.ForeignKey(Design, on_delete=models.PROTECT, related_name="renders")
    version = models.ForeignKey(
        DesignVersion, null=True, on_delete=models.PROTECT, related_name="renders"
    )
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    spec = models.JSONField()
    status = models.CharField(
        max_length=10, choices=RenderStatus.choices, default=RenderStatus.QUEUED
    )
    paid = models.BooleanField(default=False, help_text="Somebody paid for it: it goes first.")
    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=5)
    failure_reason = models.TextField(blank=True)
    work_job_id = models.BigIntegerField(null=True)
    queued_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)
    image_key = models.CharField(max_length=300, blank=True, help_text="PNG, or a preview's WebP.")
    pdf_key = models.CharField(max_length=300, blank=True)
    width = models.PositiveIntegerField(null=True, help_text="Pixels, with bleed.")
    height = models.PositiveIntegerField(null=True)
    byte_size = models.BigIntegerField(null=True, help_text="Of the picture.")
    sha256 = models.CharField(max_length=64, blank=True)
    parity = models.FloatField(null=True)
    seconds = models.FloatField(null=True, help_text="Of the last attempt's drawing.")

    objects = ShopOwnedManager()

    class Meta:
        db_table = "render_job"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(kind=RenderKind.PRINT),
                name="render_job_version_once",
            ),
            models.UniqueConstraint(
                fields=["design", "digest"],
                condition=Q(kind=RenderKind.PREVIEW, status__in=RENDER_OPEN),
                name="render_job_preview_once",
            ),
            models.CheckConstraint(
                name="render_job_print_has_version",
                condition=Q(kind=RenderKind.PREVIEW) | Q(version__isnull=False),
            ),
            models.CheckConstraint(
                name="render_job_completed_has_image",
                condition=~Q(status=RenderStatus.COMPLETED) | ~Q(image_key=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "-queued_at", "-id"], name="render_job_list"),
            models.Index(
                fields=["queued_at"],
                condition=~Q(status=RenderStatus.COMPLETED),
                name="render_job_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.design}"
