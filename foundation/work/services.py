"""Put jobs in, take them out: enqueue, publish, cancel, release, replay, discard."""

import json
import uuid
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from foundation.audit.api import record
from foundation.live.api import touch
from foundation.tracing import current_request_id

from .bell import ring_on_commit, seconds_until
from .contracts import NewJob, TaskSpec
from .enums import FINAL, JobState
from .models import Job
from .registry import event_key, listeners_of, spec_of

# ON CONFLICT names the partial unique index of jobs that are not finished. A running job that is
# asked for again is marked, and goes back to the queue instead of to "done": what changed after
# it read is not lost. `xmax` is 0 in rows that are new: only those are children of their parent.
_INSERT = """
INSERT INTO work_job (name, "group", shop_id, priority, max_attempts, payload, unique_key,
                      run_after, parent_id, event_id, request_id)
SELECT %(name)s, %(group)s, %(shop)s, %(priority)s, %(max_attempts)s, n.payload, n.unique_key,
       COALESCE(n.run_after, now()), %(parent)s, NULL, %(request_id)s
FROM unnest(%(payloads)s::jsonb[], %(keys)s::text[], %(times)s::timestamptz[])
     AS n(payload, unique_key, run_after)
ON CONFLICT (name, unique_key) WHERE state IN ('queued', 'running', 'waiting', 'parked')
DO UPDATE SET again = work_job.again OR (%(again)s AND work_job.state = 'running')
RETURNING id, xmax = 0
"""


def _spec(name: str) -> TaskSpec:
    spec = spec_of(name)
    if spec is None:
        message = f"No task is called {name!r}: nothing could ever run such a job."
        raise LookupError(message)
    return spec


def enqueue_many(  # noqa: PLR0913 -- each is a column, all by keyword
    name: str,
    jobs: Sequence[NewJob],
    *,
    shop_id: UUID | None = None,
    priority: int | None = None,
    parent_id: int | None = None,
    rerun_if_running: bool = False,
) -> list[int]:
    """Insert jobs in one statement, in the caller's transaction, and ring after its commit.

    With a ``unique_key`` a job that is not finished yet is not inserted twice; its id is
    returned in place of a new one. ``rerun_if_running``: if it is running at this moment, it
    runs once more afterwards. Returns the ids in no particular order.
    """
    if not jobs:
        return []
    spec = _spec(name)
    jobs = _once_per_key(jobs)
    # One statement is a transaction by itself; asking for one costs two more round trips.
    scope = nullcontext() if parent_id is None else transaction.atomic()
    with scope, connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "name": name,
                "group": spec.group,
                "shop": shop_id,
                "priority": spec.priority if priority is None else priority,
                "max_attempts": spec.max_attempts,
                "payloads": [json.dumps(job.payload, default=str) for job in jobs],
                "keys": [job.unique_key for job in jobs],
                "times": [job.run_after for job in jobs],
                "parent": parent_id,
                "request_id": current_request_id(),
                "again": rerun_if_running,
            },
        )
        rows = cursor.fetchall()
        if parent_id is not None:
            new = sum(1 for _, inserted in rows if inserted)
            cursor.execute(
                "UPDATE work_job SET open_children = open_children + %s,"
                " total_children = total_children + %s WHERE id = %s",
                (new, new, parent_id),
            )
        ring_on_commit(spec.group, after=min(seconds_until(job.run_after) for job in jobs))
    return [job_id for job_id, _ in rows]


def _once_per_key(jobs: Sequence[NewJob]) -> list[NewJob]:
    # One statement may not meet the same row twice; the first of two with one key stands.
    seen: dict[object, NewJob] = {}
    for job in jobs:
        seen.setdefault(id(job) if job.unique_key is None else job.unique_key, job)
    return list(seen.values())


def enqueue(name: str, payload: dict[str, Any] | None = None, **options: Any) -> int:
    """Insert one job; see :func:`enqueue_many`. Returns its id.

    ``unique_key`` and ``run_after`` (aware datetime) are taken too.
    """
    job = NewJob(payload or {}, options.pop("unique_key", None), options.pop("run_after", None))
    return enqueue_many(name, [job], **options)[0]


