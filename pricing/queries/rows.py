"""Reads of the engine: which planned rows are still open."""

from uuid import UUID

from django.db import connection

from pricing.contracts import PlannedRow, Price

_OPEN_ROWS = """
SELECT p.id, p.variant_id, p.variant_vendor_id, p.product_vendor_id, p.before_price,
       p.before_compare_at, p.target_price, p.target_compare_at, r.id IS NOT NULL,
       r.before_price, r.before_compare_at, r.written_updated_at
FROM pricing_plannedchange p
LEFT JOIN pricing_processingresult r ON r.planned_id = p.id
WHERE p.job_id = %s AND {which} AND (r.id IS NULL OR r.outcome = 'intended')
ORDER BY p.position
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
                intended_before=Price(row[9], row[10]) if row[8] else None,
                echoed_at=row[11],
            )
            for row in cursor.fetchall()
        ]


def open_rows(job_id: UUID, batch: int) -> list[PlannedRow]:
    """Return the rows of a batch that have not ended, in the plan's order."""
    return _rows("p.batch = %s", job_id, batch)


def unsettled_rows(job_id: UUID) -> list[PlannedRow]:
    """Return the rows whose write was under way when their worker stopped."""
    return _rows("p.batch IS NOT NULL AND r.outcome = 'intended'", job_id)
