"""Find the writes that replaced an outside edit they had not seen."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

# An edit belongs to the window when its own time lies between the state we read and our write.
# Vendor times have whole seconds in webhooks: the bounds are widened to whole seconds, and the
# values tell the rest (neither what we expected nor what we set).
_OVERWRITTEN = """
WITH lost AS (
  SELECT DISTINCT ON (r.id) r.id, e.price_after, e.compare_at_after
  FROM pricing_processingresult r
  JOIN pricing_audittrailentry e ON e.variant_id = r.variant_id AND e.layer = 'outside'
   AND e.vendor_updated_at >= date_trunc('second', r.read_updated_at)
   AND e.vendor_updated_at <= r.written_updated_at
   AND (e.price_after, e.compare_at_after)
       IS DISTINCT FROM (r.target_price, r.target_compare_at)
   AND (e.price_after, e.compare_at_after)
       IS DISTINCT FROM (r.before_price, r.before_compare_at)
  WHERE r.outcome = 'applied' AND {which}
  ORDER BY r.id, e.vendor_updated_at DESC, e.id DESC
)
UPDATE pricing_processingresult r
SET outcome = 'overwritten', found_price = lost.price_after,
    found_compare_at = lost.compare_at_after,
    reason = 'Somebody set ' || lost.price_after || ' between our reading and our writing; '
             || 'Shopify offers no way to prevent that. It can be restored.'
FROM lost WHERE r.id = lost.id
RETURNING r.job_id
"""


def mark_overwritten(
    *, result_ids: Sequence[int] | None = None, variant_ids: Sequence[UUID] | None = None
) -> "Counter[UUID]":
    """Mark applied results whose write replaced an outside edit of the ledger.

    Looks at the given results, or at all of the given variants. Returns how many were marked in
    each pricing job; moving the jobs' counters is the caller's part.
    """
    which = "r.id = ANY(%s)" if result_ids is not None else "r.variant_id = ANY(%s)"
    given = result_ids if result_ids is not None else variant_ids
    with connection.cursor() as cursor:
        cursor.execute(_OVERWRITTEN.format(which=which), [list(given or ())])
        return Counter(row[0] for row in cursor.fetchall())
