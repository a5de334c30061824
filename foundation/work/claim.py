"""Take due jobs under a lease, in the order of priority and fairly between shops."""

import json
import os
import socket
import time
import uuid
from typing import Any

from django.db import connection, transaction

from .contracts import Claimed
from .enums import Group
from .registry import LEASE_SECONDS

# Claims per ring: many short ones, few slow ones, one heavy one, so that a lease and a time
# limit always cover what was claimed.
BATCH = {Group.FAST: 50, Group.REMOTE: 2, Group.HEAVY: 1}

# 1. `heads` walks the claim index from shop to shop (a loose index scan): one probe per shop
#    that has queued work, however many jobs it has. NULL (no shop) sorts last.
# 2. Each shop offers its next jobs in order; SKIP LOCKED passes over what others are claiming.
#    Rows of one INSERT share their time, so the id decides; all of it is the order of the index
#    (PostgreSQL sees that only if a shop that is NULL is named in the order, too).
# 3. Shops take turns: all first jobs before any second one, among jobs of equal priority;
#    random() breaks ties so that with claims of one row no shop always comes first.
_CLAIM = """
WITH RECURSIVE heads AS (
  (SELECT shop_id, 1 AS n FROM work_job
   WHERE state = 'queued' AND "group" = %(group)s AND shop_id IS NOT NULL
   ORDER BY shop_id LIMIT 1)
  UNION ALL
  SELECT (SELECT j.shop_id FROM work_job j
          WHERE j.state = 'queued' AND j."group" = %(group)s AND j.shop_id > heads.shop_id
          ORDER BY j.shop_id LIMIT 1), heads.n + 1
  FROM heads WHERE heads.shop_id IS NOT NULL
), offers AS MATERIALIZED (
  SELECT o.id, o.priority, o.run_after
  FROM heads CROSS JOIN LATERAL (
    SELECT id, priority, run_after FROM work_job
    WHERE state = 'queued' AND "group" = %(group)s AND shop_id = heads.shop_id
      AND run_after <= now()
    ORDER BY priority, run_after, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED) o
  WHERE heads.shop_id IS NOT NULL
  UNION ALL
  SELECT o.id, o.priority, o.run_after FROM (
    SELECT id, priority, run_after FROM work_job
    WHERE state = 'queued' AND "group" = %(group)s AND shop_id IS NULL AND run_after <= now()
    ORDER BY shop_id, priority, run_after, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED) o
), chosen AS (
  SELECT w.id FROM (
    SELECT j.id, j.priority, j.run_after,
           row_number() OVER (PARTITION BY j.shop_id, j.priority ORDER BY j.run_after, j.id) AS turn
    FROM work_job j JOIN offers USING (id)) w
  ORDER BY w.priority, w.turn, random() LIMIT %(limit)s
)
UPDATE work_job j
SET state = 'running', lease_token = %(token)s, worker = %(worker)s,
    lease_until = now() + make_interval(secs => %(lease)s),
    attempts = j.attempts + 1, started_at = now(), waiting_for = '', again = false
FROM chosen WHERE j.id = chosen.id
RETURNING j.id, j.name, j."group", j.shop_id, j.payload, j.checkpoint, j.attempts,
          j.max_attempts, j.recovery_step, j.parent_id, j.request_id, j.priority, j.run_after,
          j.cancel_requested_at IS NOT NULL
"""


def worker_name() -> str:
    """Name this process for people who read the job pages."""
    return f"{socket.gethostname()}:{os.getpid()}"


def claim(group: Group, *, limit: int | None = None) -> list[Claimed]:
    """Lease up to ``limit`` due jobs of ``group`` (default: the group's batch)."""
    token = uuid.uuid4()
    lease = LEASE_SECONDS[group]
    began = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "group": group,
                "limit": limit or BATCH[group],
                "token": token,
                "worker": worker_name(),
                "lease": lease,
            },
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    rows.sort(key=lambda row: (row[11], row[12], row[0]))
    return [
        Claimed(
            id=row[0],
            name=row[1],
            group=row[2],
            shop_id=row[3],
            payload=_json(row[4]),
            checkpoint=_json(row[5]),
            attempts=row[6],
            max_attempts=row[7],
            recovery_step=row[8],
            parent_id=row[9],
            request_id=row[10],
            cancelled=row[13],
            token=token,
            # Counted from before the statement, so that we always think it ends early.
            lease_until=began + lease,
        )
        for row in rows
    ]


def _json(value: Any) -> Any:
    # Django turns psycopg's jsonb loader off; a raw cursor hands out text.
    return json.loads(value) if isinstance(value, str) else value


def due_groups() -> list[str]:
    """Return the groups that have a due job, for the sweep's rings."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT g FROM unnest(%s::text[]) g WHERE EXISTS (SELECT 1 FROM work_job j "
            "WHERE j.state = 'queued' AND j.\"group\" = g AND j.run_after <= now())",
            [list(Group.values)],
        )
        return [row[0] for row in cursor.fetchall()]