def set_continuation(job_id: int, name: str, payload: dict[str, Any]) -> None:
    """Have ``name`` enqueued when the last child of ``job_id`` has ended."""
    _spec(name)
    Job.objects.filter(pk=job_id).update(then={"name": name, "payload": payload})


# Used by set-based SQL of others: the CTE must be called `source` and have the columns
# (shop_id uuid, payload jsonb); one job per source row and listener comes out.
JOBS_FROM_SOURCE = """
INSERT INTO work_job (name, "group", shop_id, priority, max_attempts, payload, run_after,
                      event_id, request_id)
SELECT l.name, l.grp, source.shop_id, l.priority, l.max_attempts, source.payload, now(),
       %(event_id)s, %(request_id)s
FROM source, unnest(%(names)s::text[], %(groups)s::text[], %(priorities)s::smallint[],
                    %(max_attempts)s::smallint[]) AS l(name, grp, priority, max_attempts)
"""


def listener_params(listeners: Iterable[TaskSpec]) -> dict[str, Any]:
    """Return the parameters :data:`JOBS_FROM_SOURCE` needs, with a new event id."""
    return {
        **_listener_arrays(tuple(listeners)),
        "event_id": uuid.uuid4(),
        "request_id": current_request_id(),
    }


@lru_cache(maxsize=512)
def _listener_arrays(specs: tuple[TaskSpec, ...]) -> dict[str, str]:
    # As PostgreSQL writes arrays: the driver's own rendering of four lists costs as much as the
    # whole statement. Names are dotted words, so there is nothing to quote.
    return {
        "names": _array(spec.name for spec in specs),
        "groups": _array(spec.group for spec in specs),
        "priorities": _array(int(spec.priority) for spec in specs),
        "max_attempts": _array(spec.max_attempts for spec in specs),
    }


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def publish(*event: str, shop_id: UUID | None, **payload: Any) -> int:
    """Write one job per listener of an event, in the caller's transaction.

    Returns how many there are. Nobody listening is not an error: the layer below does not know
    who stands above it.
    """
    listeners = listeners_of(event_key(*event))
    if not listeners:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "WITH source AS (SELECT %(shop)s::uuid AS shop_id, %(payload)s::jsonb AS payload)"
            + JOBS_FROM_SOURCE,
            {
                **listener_params(listeners),
                "shop": shop_id,
                "payload": json.dumps(payload, default=str),
            },
        )
    for group in {spec.group for spec in listeners}:
        ring_on_commit(group)
    return len(listeners)


def count_down_parent(parent_id: int, ended: int = 1) -> None:
    """Tell a parent that children ended; the last one finishes it and starts what follows.

    Called last in the child's finishing transaction, so that the parent's row is locked briefly.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE work_job SET open_children = open_children - %s WHERE id = %s"
            " RETURNING open_children, state, shop_id",
            (ended, parent_id),
        )
        row = cursor.fetchone()
    if row is not None and row[0] <= 0 and row[1] == JobState.WAITING:
        finish_waiting(parent_id)


def finish_waiting(job_id: int) -> None:
    """Finish a job whose children have all ended, and enqueue what was to follow."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE work_job SET state = 'done', finished_at = now() WHERE id = %s"
            " AND state = 'waiting' AND open_children <= 0 RETURNING \"then\", shop_id, parent_id",
            (job_id,),
        )
        row = cursor.fetchone()
    if row is None:
        return
    then = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    if then:
        enqueue(then["name"], then["payload"], shop_id=row[1])
    if row[2] is not None:
        count_down_parent(row[2])
    touch(f"job.{job_id}", shop_id=row[1])


@transaction.atomic
def cancel(jobs: QuerySet[Job], *, actor_id: UUID | None = None, reason: str = "") -> int:
    """Cancel jobs: those that do not run end now, running ones at their next step.

    Returns how many were cancelled or asked to stop.
    """
    rows = list(
        jobs.exclude(state__in=FINAL)
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", "state", "parent_id", "shop_id", "name")
    )
    running = [row[0] for row in rows if row[1] == JobState.RUNNING]
    idle = [row for row in rows if row[1] != JobState.RUNNING]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE work_job SET cancel_requested_at = now() WHERE id = ANY(%s)", (running,)
        )
        cursor.execute(
            "UPDATE work_job SET state = 'cancelled', finished_at = now(), recover_at = NULL"
            " WHERE id = ANY(%s)",
            ([row[0] for row in idle],),
        )
    for parent_id in [row[2] for row in idle]:
        if parent_id is not None:
            count_down_parent(parent_id)
    for shop_id, name in {(row[3], row[4]) for row in rows if row[1] == JobState.DEAD}:
        publish("work.dead_discarded", shop_id=shop_id, task=name)
    _audit_bulk("work.jobs.cancelled", rows, actor_id, reason)
    return len(rows)


