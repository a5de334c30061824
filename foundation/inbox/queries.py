"""Reads of stored webhooks."""

from collections.abc import Sequence

from foundation.failures import Permanent

from .contracts import InboxContent
from .models import InboxMessage


def read_messages(message_ids: Sequence[int]) -> list[InboxContent]:
    """Return stored webhooks in the order they came; those that were pruned are not among them."""
    rows = InboxMessage.objects.filter(pk__in=message_ids).order_by("pk")
    return [_content(row) for row in rows]


def read_message(message_id: int) -> InboxContent:
    """Return one stored webhook for its listener.

    Raises :class:`Permanent` when it has been pruned: its job will never find it.
    """
    row = InboxMessage.objects.filter(pk=message_id).first()
    if row is None:
        message = (
            f"Inbox message {message_id} is gone: messages are pruned after some weeks. "
            "Discard this job; a full sync brings what it would have brought."
        )
        raise Permanent(message)
    return _content(row)


def _content(row: InboxMessage) -> InboxContent:
    return InboxContent(
        id=row.pk,
        source=row.source,
        topic=row.topic,
        shop_id=row.shop_id,
        connection_id=row.connection_id,
        external_id=row.external_id,
        headers=row.headers,
        body=bytes(row.body),
        received_at=row.received_at,
    )
