"""The door: write one audit event in the caller's transaction, read those of an object."""

from typing import Any
from uuid import UUID

from foundation.tracing import current_request_id

from .models import AuditEvent
from .queries import Event, events_for_shop, events_of, presented

__all__ = ["Event", "events_for_shop", "events_of", "presented", "record"]


def record(  # noqa: PLR0913 -- each is one column of the record, all by keyword
    verb: str,
    *,
    shop_id: UUID | None,
    object_type: str,
    object_id: object,
    actor_id: UUID | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Say that ``actor_id`` (None: the system) did ``verb`` to an object, and why.

    Runs in the caller's transaction, so the event stands or falls with the deed.
    """
    AuditEvent.objects.create(
        shop_id=shop_id,
        actor_id=actor_id,
        verb=verb,
        object_type=object_type,
        object_id=str(object_id),
        reason=reason,
        details=details or {},
        request_id=current_request_id(),
    )
