"""Run claimed jobs one after the other and write down what became of each."""

import random
import time
import traceback
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction

from foundation.failures import (
    Failure,
    FailureKind,
    Misconfigured,
    NotNow,
    Parked,
    Wait,
    connection_key,
)
from foundation.live.api import touch
from foundation.tracing import request_scope

from .bell import ring_on_commit
from .claim import claim
from .contracts import Cancelled, Claimed, LeaseLost, TaskSpec
from .enums import Group
from .registry import spec_of
from .running import Running
from .services import count_down_parent, finish_waiting, publish

logger = structlog.get_logger(__name__)

# Fast retries: full jitter between 0 and BASE * 2^attempt, at most CAP (AWS, "Exponential
# Backoff And Jitter", 2015).
BACKOFF_BASE = 2.0
BACKOFF_CAP = 300.0
# The slow schedule of a dead letter (house law 3), in minutes after each death.
RECOVERY_MINUTES = (15, 60, 240, 1440, 1440, 1440)
ERROR_LENGTH = 4_000


def run_batch(group: Group, *, limit: int | None = None) -> int:
    """Claim one batch of ``group`` and run it. Returns how many jobs were claimed."""
    jobs = claim(group, limit=limit)
    for alike in _alike(jobs):
        if len(alike) == 1 or not run_together(alike):
            for job in alike:
                run_one(job)
    return len(jobs)


def _alike(jobs: list[Claimed]) -> list[list[Claimed]]:
    """Split jobs into those that can be done together and those to be done alone, in their order.

    Jobs of one name that were claimed together have no order among others of their priority.
    """
    groups: dict[tuple[str, int], list[Claimed]] = {}
    for place, job in enumerate(jobs):
        spec = spec_of(job.name)
        alone = spec is None or spec.many is None or job.cancelled or job.recovery_step > 0
        groups.setdefault((job.name, place if alone else -1), []).append(job)
    return list(groups.values())


def run_together(jobs: list[Claimed]) -> bool:
    """Do the work of several jobs of one kind in one transaction; False: nothing was done.

    Any failure undoes all of it, and says nothing: done one by one, each job tells its own.
    """
    spec = spec_of(jobs[0].name)
    if spec is None or spec.many is None:
        return False
    try:
        with request_scope(jobs[0].request_id), transaction.atomic():
            spec.many([(Running(job, spec), job.payload) for job in jobs])
            _finish_together(jobs)
    except Exception as error:  # noqa: BLE001 -- whatever it was, each job will say it alone
        logger.info("jobs.one_by_one", task=spec.name, jobs=len(jobs), error=str(error)[:200])
        connection.close_if_unusable_or_obsolete()
        return False
    logger.debug("jobs.done_together", task=spec.name, jobs=len(jobs))
    return True


def _finish_together(jobs: list[Claimed]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE work_job SET state = CASE WHEN again THEN 'queued' ELSE 'done' END,"
            " lease_token = NULL, lease_until = NULL,"
            " finished_at = CASE WHEN again THEN NULL ELSE now() END,"
            " run_after = CASE WHEN again THEN now() ELSE run_after END,"
            " attempts = CASE WHEN again THEN 0 ELSE attempts END,"
            " error = '', failure_kind = '', traceback = '', again = false"
            " WHERE id = ANY(%s) AND lease_token = %s AND state = 'running'"
            ' AND open_children = 0 AND parent_id IS NULL AND "then" IS NULL',
            ([job.id for job in jobs], jobs[0].token),
        )
        if cursor.rowcount != len(jobs):
            raise LeaseLost
    ring_on_commit(jobs[0].group)


def run_one(job: Claimed) -> None:
    """Run one claimed job. Nothing the handler raises leaves this function."""
    with request_scope(job.request_id), structlog.contextvars.bound_contextvars(job_id=job.id):
        _run(job)


