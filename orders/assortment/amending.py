"""Change a row's columns and record what was before and what is now."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model

from foundation.audit.api import record


def as_said(value: Any) -> Any:
    """Return a value as the audit record keeps it: amounts and days as texts, lists as lists."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def amend(  # noqa: PLR0913 -- the row, what it becomes, and what the record says of it
    row: Model,
    values: Mapping[str, Any],
    *,
    shop_id: UUID,
    verb: str,
    object_type: str,
    actor_id: UUID | None,
) -> dict[str, list[Any]]:
    """Bring a locked row to ``values`` and record each change; nothing new writes nothing.

    Returns ``[before, after]`` by column.
    """
    changes = {
        name: [as_said(getattr(row, name)), as_said(value)]
        for name, value in values.items()
        if getattr(row, name) != value
    }
    if not changes:
        return {}
    for name in changes:
        setattr(row, name, values[name])
    row.save(update_fields=list(changes))
    record(
        verb,
        shop_id=shop_id,
        actor_id=actor_id,
        object_type=object_type,
        object_id=row.pk,
        details={"changes": changes},
    )
    return changes
