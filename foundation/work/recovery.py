"""The sweep: what a lost message, a dead worker or a passed time left behind."""

import structlog
from django.db import connection, transaction

from foundation.failures import FailureKind

from .bell import ring
from .claim import due_groups
from .runner import RECOVERY_MINUTES
from .services import TWIN, count_down_parent, publish

logger = structlog.get_logger(__name__)

SWEEP_LIMIT = 1_000


def sweep() -> dict[str, int]:
    """Requeue expired leases, wake the slow schedule, ring for due work. Safe to run twice.

    Returns how many rows each part moved.
    """
    moved = {"expired": _requeue_expired(), "recovering": _wake_dead()}
    for group in due_groups():
        ring(group)
    if any(moved.values()):
        logger.info("work.sweep", **moved)
    return moved


def _requeue_expired() -> int:
    # A worker died or fell silent. Its attempt counts, so that a job that kills its workers ends
    # as a dead letter instead of killing them for ever.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH expired AS (
              SELECT id FROM work_job WHERE state = 'running' AND lease_until < now()
              ORDER BY lease_until LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
            UPDATE work_job j SET
              state = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled'
                           WHEN attempts < max_attempts THEN 'queued' ELSE 'dead' END,
              finished_at = CASE WHEN cancel_requested_at IS NOT NULL THEN now() END,
              run_after = now(), lease_token = NULL, lease_until = NULL,
              failure_kind = %(kind)s,
              error = 'The worker ' || worker || ' fell silent while running it (attempt '
                      || attempts || ').',
              recover_at = CASE WHEN attempts >= max_attempts AND recovery_step < %(steps)s
                THEN now() + make_interval(mins => (%(minutes)s::int[])[recovery_step + 1]) END,
              escalated_at = CASE WHEN attempts >= max_attempts AND recovery_step >= %(steps)s
                THEN now() END
            FROM expired WHERE j.id = expired.id
            RETURNING j.id, j.name, j.state, j.shop_id, j.error, j.escalated_at, j.parent_id
            """,
            {
                "limit": SWEEP_LIMIT,
                "kind": FailureKind.TRANSIENT,
                "steps": len(RECOVERY_MINUTES),
                "minutes": list(RECOVERY_MINUTES),
            },
        )
        rows = cursor.fetchall()
        for job_id, name, state, shop_id, error, escalated_at, parent_id in rows:
            if state == "dead":
                publish(
                    "work.job_died",
                    shop_id=shop_id,
                    job_id=job_id,
                    task=name,
                    escalated=escalated_at is not None,
                    error=error,
                )
            elif state == "cancelled" and parent_id is not None:
                count_down_parent(parent_id)
    return len(rows)


def _wake_dead() -> int:
    # One attempt each; failing again moves the job to the next step of the slow schedule.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH due AS (
              SELECT id FROM work_job d WHERE state = 'dead' AND recover_at <= now()
                AND NOT EXISTS ({TWIN.format(job="d")})
              ORDER BY recover_at LIMIT %s FOR UPDATE SKIP LOCKED)
            UPDATE work_job j SET state = 'queued', run_after = now(), recover_at = NULL,
              attempts = max_attempts - 1, recovery_step = recovery_step + 1
            FROM due WHERE j.id = due.id
            """,  # noqa: S608 -- TWIN is a constant
            (SWEEP_LIMIT,),
        )
        return int(cursor.rowcount)
