"""Reads of alerts."""

from uuid import UUID

from django.db.models import Case, IntegerField, QuerySet, Value, When

from .enums import Severity
from .models import Alert


def open_alerts(shop_id: UUID | None) -> QuerySet[Alert]:
    """Return what is wrong in a shop (None: in the installation), the worst and newest first."""
    weight = Case(
        *(
            When(severity=severity, then=Value(rank))
            for rank, severity in enumerate(reversed(Severity.values))
        ),
        output_field=IntegerField(),
    )
    found = Alert.objects.filter(shop=shop_id, closed_at=None)
    return found.select_related("assigned_to").order_by(weight, "-last_at", "-pk")


def closed_alerts(shop_id: UUID | None) -> QuerySet[Alert]:
    """Return what was wrong, the latest first."""
    return Alert.objects.filter(shop=shop_id, closed_at__isnull=False).order_by("-pk")


def alert_count(shop_id: UUID | None) -> int:
    """Count the open alerts of a shop, for the bell."""
    return Alert.objects.filter(shop=shop_id, closed_at=None).count()
