"""Reads of budgets and of the exchange log, for pages."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import ExpressionWrapper, F, FloatField
from django.db.models.functions import Extract, Greatest, Least, Now

from foundation.shops.api import ConnectionKind

from .budgets import budget_key
from .contracts import BudgetGauge, ExchangeRow
from .models import Budget, Exchange


def budget_gauge(connection_id: UUID) -> BudgetGauge | None:
    """Return a connection's budget as it stands now; None before its first call."""
    keys = [budget_key(kind, connection_id) for kind in ConnectionKind.values]
    passed = Greatest(Extract(Now() - F("measured_at"), "epoch"), 0.0, output_field=FloatField())
    level = ExpressionWrapper(
        F("available") + F("restore_rate") * passed, output_field=FloatField()
    )
    row = (
        Budget.objects.filter(key__in=keys)
        .annotate(level=Least(F("capacity"), Greatest(level, 0.0), output_field=FloatField()))
        .values_list(
            "key", "level", "capacity", "restore_rate", "waits", "throttled", "last_throttled_at"
        )
        .first()
    )
    if row is None:
        return None
    key, available, capacity, rate, waits, throttled, last = row
    return BudgetGauge(
        key=key,
        available=available,
        capacity=capacity,
        restore_rate=rate,
        percent=round(100 * available / capacity),
        waits=waits,
        throttled=throttled,
        last_throttled_at=last,
    )


def recent_exchanges(
    shop_id: UUID,
    *,
    connection_id: UUID | None = None,
    failed: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> Sequence[ExchangeRow]:
    """Return the latest exchanges of a shop, newest first; ``before`` an id is the next page."""
    found = Exchange.objects.for_shop(shop_id)
    if connection_id is not None:
        found = found.filter(connection_id=connection_id)
    if failed:
        found = found.exclude(failure="")
    if before is not None:
        found = found.filter(id__lt=before)
    columns = ExchangeRow.__dataclass_fields__
    return [ExchangeRow(*row) for row in found.order_by("-id").values_list(*columns)[:limit]]