def jobs_with_parent(parent_id: int) -> QuerySet[Job]:
    """Return the parts of a job, to be cancelled or counted."""
    return Job.objects.filter(parent_id=parent_id)


def jobs_numbered(ids: Iterable[int]) -> QuerySet[Job]:
    """Return jobs by their ids, to be cancelled, replayed or discarded."""
    return Job.objects.filter(pk__in=list(ids))


@transaction.atomic
def release(key: str) -> int:
    """Put the jobs parked on ``key`` back into the queue. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE work_job SET state = 'queued', run_after = now(), parked_key = '',"
            " waiting_for = '' WHERE state = 'parked' AND parked_key = %s RETURNING \"group\"",
            (key,),
        )
        groups = [row[0] for row in cursor.fetchall()]
    for group in set(groups):
        ring_on_commit(group)
    return len(groups)


# Of jobs with one unique key only one may come back to life: none while another is unfinished,
# else the youngest.
TWIN = """SELECT 1 FROM work_job t
 WHERE t.name = {job}.name AND t.unique_key = {job}.unique_key AND t.id <> {job}.id
   AND (t.state IN ('queued', 'running', 'waiting', 'parked')
        OR (t.state = 'dead' AND t.id > {job}.id))"""


@transaction.atomic
def replay(jobs: QuerySet[Job], *, actor_id: UUID | None = None, reason: str = "") -> int:
    """Give dead jobs all their attempts again, now, and the slow schedule from its second step.

    Returns how many were put back. Ending well, they count as recovered.

    One whose twin (same unique key) is not finished, or died later, stays dead: the twin does
    its work.
    """
    rows = list(
        jobs.filter(state=JobState.DEAD)
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", "state", "parent_id", "shop_id")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE work_job j SET state = 'queued', run_after = now(),"  # noqa: S608 -- a constant
            " attempts = 0,"
            " recovery_step = 1, recover_at = NULL, escalated_at = NULL WHERE id = ANY(%s)"
            f' AND NOT EXISTS ({TWIN.format(job="j")}) RETURNING j."group"',
            ([row[0] for row in rows],),
        )
        groups = [row[0] for row in cursor.fetchall()]
    for group in set(groups):
        ring_on_commit(group)
    _audit_bulk("work.dead.replayed", rows, actor_id, reason)
    return len(groups)


@transaction.atomic
def discard(jobs: QuerySet[Job], *, actor_id: UUID | None = None, reason: str) -> int:
    """Give dead jobs up for good; their parent counts them as ended. Returns how many."""
    return cancel(jobs.filter(state=JobState.DEAD), actor_id=actor_id, reason=reason)


def _audit_bulk(verb: str, rows: list[tuple[Any, ...]], actor_id: UUID | None, reason: str) -> None:
    if actor_id is None and not reason:
        return
    for shop_id in {row[3] for row in rows}:
        ids = [row[0] for row in rows if row[3] == shop_id]
        record(
            verb,
            shop_id=shop_id,
            actor_id=actor_id,
            object_type="job",
            object_id=ids[0] if len(ids) == 1 else "many",
            reason=reason,
            details={"count": len(ids), "first": ids[:20]},
        )


def prune(*, keep_days: int, limit: int = 5_000) -> int:
    """Delete finished jobs older than ``keep_days`` days, at most ``limit``. Returns how many.

    A parent goes after its children: the next call finds it without any.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM work_job WHERE id IN (SELECT id FROM work_job j"
            " WHERE state IN ('done', 'cancelled')"
            " AND finished_at < now() - make_interval(days => %s)"
            " AND NOT EXISTS (SELECT 1 FROM work_job c WHERE c.parent_id = j.id)"
            " ORDER BY finished_at LIMIT %s)",
            (keep_days, limit),
        )
        return int(cursor.rowcount)
