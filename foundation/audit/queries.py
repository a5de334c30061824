"""Reads of the audit record for pages."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from .models import AuditEvent

OBJECT_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Event:
    """One thing somebody did, in words. ``actor`` of the system's own deeds is "the system"."""

    id: int
    at: dt.datetime
    actor: str
    verb: str
    words: str
    object_type: str
    object_id: str
    reason: str
    details: dict[str, Any]
    request_id: str


def words_of(verb: str) -> str:
    """Turn a verb into words: ``shops.connection.parked`` is "Connection parked"."""
    thing, _, deed = verb.partition(".")[2].rpartition(".")
    words = f"{thing} {deed}" if thing else verb
    return words.replace(".", " ").replace("_", " ").capitalize()


def presented(rows: Iterable[AuditEvent]) -> list[Event]:
    """Put rows into words; ``actor`` must have been selected with them."""
    return [
        Event(
            id=row.pk,
            at=row.at,
            actor=str(row.actor) if row.actor else "the system",
            verb=row.verb,
            words=words_of(row.verb),
            object_type=row.object_type,
            object_id=row.object_id,
            reason=row.reason,
            details=row.details,
            request_id=row.request_id,
        )
        for row in rows
    ]


def events_of(object_type: str, object_id: object) -> list[Event]:
    """Return what was done to one object, the oldest first; the caller has checked whose it is."""
    rows = AuditEvent.objects.filter(object_type=object_type, object_id=str(object_id))
    found = presented(rows.select_related("actor").order_by("-pk")[:OBJECT_EVENTS])
    return found[::-1]


def events_for_shop(  # noqa: PLR0913 -- each is one filter, all by keyword
    shop_id: UUID,
    *,
    text: str = "",
    actor_id: UUID | None = None,
    kind: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
) -> QuerySet[AuditEvent]:
    """Return a shop's events, narrowed to a person, and to words in verb, object or reason.

    ``kind`` is that of the object; ``since`` counts, ``until`` does not any more.
    """
    rows = AuditEvent.objects.for_shop(shop_id).select_related("actor")
    exact = {"actor_id": actor_id, "object_type": kind, "at__gte": since, "at__lt": until}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if text:
        verb = text.replace(" ", "_")
        rows = rows.filter(
            Q(verb__icontains=verb)
            | Q(verb__icontains=text.replace(" ", "."))
            | Q(object_id=text)
            | Q(request_id=text)
            | Q(reason__icontains=text)
        )
    return rows
