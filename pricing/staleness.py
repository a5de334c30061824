"""Plans that wait while prices move: how many of their rows were changed since they were made.

Counted when a change is entered in the ledger, so that a page about a million rows need not
compare them. A plan that is made again begins at nothing.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from foundation.live.api import touch

from .models import PricingJob

_WAITING_STATES = ("planned", "awaiting", "scheduled")
_WAITING = str(_WAITING_STATES)

# A row whose price was changed twice is one row: what was counted for this plan already is an
# earlier outside edit, or an entry of a job that has ended. What is entered right now has the
# time of this transaction.
_COUNTED = """
EXISTS (SELECT 1 FROM pricing_audittrailentry e LEFT JOIN pricing_pricingjob f ON f.id = e.job_id
        WHERE e.variant_id = p.variant_id AND e.at >= k.planned_at AND e.at < now()
          AND (e.layer = 'outside'
               OR (f.finished_at IS NOT NULL AND f.id IS DISTINCT FROM %(job)s::uuid)))
"""

_AFTER_EDITS = f"""
UPDATE pricing_pricingjob j SET stale_rows = j.stale_rows + n.rows
FROM (SELECT p.job_id, count(*) AS rows FROM pricing_plannedchange p
      JOIN pricing_pricingjob k ON k.id = p.job_id AND k.state IN {_WAITING}
      WHERE p.variant_id = ANY(%(variants)s) AND p.skip = '' AND NOT {_COUNTED}
      GROUP BY p.job_id) n
WHERE j.id = n.job_id RETURNING j.id
"""  # noqa: S608 -- constants only

_AFTER_JOB = f"""
UPDATE pricing_pricingjob j SET stale_rows = j.stale_rows + n.rows
FROM (SELECT p.job_id, count(*) AS rows FROM pricing_pricingjob k
      JOIN pricing_plannedchange p ON p.job_id = k.id AND p.skip = ''
      JOIN pricing_processingresult r ON r.variant_id = p.variant_id AND r.job_id = %(job)s
       AND r.outcome = 'applied' AND r.settled_at >= k.planned_at
      WHERE k.shop_id = %(shop)s AND k.state IN {_WAITING} AND NOT {_COUNTED}
      GROUP BY p.job_id) n
WHERE j.id = n.job_id RETURNING j.id
"""  # noqa: S608 -- constants only


def count_edits(variant_ids: Sequence[UUID], *, shop_id: UUID) -> None:
    """Count outside edits of these variants in the plans that wait with them."""
    if variant_ids:
        _count(_AFTER_EDITS, {"variants": list(variant_ids), "job": None}, shop_id)


def count_job(job: PricingJob) -> None:
    """Count what a job has written in the plans of other jobs that wait."""
    if PricingJob.objects.for_shop(job.shop_id).filter(state__in=_WAITING_STATES).exists():
        _count(_AFTER_JOB, {"job": job.pk, "shop": job.shop_id}, job.shop_id)


def _count(sql: str, params: dict[str, Any], shop_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        moved = [row[0] for row in cursor.fetchall()]
    for job_id in moved:
        touch(f"pricing.{job_id}", shop_id=shop_id)
