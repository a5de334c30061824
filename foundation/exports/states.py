"""Move an export from state to state: compare-and-set, audit, push."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from foundation.audit.api import record
from foundation.live.api import touch

from .enums import MOVES, UNFINISHED, ExportState
from .models import ExportJob


class IllegalMove(Exception):
    """The export is not in a state from which it could move there; nothing was changed."""


@transaction.atomic
def transition(
    export_id: UUID,
    to: ExportState,
    *,
    actor_id: UUID | None = None,
    error: str = "",
    **columns: Any,
) -> ExportJob:
    """Move an export to ``to``, once, and set further columns with it.

    Raises :class:`IllegalMove` when it is not there to be moved.
    """
    allowed = [state for state, moves in MOVES.items() if to in moves]
    row = ExportJob.objects.select_for_update().filter(pk=export_id).first()
    if row is None or row.state not in allowed:
        now = "gone" if row is None else ExportState(row.state).label.lower()
        message = f"The export is {now}; it cannot become {to.label.lower()}."
        raise IllegalMove(message)
    if to in (ExportState.DONE, ExportState.FAILED, ExportState.CANCELLED):
        columns["finished_at"] = Now()
    ExportJob.objects.filter(pk=export_id).update(state=to, error=error, **columns)
    if to not in UNFINISHED:
        record(
            f"exports.export.{to}",
            shop_id=row.shop_id,
            actor_id=actor_id,
            object_type="export",
            object_id=row.pk,
            reason=error,
        )
    touch("exports", shop_id=row.shop_id)
    return row
