"""Edits made outside: recognised by value, entered in the ledger, and reported when overwritten.

Every price that a webhook or a sync saw comes here (``catalog.prices_seen``), also late ones. A
price is *ours* when it is what the ledger says was shown at that time, or what a write under
way intends; anything else is somebody's edit.

An edit that fell between our read and our write was overwritten, and Shopify cannot prevent it
(contract §4.1). It is found from both sides: here when our result is recorded already, and by
``recording`` when the edit was told first. Both lock the result's row, so one of them sees the
other. Likewise a write whose answer was lost and whose price was edited at once is confirmed here
by its own echo.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from . import recording
from .counters import recount
from .enums import Outcome
from .overwritten import have_decided, mark_overwritten
from .staleness import count_edits

# `known`: the price the ledger, or a write under way, says was shown at the seen time.
_ENTER = """
WITH seen AS (
  SELECT v.id AS variant_id, v.shop_id, s.price, s.compare_at, s.at, s.old, s.old_compare,
         s.has_old
  FROM unnest(%(vendor_id)s::bigint[], %(price)s::numeric[], %(compare_at)s::numeric[],
              %(at)s::timestamptz[], %(old)s::numeric[], %(old_compare)s::numeric[],
              %(has_old)s::boolean[])
       AS s(vendor_id, price, compare_at, at, old, old_compare, has_old)
  JOIN catalog_sync_variant v
    ON v.connection_id = %(connection)s AND v.vendor_id = s.vendor_id
), judged AS (
  SELECT seen.*, earlier.price_after AS e_price, earlier.compare_at_after AS e_compare,
         earlier.id IS NOT NULL AS has_earlier,
         later.price_before AS l_price, later.compare_at_before AS l_compare,
         later.id IS NOT NULL AS has_later,
         r.before_price AS r_before, r.before_compare_at AS r_before_compare,
         r.target_price AS r_target, r.target_compare_at AS r_target_compare,
         r.id IS NOT NULL AS has_intent
  FROM seen
  LEFT JOIN LATERAL (
    SELECT * FROM pricing_audittrailentry e WHERE e.variant_id = seen.variant_id
      AND (e.vendor_updated_at IS NULL OR date_trunc('second', e.vendor_updated_at) <= seen.at)
    ORDER BY e.id DESC LIMIT 1) earlier ON true
  LEFT JOIN LATERAL (
    SELECT * FROM pricing_audittrailentry e WHERE e.variant_id = seen.variant_id
      AND date_trunc('second', e.vendor_updated_at) > seen.at
    ORDER BY e.id LIMIT 1) later ON true
  LEFT JOIN LATERAL (
    SELECT * FROM pricing_processingresult p WHERE p.variant_id = seen.variant_id
      AND p.outcome = 'intended' ORDER BY p.id DESC LIMIT 1) r ON true
)
INSERT INTO pricing_audittrailentry (
  shop_id, variant_id, layer, cause, price_before, compare_at_before, price_after,
  compare_at_after, base_price, base_compare_at, vendor_updated_at, request_id)
SELECT shop_id, variant_id, 'outside', 'outside_edit',
  CASE WHEN has_earlier THEN e_price WHEN has_intent THEN r_before
       WHEN has_later THEN l_price ELSE old END,
  CASE WHEN has_earlier THEN e_compare WHEN has_intent THEN r_before_compare
       WHEN has_later THEN l_compare ELSE old_compare END,
  price, compare_at, price, compare_at, at, %(request_id)s
FROM judged
WHERE (has_earlier OR has_later OR has_intent OR has_old)
  AND (NOT has_earlier OR (price, compare_at) IS DISTINCT FROM (e_price, e_compare))
  AND (has_earlier OR has_intent OR NOT has_later
       OR (price, compare_at) IS DISTINCT FROM (l_price, l_compare))
  AND (NOT has_intent
       OR ((price, compare_at) IS DISTINCT FROM (r_target, r_target_compare)
           AND (price, compare_at) IS DISTINCT FROM (r_before, r_before_compare)))
  AND (has_earlier OR has_later OR has_intent
       OR (price, compare_at) IS DISTINCT FROM (old, old_compare))
