"""Find the writes that replaced an outside edit they had not seen.

An edit belongs to the window when its own time lies between the state we read and our write, and
its value is neither what we expected nor what we set. The vendor's times have a resolution of one
second: an edit within the second of our write came before it and is lost, or after it and stands.
Those pairs are *undecided* here; ``same_second.py`` asks the shop itself.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection

from foundation.work.api import enqueue

from .contracts import Price

# The lower bound is widened to the whole second, because a webhook's time has no more: an edit may
# follow within the second of the state we read. Of a second that was over when we read (ours and
# the vendor's clock differ by two seconds at most, and a read is used for two) we saw the end:
# whatever else was set in it came before that. An edit is lost to one write only: where the state
# that we read was left by a write which is known to have replaced the edit, ours did not.
_EDITS = """
SELECT r.id AS result_id, r.variant_id, e.id AS entry_id, e.price_after, e.compare_at_after,
       e.vendor_updated_at,
       date_trunc('second', e.vendor_updated_at) < date_trunc('second', r.written_updated_at)
         AS certain
FROM pricing_processingresult r
JOIN pricing_audittrailentry e ON e.variant_id = r.variant_id AND e.layer = 'outside'
 AND e.vendor_updated_at >= date_trunc('second', r.read_updated_at)
      + CASE WHEN r.intended_at < date_trunc('second', r.read_updated_at) + interval '5 seconds'
             THEN interval '0' ELSE interval '1 second' END
 AND date_trunc('second', e.vendor_updated_at) <= date_trunc('second', r.written_updated_at)
 AND (e.price_after, e.compare_at_after)
     IS DISTINCT FROM (r.target_price, r.target_compare_at)
 AND (e.price_after, e.compare_at_after)
     IS DISTINCT FROM (r.before_price, r.before_compare_at)
 AND NOT EXISTS (
   SELECT 1 FROM pricing_processingresult q
   WHERE q.variant_id = r.variant_id AND q.id <> r.id AND q.outcome = 'overwritten'
     AND (q.found_price, q.found_compare_at)
         IS NOT DISTINCT FROM (e.price_after, e.compare_at_after)
     AND date_trunc('second', q.written_updated_at)
         BETWEEN date_trunc('second', e.vendor_updated_at)
             AND date_trunc('second', r.read_updated_at))
WHERE r.outcome = 'applied' AND {which}
"""

_MARK = """
UPDATE pricing_processingresult r
SET outcome = 'overwritten', found_price = lost.price_after,
    found_compare_at = lost.compare_at_after,
    reason = 'Somebody set ' || lost.price_after || ' between our reading and our writing; '
             || 'Shopify offers no way to prevent that. It can be restored.'
FROM lost WHERE r.id = lost.result_id AND r.outcome = 'applied'
RETURNING r.id, r.job_id
"""

_MARK_CERTAIN = (
    f"WITH edits AS ({_EDITS}), lost AS ("  # noqa: S608 -- constants only
    " SELECT DISTINCT ON (result_id) result_id, price_after, compare_at_after FROM edits"
    " WHERE certain ORDER BY result_id, vendor_updated_at DESC, entry_id DESC"
    f"), marked AS ({_MARK})"
    " SELECT job_id, id, NULL FROM marked UNION ALL"
    " SELECT NULL, NULL, result_id FROM edits WHERE NOT certain"
    " AND result_id NOT IN (SELECT id FROM marked)"
)

_MARK_GIVEN = f"""
WITH lost AS (SELECT * FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[])
  AS l(result_id, price_after, compare_at_after)), marked AS ({_MARK})
SELECT job_id, id FROM marked
"""  # noqa: S608 -- constants only

_UNDECIDED = f"""
SELECT w.result_id, v.vendor_id, w.price_after, w.compare_at_after
FROM ({_EDITS.format(which="r.id = ANY(%s)")}) w JOIN catalog_sync_variant v ON v.id = w.variant_id
WHERE NOT w.certain ORDER BY w.result_id, w.entry_id
"""  # noqa: S608 -- constants only


@dataclass(frozen=True, slots=True)
class Marked:
    """Marked results, counted by pricing job, and those that only the shop can decide."""

    jobs: "Counter[UUID]"
    results: list[int]
    undecided: list[int]


@dataclass(frozen=True, slots=True)
class Undecided:
    """An applied result and the outside edits of the very second of its write."""

    result_id: int
    variant_vendor_id: int
    edits: tuple[Price, ...]


def mark_overwritten(
    *, result_ids: Sequence[int] | None = None, variant_ids: Sequence[UUID] | None = None
) -> Marked:
    """Mark applied results whose write certainly replaced an outside edit of the ledger.

    Looks at the given results, or at all of the given variants. Moving the jobs' counters and
    having the undecided ones looked at is the caller's part.
    """
    which = "r.id = ANY(%s)" if result_ids is not None else "r.variant_id = ANY(%s)"
    given = result_ids if result_ids is not None else variant_ids
    with connection.cursor() as cursor:
        cursor.execute(_MARK_CERTAIN.format(which=which), [list(given or ())])
        rows = cursor.fetchall()
    return Marked(
        jobs=Counter(job_id for job_id, _, _ in rows if job_id is not None),
        results=[marked for _, marked, _ in rows if marked is not None],
        undecided=sorted({result_id for _, _, result_id in rows if result_id is not None}),
    )


def have_decided(result_ids: Sequence[int], connection_id: UUID, *, shop_id: UUID) -> None:
    """Have the shop asked about undecided results, in the caller's transaction."""
    if result_ids:
        enqueue(
            "pricing.decide_same_second",
            {"connection_id": str(connection_id), "result_ids": list(result_ids)},
            shop_id=shop_id,
        )


def have_given_back(result_ids: Sequence[int], *, shop_id: UUID) -> None:
    """Have edits that campaigns' writes replaced given back, in the caller's transaction.

    Of other jobs' writes a person decides, by a click.
    """
    if result_ids:
        enqueue("pricing.give_edits_back", {"result_ids": list(result_ids)}, shop_id=shop_id)


def mark_lost(edits: Sequence[tuple[int, Price]]) -> Marked:
    """Mark results as having replaced these edits, where they still count as applied."""
    ids, prices = [result_id for result_id, _ in edits], [edit for _, edit in edits]
    columns: list[list[Any]] = [
        ids,
        [each.price for each in prices],
        [each.compare_at for each in prices],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MARK_GIVEN, columns)
        rows = cursor.fetchall()
    return Marked(Counter(row[0] for row in rows), [row[1] for row in rows], [])


def undecided(result_ids: Sequence[int]) -> list[Undecided]:
    """Return those of the results that are still undecided, with their edits, the newest last."""
    with connection.cursor() as cursor:
        cursor.execute(_UNDECIDED, [list(result_ids)])
        rows = cursor.fetchall()
    return [
        Undecided(result_id, vendor_id, tuple(Price(*row[2:]) for row in group))
        for (result_id, vendor_id), group in groupby(rows, key=lambda row: row[:2])
    ]
