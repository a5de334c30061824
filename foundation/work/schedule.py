"""Periodic work: each slot of each entry happens once, whoever ticks and however often."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.db import connection, transaction

from .services import enqueue

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of ``config/schedule.py``: run ``task`` every ``every``, counted from the epoch.

    ``offset`` moves the slots, e.g. daily at 03:30 UTC is every=1 day, offset=3 h 30 min.
    """

    name: str
    task: str
    every: dt.timedelta
    offset: dt.timedelta = dt.timedelta()
    payload: dict[str, Any] = field(default_factory=dict)

    def latest_slot(self, now: dt.datetime) -> dt.datetime:
        """Return the last slot that is not in the future; missed earlier ones are dropped."""
        epoch = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + self.offset
        return epoch + (now - epoch) // self.every * self.every


def claim_due_slots(entries: list[Entry], *, now: dt.datetime) -> list[str]:
    """Enqueue the entries whose latest slot nobody has claimed. Returns their names.

    The claim and the job are one transaction. The job's key is the entry's name: a run that is
    still going on is not joined by a second one.
    """
    if not entries:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO work_scheduleslot (name, slot_at)"
            " SELECT * FROM unnest(%s::text[], %s::timestamptz[])"
            " ON CONFLICT (name, slot_at) DO NOTHING RETURNING name",
            ([e.name for e in entries], [e.latest_slot(now) for e in entries]),
        )
        claimed = {row[0] for row in cursor.fetchall()}
        for entry in entries:
            if entry.name in claimed:
                enqueue(entry.task, entry.payload, unique_key=entry.name)
                late = (now - entry.latest_slot(now)).total_seconds()
                logger.debug("schedule.slot", entry=entry.name, late_seconds=round(late, 1))
    return sorted(claimed)


def prune_slots(*, keep_days: int) -> int:
    """Forget slots older than ``keep_days`` days; each entry keeps its latest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM work_scheduleslot s WHERE slot_at < now() - make_interval(days => %s)"
            " AND slot_at < (SELECT max(slot_at) FROM work_scheduleslot l WHERE l.name = s.name)",
            (keep_days,),
        )
        return int(cursor.rowcount)
