"""Who is alive: the worker groups and the beat, as rows."""

import datetime as dt
import threading
import time
from dataclasses import dataclass

from django.db import connection

from .claim import worker_name
from .enums import Group

WRITE_SECONDS = 5.0
SILENT_SECONDS = 40
_written: dict[str, float] = {}
_lock = threading.Lock()


def beat(name: str) -> None:
    """Note that ``name`` (a group, or "beat") is alive; written every few seconds at most."""
    now = time.monotonic()
    with _lock:
        if now - _written.get(name, -WRITE_SECONDS) < WRITE_SECONDS:
            return
        _written[name] = now
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO work_heartbeat (name, seen_at, worker) VALUES (%s, now(), %s)"
            " ON CONFLICT (name) DO UPDATE SET seen_at = now(), worker = EXCLUDED.worker",
            (name, worker_name()),
        )


@dataclass(frozen=True, slots=True)
class Pulse:
    """One group's last sign of life; ``seen_at`` None: never."""

    name: str
    seen_at: dt.datetime | None
    silent: bool
    due: int
    """Jobs that could run now, counted to 1,000."""


def pulses() -> list[Pulse]:
    """Return the pulse of every group and of the beat, in one query.

    A group counts as alive while a job of it holds its lease: a long render rings no bell.
    """
    names = [*Group.values, "beat"]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT n.name, h.seen_at,
              COALESCE(h.seen_at < now() - make_interval(secs => %s), true) AND NOT EXISTS (
                SELECT 1 FROM work_job r WHERE r.state = 'running' AND r."group" = n.name
                  AND r.lease_until > now()),
              (SELECT count(*) FROM (SELECT 1 FROM work_job j WHERE j.state = 'queued'
                 AND j."group" = n.name AND j.run_after <= now() LIMIT 1000) d)
            FROM unnest(%s::text[]) n(name) LEFT JOIN work_heartbeat h USING (name)
            """,
            (SILENT_SECONDS, names),
        )
        return [Pulse(*row) for row in cursor.fetchall()]