ORDER BY variant_id
ON CONFLICT DO NOTHING
RETURNING variant_id
"""


# A write may have happened although its answer was lost and the price is somebody's edit by the
# time we read it back. Its own webhook tells: our target, at a time between intent and reading.
# It comes first (the intent keeps its time) or after we called it a conflict (which is mended).
# Our clock and the vendor's may differ by two seconds, and the vendor's has whole ones.
_CONFIRM = """
UPDATE pricing_processingresult r
SET written_updated_at = s.at,
    outcome = CASE r.outcome WHEN 'conflict' THEN 'applied' ELSE r.outcome END,
    reason = CASE r.outcome WHEN 'conflict' THEN %(echoed)s ELSE r.reason END,
    found_price = NULL, found_compare_at = NULL
FROM unnest(%(vendor_id)s::bigint[], %(price)s::numeric[], %(compare_at)s::numeric[],
            %(at)s::timestamptz[]) AS s(vendor_id, price, compare_at, at)
JOIN catalog_sync_variant v ON v.connection_id = %(connection)s AND v.vendor_id = s.vendor_id
WHERE r.variant_id = v.id AND r.outcome IN ('intended', 'conflict')
  AND r.intended_at IS NOT NULL AND r.written_updated_at IS NULL
  AND (r.target_price, r.target_compare_at) IS NOT DISTINCT FROM (s.price, s.compare_at)
  AND s.at >= r.intended_at - interval '3 seconds'
  AND (r.settled_at IS NULL OR s.at <= r.settled_at + interval '2 seconds')
RETURNING r.id, r.job_id, r.variant_id, r.outcome
"""

# The same rows that a recording worker holds: whoever comes second sees the first.
_LOCK = """
SELECT r.id FROM pricing_processingresult r JOIN catalog_sync_variant v ON v.id = r.variant_id
WHERE v.connection_id = %(connection)s AND v.vendor_id = ANY(%(vendor_id)s)
  AND r.outcome IN ('intended', 'applied', 'conflict')
  AND r.intended_at > now() - interval '2 days'
ORDER BY r.planned_id FOR UPDATE OF r
"""


@transaction.atomic
def note_prices_seen(
    *, shop_id: UUID, connection_id: UUID, seen: Sequence[Sequence[Any]], request_id: str
) -> int:
    """Enter outside edits among the seen prices in the ledger. Returns how many were new.

    ``seen``: [variant's vendor id, price, compare-at or null, updated_at] and, when the mirror
    knew another price before, [… , that price, that compare-at or null].
    """
    rows = [(*row, None, None, False) if len(row) == 4 else (*row, True) for row in seen]  # noqa: PLR2004
    columns = [list(column) for column in zip(*rows, strict=True)]
    names = ("vendor_id", "price", "compare_at", "at", "old", "old_compare", "has_old")
    params: dict[str, Any] = {
        **dict(zip(names, columns, strict=True)),
        "connection": connection_id,
        "request_id": request_id,
        "echoed": recording.ECHOED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, params)
        cursor.execute(_CONFIRM, params)
        confirmed = [row for row in cursor.fetchall() if row[3] == Outcome.APPLIED]
        if confirmed:
            # Before the edits: an entry of ours makes its echo ours.
            recording.enter_applied([row[0] for row in confirmed])
        cursor.execute(_ENTER, params)
        edited = [row[0] for row in cursor.fetchall()]
    if not (edited or confirmed):
        # Nearly always: the echo of our own write, or a webhook about something else.
        return 0
    confirmed_in = Counter(row[1] for row in confirmed)
    recount(confirmed_in, shop_id, Outcome.CONFLICT, Outcome.APPLIED)
    marked = mark_overwritten(variant_ids=[*edited, *(row[2] for row in confirmed)])
    recount(marked.jobs, shop_id, Outcome.APPLIED, Outcome.OVERWRITTEN)
    have_decided(marked.undecided, connection_id, shop_id=shop_id)
    count_edits(edited, shop_id=shop_id)
    return len(edited)