def _run(job: Claimed) -> None:
    spec = spec_of(job.name)
    if spec is None:
        # An older or newer release enqueued it: not lost, not retried by us every second.
        _bury(job, FailureKind.BUG, f"No running code knows a task called {job.name}.", "")
        return
    began = time.monotonic()
    try:
        _handle(job, spec)
    except LeaseLost:
        logger.warning("job.lease_lost", task=job.name)
    except Cancelled:
        _end(job, "cancelled")
        logger.info("job.cancelled", task=job.name)
    except NotNow as wait:
        _postpone(job, wait)
    except Failure as failure:
        _failed(job, failure)
    except (OperationalError, InterfaceError) as error:
        # The database went away or broke a deadlock: the job is innocent.
        connection.close_if_unusable_or_obsolete()
        _retry(job, f"The database did not answer: {error}".strip(), None)
    except Exception as error:
        logger.exception("job.bug", task=job.name)
        _bury(
            job,
            FailureKind.BUG,
            f"{type(error).__name__}: {error}",
            traceback.format_exc()[-ERROR_LENGTH:],
        )
    else:
        logger.debug("job.done", task=job.name, ms=round((time.monotonic() - began) * 1000))


def _handle(job: Claimed, spec: TaskSpec) -> None:
    if job.cancelled:
        raise Cancelled
    running = Running(job, spec)
    running.heartbeat()
    if spec.atomic:
        with transaction.atomic():
            spec.handler(running, **job.payload)
            _finish(job)
    else:
        spec.handler(running, **job.payload)
        with transaction.atomic():
            _finish(job)


_MINE = "id = %(id)s AND lease_token = %(token)s AND state = 'running'"


def _write(job: Claimed, sql: str, **params: Any) -> tuple[object, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("{mine}", _MINE), {**params, "id": job.id, "token": job.token})
        row: tuple[object, ...] | None = cursor.fetchone()
        return row


def _finish(job: Claimed) -> None:
    # Asked for again while it ran: back to the queue. Children still open: wait for them.
    row = _write(
        job,
        "UPDATE work_job SET state = CASE WHEN again THEN 'queued' WHEN open_children > 0"
        " THEN 'waiting' ELSE 'done' END, lease_token = NULL, lease_until = NULL,"
        " finished_at = CASE WHEN again OR open_children > 0 THEN NULL ELSE now() END,"
        " run_after = CASE WHEN again THEN now() ELSE run_after END,"
        " attempts = CASE WHEN again THEN 0 ELSE attempts END,"
        " checkpoint = CASE WHEN again THEN NULL ELSE checkpoint END,"
        " error = '', failure_kind = '', traceback = '', again = false"
        ' WHERE {mine} RETURNING state, "then" IS NOT NULL, recovery_step',
    )
    if row is None:
        raise LeaseLost
    state, continues, recovery_step = row
    if state == "queued":
        ring_on_commit(job.group)
        return
    if state == "done" and continues:
        # No child was ever made, or all ended while we ran: finish as if the last one just had.
        _write(job, "UPDATE work_job SET state = 'waiting' WHERE id = %(id)s RETURNING %(token)s")
        finish_waiting(job.id)
    elif state == "done" and job.parent_id is not None:
        count_down_parent(job.parent_id)
    if recovery_step:
        logger.info("job.recovered", task=job.name, recovery_step=recovery_step)
        _tell("work.job_recovered", job)


def _end(job: Claimed, state: str) -> None:
    with transaction.atomic():
        row = _write(
            job,
            "UPDATE work_job SET state = %(state)s, finished_at = now(), lease_token = NULL,"
            " lease_until = NULL WHERE {mine} RETURNING 1",
            state=state,
        )
        if row is not None and job.parent_id is not None:
            count_down_parent(job.parent_id)
    touch(f"job.{job.id}", shop_id=job.shop_id)


