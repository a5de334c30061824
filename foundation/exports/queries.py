"""Reads of exports for pages."""

from uuid import UUID

from django.db.models import QuerySet

from .models import ExportJob


def exports_of(shop_id: UUID) -> QuerySet[ExportJob]:
    """Return a shop's exports with who asked for them."""
    return ExportJob.objects.for_shop(shop_id).select_related("requested_by")
