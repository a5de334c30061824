"""Reads of mails for pages and commands."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from .enums import MailState
from .models import Mail

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class MailFilter:
    """What the list is narrowed to; all of it comes from the URL."""

    state: str = ""
    text: str = ""


def visible_mails(*, shop_id: UUID, ops: bool) -> QuerySet[Mail]:
    """Return the mails of a shop; people of ops also see those that belong to no shop."""
    own = Q(shop_id=shop_id)
    rows = Mail.objects.filter(own | Q(shop_id=None) if ops else own)
    return rows.select_related("shop").defer("text", "html", "sealed")


def matching(mails: QuerySet[Mail], chosen: MailFilter) -> QuerySet[Mail]:
    """Narrow ``mails``. The text is looked for in address, subject, error and Message-ID."""
    if chosen.state:
        mails = mails.filter(state=chosen.state)
    if chosen.text:
        mails = mails.filter(
            Q(to__icontains=chosen.text)
            | Q(subject__icontains=chosen.text)
            | Q(error__icontains=chosen.text)
            | Q(message_id=chosen.text)
        )
    return mails


def undecided(mails: QuerySet[Mail]) -> int:
    """Count the mails whose outcome a person must decide."""
    return mails.filter(state=MailState.UNKNOWN).count()


def written_since(key_start: str, since: "dt.datetime") -> int:
    """Count the mails whose key begins so, for limits on how many may be asked for."""
    rows = Mail.objects.filter(key__startswith=key_start, created_at__gte=since)
    return rows.count()


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """A mail as the page of what it is about tells it; ``url`` is its own page."""

    to: str
    subject: str
    state: MailState
    error: str
    at: "dt.datetime"
    url: str


def written_as(shop_id: UUID, key_start: str) -> list[WrittenMail]:
    """Return a shop's mails whose key begins so, the oldest first. One query."""
    rows = Mail.objects.for_shop(shop_id).filter(key__startswith=key_start)
    return [
        WrittenMail(
            row.to,
            row.subject,
            MailState(row.state),
            row.error,
            row.sent_at or row.created_at,
            f"/operations/mails/{row.pk}/",
        )
        for row in rows.defer("text", "html", "sealed").order_by("created_at", "pk")
    ]
