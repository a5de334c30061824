"""Reads of the engine: planned rows that are open, and who else holds or changed variants."""

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection

from pricing.contracts import BaseChange, PlannedRow, Price

# An intent's own prices count, not the plan's: a policy may have written another target.
_OPEN_ROWS = """
SELECT p.id, p.variant_id, p.variant_vendor_id, p.product_vendor_id,
       CASE WHEN r.id IS NULL THEN p.before_price ELSE r.before_price END,
       CASE WHEN r.id IS NULL THEN p.before_compare_at ELSE r.before_compare_at END,
       CASE WHEN r.id IS NULL THEN p.target_price ELSE r.target_price END,
       CASE WHEN r.id IS NULL THEN p.target_compare_at ELSE r.target_compare_at END,
       r.id IS NOT NULL, r.written_updated_at, p.base_before_price, p.base_before_compare_at,
       p.base_target_price, p.base_target_compare_at
FROM pricing_plannedchange p
LEFT JOIN pricing_processingresult r ON r.planned_id = p.id
WHERE p.job_id = %s AND {which} AND (r.id IS NULL OR r.outcome = 'intended')
ORDER BY p.position
"""

_HELD = """
SELECT r.variant_id, j.name FROM pricing_processingresult r
JOIN pricing_pricingjob j ON j.id = r.job_id
WHERE r.variant_id = ANY(%(variants)s) AND r.job_id <> %(job)s
  AND (r.outcome = 'intended' OR (r.settled_at >= %(since)s AND r.intended_at IS NOT NULL))
"""

_CHANGED_BY = """
SELECT DISTINCT ON (e.variant_id) e.variant_id, e.price_after, e.compare_at_after, j.name
FROM pricing_audittrailentry e LEFT JOIN pricing_pricingjob j ON j.id = e.job_id
WHERE e.variant_id = ANY(%s) ORDER BY e.variant_id, e.id DESC
"""


def _rows(which: str, *params: UUID | int) -> list[PlannedRow]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_ROWS.format(which=which), params)
        return [
            PlannedRow(
                planned_id=row[0],
                variant_id=row[1],
                variant_vendor_id=row[2],
                product_vendor_id=row[3],
                before=Price(row[4], row[5]),
                target=Price(row[6], row[7]),
                intended=row[8],
                echoed_at=row[9],
                base=None
                if row[12] is None
                else BaseChange(Price(row[10], row[11]), Price(row[12], row[13])),
            )
            for row in cursor.fetchall()
        ]


def open_rows(job_id: UUID, batch: int) -> list[PlannedRow]:
    """Return the rows of a batch that have not ended, in the plan's order."""
    return _rows("p.batch = %s", job_id, batch)


def unsettled_rows(job_id: UUID) -> list[PlannedRow]:
    """Return the rows whose write was under way when their worker stopped."""
    return _rows("p.batch IS NOT NULL AND r.outcome = 'intended'", job_id)


def database_clock() -> dt.datetime:
    """Return the time by the database's clock, by which results are stamped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
    return moment


def held_by_others(
    job_id: UUID, variant_ids: Sequence[UUID], *, since: dt.datetime
) -> dict[UUID, str]:
    """Return which variants another job is writing, or has written ``since``: by that job's name.

    What we read of those before is not what is there now.
    """
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"variants": list(variant_ids), "job": job_id, "since": since})
        return dict(cursor.fetchall())


def changed_by_jobs(found: Mapping[UUID, Price]) -> dict[UUID, str]:
    """Return the names of our own jobs that set exactly the prices that were found."""
    if not found:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED_BY, [list(found)])
        return {
            variant: name
            for variant, price, compare_at, name in cursor.fetchall()
            if name is not None and Price(price, compare_at) == found[variant]
        }
