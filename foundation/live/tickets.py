"""Tickets: who is not logged in may listen to what a page of ours was allowed to show."""

from collections.abc import Sequence
from uuid import UUID

from django.core import signing

GOOD_SECONDS = 3_600
_SALT = "live.ticket"


def ticket(*, shop_id: UUID, topics: Sequence[str]) -> str:
    """Sign that whoever has it may listen to these topics of a shop, for an hour.

    It tells that something changed, never what; a page fetches that by its own rights.
    """
    return signing.dumps([str(shop_id), *topics], salt=_SALT)


def opened(given: str) -> tuple[UUID, list[str]] | None:
    """Return a ticket's shop and topics; None when it is forged or over."""
    try:
        shop_id, *topics = signing.loads(given, salt=_SALT, max_age=GOOD_SECONDS)
        return UUID(shop_id), topics
    except (signing.BadSignature, ValueError, TypeError):
        return None