def _postpone(job: Claimed, wait: NotNow) -> None:
    # Waiting is not failing: the attempt is given back. What was cancelled meanwhile comes back
    # at once, to be ended.
    parked = isinstance(wait, Parked)
    seconds = wait.seconds if isinstance(wait, Wait) else 0.0
    _write(
        job,
        "UPDATE work_job SET attempts = attempts - 1, lease_token = NULL, lease_until = NULL,"
        " state = CASE WHEN cancel_requested_at IS NULL THEN %(state)s ELSE 'queued' END,"
        " run_after = now() + CASE WHEN cancel_requested_at IS NULL"
        "   THEN make_interval(secs => %(seconds)s) ELSE interval '0' END,"
        " waiting_for = %(why)s, parked_key = %(key)s WHERE {mine} RETURNING 1",
        state="parked" if parked else "queued",
        seconds=seconds,
        why=str(wait),
        key=wait.key if isinstance(wait, Parked) else "",
    )
    if not parked:
        ring_on_commit(job.group, after=seconds)


def _failed(job: Claimed, failure: Failure) -> None:
    logger.warning("job.failed", task=job.name, kind=failure.kind, error=failure.message)
    if isinstance(failure, Misconfigured):
        # Whoever raised it has parked the connection and opened the alert (foundation.outbound).
        _postpone(job, Parked(key=connection_key(failure.connection_id), why=failure.message))
    elif failure.kind is FailureKind.TRANSIENT:
        delay = failure.retry_after.total_seconds() if failure.retry_after else None
        _retry(job, failure.message, delay)
    else:
        _bury(job, failure.kind, failure.message, "")


def backoff(attempts: int, rng: random.Random | None = None) -> float:
    """Return seconds to wait after the n-th failed attempt: full jitter, capped."""
    ceiling = min(BACKOFF_CAP, BACKOFF_BASE * 2.0 ** min(attempts, 10))
    return (rng or random).uniform(0, ceiling)


def _retry(job: Claimed, error: str, delay: float | None) -> None:
    try:
        row = _write(
            job,
            "UPDATE work_job SET state = 'queued', lease_token = NULL, lease_until = NULL,"
            " failure_kind = 'transient', error = %(error)s,"
            " run_after = now() + CASE WHEN cancel_requested_at IS NULL"
            "   THEN make_interval(secs => %(delay)s) ELSE interval '0' END"
            " WHERE {mine} AND attempts < max_attempts RETURNING attempts",
            error=error[:ERROR_LENGTH],
            delay=backoff(job.attempts) if delay is None else delay,
        )
    except (OperationalError, InterfaceError):
        # The database is still away. The lease runs out and the sweep takes over.
        logger.warning("job.left_to_the_sweep", task=job.name)
        return
    if row is None:
        _bury(job, FailureKind.TRANSIENT, f"{error} Tried {job.max_attempts} times.", "")


def _bury(job: Claimed, kind: FailureKind, error: str, trace: str) -> None:
    """Make the job a dead letter and say so; the slow schedule tries on where it may help."""
    minutes = None
    if kind is not FailureKind.PERMANENT and job.recovery_step < len(RECOVERY_MINUTES):
        minutes = RECOVERY_MINUTES[job.recovery_step]
    with transaction.atomic():
        row = _write(
            job,
            "UPDATE work_job SET state = 'dead', lease_token = NULL, lease_until = NULL,"
            " failure_kind = %(kind)s, error = %(error)s, traceback = %(trace)s,"
            " recover_at = now() + make_interval(mins => %(minutes)s::int),"
            " escalated_at = CASE WHEN %(minutes)s::int IS NULL THEN now() END"
            " WHERE {mine} RETURNING 1",
            kind=kind,
            error=error[:ERROR_LENGTH],
            trace=trace,
            minutes=minutes,
        )
        if row is not None:
            logger.error("job.dead", task=job.name, kind=kind, error=error, escalated=not minutes)
            _tell("work.job_died", job, escalated=minutes is None, error=error[:500])
    touch(f"job.{job.id}", shop_id=job.shop_id)


def _tell(event: str, job: Claimed, **facts: object) -> None:
    # The listeners of these events are jobs too; their own death must not tell of itself for ever.
    if not job.name.startswith("foundation.alerts."):
        publish(event, shop_id=job.shop_id, job_id=job.id, task=job.name, **facts)
