"""Set above what a shop wants a second person to look at a plan."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from foundation.audit.api import record
from pricing.models import ApprovalPolicy

from .refusing import Refused


@transaction.atomic
def set_approval_policy(  # noqa: PLR0913 -- one use case, all by keyword
    *,
    shop_id: UUID,
    enabled: bool,
    rows_over: int | None,
    percent_over: Decimal | None,
    money_over: Decimal | None,
    actor_id: UUID | None,
) -> None:
    """Set the shop's thresholds; the next plan that is confirmed is measured by them.

    Raises :class:`Refused` for approval that is on and has no threshold: it would never be asked.
    """
    after = {
        "enabled": enabled,
        "rows_over": rows_over,
        "percent_over": percent_over,
        "money_over": money_over,
    }
    if enabled and (rows_over, percent_over, money_over) == (None, None, None):
        raise Refused("no_threshold", "Set at least one threshold.")
    row, _ = ApprovalPolicy.objects.get_or_create(shop_id=shop_id)
    row = ApprovalPolicy.objects.select_for_update().get(pk=row.pk)
    before = {name: getattr(row, name) for name in after}
    if before == after:
        return
    ApprovalPolicy.objects.filter(pk=row.pk).update(**after)
    record(
        "pricing.approval_policy.set",
        shop_id=shop_id,
        actor_id=actor_id,
        object_type="approval_policy",
        object_id=shop_id,
        details={"before": _plain(before), "after": _plain(after)},
    )


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()
    }
