"""Write down intents, outcomes and ledger entries: set-based, idempotent, counters with them.

Every function runs inside a transaction whose first statement was the job's fence.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from catalog_sync.api import apply_live_prices, lock_variants
from connectors.shopify.api import LivePrice
from foundation.live.api import touch
from foundation.tracing import current_request_id
from foundation.work.api import enqueue

from .contracts import PlannedRow, Price, Settled
from .counters import add_counts
from .enums import CAUSE_OF_KIND, Cause, JobKind, Outcome
from .models import PricingJob
from .overwritten import have_decided, have_given_back, mark_overwritten

ECHOED = (
    "The answer was lost; Shopify's webhook showed the new price, which somebody changed right "
    "after."
)

# One row per planned change for ever. An ended row is never touched again: what a late worker
# wants to say about it is dropped by the WHERE. An intent whose webhook has told that it happened
# (outside.py) ends as applied, whatever the price became since.
_UPSERT = """
INSERT INTO pricing_processingresult AS r (
  shop_id, job_id, planned_id, variant_id, outcome, reason, before_price, before_compare_at,
  target_price, target_compare_at, found_price, found_compare_at, read_updated_at,
  written_updated_at, vendor_request_id, base_before_price, base_before_compare_at,
  base_target_price, base_target_compare_at, layer_ref, intended_at, settled_at)
SELECT %(shop)s, %(job)s, n.planned, n.variant, n.outcome, n.reason, n.before, n.before_compare,
  n.target, n.target_compare, n.found, n.found_compare, n.read_at, n.written_at, n.request,
  n.base, n.base_compare, n.base_target, n.base_target_compare, n.layer_ref,
  CASE WHEN n.outcome = 'intended' THEN now() END,
  CASE WHEN n.outcome <> 'intended' THEN now() END
FROM unnest(
  %(planned)s::bigint[], %(variant)s::uuid[], %(outcome)s::text[], %(reason)s::text[],
  %(before)s::numeric[], %(before_compare)s::numeric[], %(target)s::numeric[],
  %(target_compare)s::numeric[], %(found)s::numeric[], %(found_compare)s::numeric[],
  %(read_at)s::timestamptz[], %(written_at)s::timestamptz[], %(request)s::text[],
  %(base)s::numeric[], %(base_compare)s::numeric[], %(base_target)s::numeric[],
  %(base_target_compare)s::numeric[], %(layer_ref)s::uuid[]
) AS n(planned, variant, outcome, reason, before, before_compare, target, target_compare,
       found, found_compare, read_at, written_at, request, base, base_compare, base_target,
       base_target_compare, layer_ref)
ORDER BY n.planned
ON CONFLICT (planned_id) DO UPDATE SET
  (outcome, reason, found_price, found_compare_at, written_updated_at) = (
    SELECT * FROM (VALUES (EXCLUDED.outcome, EXCLUDED.reason, EXCLUDED.found_price,
                           EXCLUDED.found_compare_at, EXCLUDED.written_updated_at)) told
    WHERE r.written_updated_at IS NULL OR EXCLUDED.outcome <> 'conflict'
    UNION ALL SELECT 'applied', %(echoed)s, NULL, NULL, r.written_updated_at
    WHERE r.written_updated_at IS NOT NULL AND EXCLUDED.outcome = 'conflict'),
  read_updated_at = COALESCE(EXCLUDED.read_updated_at, r.read_updated_at),
  vendor_request_id = EXCLUDED.vendor_request_id, settled_at = EXCLUDED.settled_at
WHERE r.outcome = 'intended'
RETURNING r.id, r.outcome
"""

_LEDGER = """
INSERT INTO pricing_audittrailentry (
  shop_id, variant_id, layer, layer_ref, cause, job_id, result_id, actor_id, price_before,
  compare_at_before, price_after, compare_at_after, base_price, base_compare_at,
  vendor_updated_at, vendor_request_id, request_id)
SELECT r.shop_id, r.variant_id, CASE WHEN r.layer_ref IS NULL THEN 'base' ELSE 'campaign' END,
  COALESCE(r.layer_ref, p.layer_ref), COALESCE(NULLIF(j.cause, ''), %(causes)s::jsonb ->> j.kind),
  r.job_id, r.id,
  j.confirmed_by_id, r.before_price, r.before_compare_at, r.target_price, r.target_compare_at,
  COALESCE(r.base_target_price, r.target_price),
  CASE WHEN r.base_target_price IS NULL THEN r.target_compare_at ELSE r.base_target_compare_at END,
  r.written_updated_at, r.vendor_request_id, %(request_id)s
FROM pricing_processingresult r JOIN pricing_pricingjob j ON j.id = r.job_id
JOIN pricing_plannedchange p ON p.id = r.planned_id
WHERE r.id = ANY(%(results)s) AND r.outcome = 'applied'
ORDER BY r.id
ON CONFLICT DO NOTHING
"""

# The merchant's own price, to which the variant returns when its campaigns end. A campaign may have
# come over it after the plan, or while it was written: then what was written is the own price, and
# what the shop shows has to follow.
_BASES = """
UPDATE pricing_coveredvariant c SET
  base_price = COALESCE(r.base_target_price, r.target_price),
  base_compare_at = CASE WHEN r.base_target_price IS NULL THEN r.target_compare_at
                         ELSE r.base_target_compare_at END,
  base_at = GREATEST(c.base_at, COALESCE(r.written_updated_at, now()))
FROM pricing_processingresult r
WHERE c.variant_id = r.variant_id AND r.id = ANY(%s)
RETURNING c.variant_id, r.base_target_price IS NULL
"""

# The own price is shown again, and no campaign has to remember the variant.
_RELEASE = """
DELETE FROM pricing_coveredvariant c USING catalog_sync_variant v
WHERE v.id = c.variant_id AND c.variant_id = ANY(%s) AND c.stack = '{}' AND c.let_go = '{}'
  AND (c.base_price, c.base_compare_at) IS NOT DISTINCT FROM (v.price, v.compare_at)
"""

_CAUSES = json.dumps({str(kind): str(cause) for kind, cause in CAUSE_OF_KIND.items()})

_COLUMNS = (
    "planned",
    "variant",
    "outcome",
    "reason",
    "before",
    "before_compare",
    "target",
    "target_compare",
    "found",
    "found_compare",
    "read_at",
    "written_at",
    "request",
    "base",
    "base_compare",
    "base_target",
    "base_target_compare",
    "layer_ref",
)


def intend(
    target: PricingJob, rows: Sequence[PlannedRow], live: Mapping[int, LivePrice | None]
) -> None:
    """Store the absolute targets, and what the shop showed just before, ahead of the call."""
    _upsert(
        target,
        [
            _columns(row, Outcome.INTENDED, read_at=_time(live.get(row.variant_vendor_id)))
            for row in rows
        ],
    )


def _time(live: LivePrice | None) -> datetime | None:
    return None if live is None else live.updated_at


def record(target: PricingJob, settled: Sequence[Settled]) -> None:
    """Record the ends of rows with their ledger entries, counters and the mirror's new prices."""
    if not settled:
        return
    # Variants before results, as everywhere: whoever notes an edit may hold both.
    lock_variants(target.connection_id, [each.row.variant_vendor_id for each in settled])
    ended = _upsert(
        target,
        [
            _columns(
                each.row,
                each.outcome,
                reason=each.reason,
                found=None if each.outcome is Outcome.APPLIED else each.found,
                written_at=each.written_updated_at,
                request=each.vendor_request_id,
            )
            for each in settled
        ],
    )
    applied = [result_id for result_id, outcome in ended if outcome == Outcome.APPLIED]
    if applied:
        enter_applied(applied)
        if target.kind != JobKind.CAMPAIGN:
            _move_bases(target, applied)
        apply_live_prices(
            target.connection_id,
            [
                (
                    each.row.variant_vendor_id,
                    each.row.target.price,
                    each.row.target.compare_at,
                    each.written_updated_at,
                )
                for each in settled
                if each.outcome is Outcome.APPLIED and each.written_updated_at is not None
            ],
        )
    if target.kind == JobKind.CAMPAIGN:
        release_covered([each.row.variant_id for each in settled])
        for ref in {each.row.layer_ref for each in settled} - {None}:
            touch(f"layer.{ref}", shop_id=target.shop_id)
    counts = Counter(outcome for _, outcome in ended)
    if applied:
        # The edit may have been told while our write was still under way.
        marked = mark_overwritten(result_ids=applied)
        counts[Outcome.APPLIED] -= marked.jobs[target.pk]
        counts[Outcome.OVERWRITTEN] += marked.jobs[target.pk]
        have_decided(marked.undecided, target.connection_id, shop_id=target.shop_id)
        have_given_back(marked.results, shop_id=target.shop_id)
    add_counts(target.pk, target.shop_id, counts)


def enter_applied(result_ids: Sequence[int]) -> None:
    """Give applied results their entries in the ledger; once each, however often it is asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LEDGER,
            {
                "causes": _CAUSES,
                "request_id": current_request_id(),
                "results": list(result_ids),
            },
        )


def _move_bases(target: PricingJob, result_ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BASES, [list(result_ids)])
        uncovered = [variant for variant, follows in cursor.fetchall() if follows]
    have_followed(uncovered, target.connection_id, shop_id=target.shop_id, cause=Cause.CAMPAIGN)


def have_followed(
    variant_ids: Sequence[UUID],
    connection_id: UUID,
    *,
    shop_id: UUID,
    cause: Cause,
    ref: UUID | None = None,
) -> None:
    """Have covered variants show what their layers make of their own prices, by a job."""
    if variant_ids:
        enqueue(
            "pricing.follow_variants",
            {
                "connection_id": str(connection_id),
                "variant_ids": [str(each) for each in variant_ids],
                "cause": str(cause),
                "ref": ref and str(ref),
            },
            shop_id=shop_id,
        )


def release_covered(variant_ids: Sequence[UUID]) -> None:
    """Forget the own prices of variants that show them again, under no layer."""
    if variant_ids:
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, [list(variant_ids)])


def withdraw(target: PricingJob, rows: Sequence[PlannedRow]) -> None:
    """Forget intents that were never sent, so that nobody waits for them.

    One that a webhook has told of stays: it did happen.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM pricing_processingresult WHERE job_id = %s AND planned_id = ANY(%s)"
            " AND outcome = 'intended' AND written_updated_at IS NULL",
            (target.pk, [row.planned_id for row in rows]),
        )


def skip_planned(target: PricingJob) -> int:
    """Give the plan's skipped rows their result. Returns how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pricing_processingresult (shop_id, job_id, planned_id, variant_id,"
            " outcome, reason, before_price, before_compare_at, settled_at)"
            " SELECT %s, p.job_id, p.id, p.variant_id, 'skipped', p.skip, p.before_price,"
            " p.before_compare_at, now() FROM pricing_plannedchange p"
            " WHERE p.job_id = %s AND p.skip <> '' ON CONFLICT (planned_id) DO NOTHING",
            (target.shop_id, target.pk),
        )
        skipped: int = cursor.rowcount
    add_counts(target.pk, target.shop_id, Counter({Outcome.SKIPPED: skipped}))
    return skipped


def give_up_rest(target: PricingJob, outcome: Outcome, reason: str) -> int:
    """Give every planned row that has no result yet this one. Returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pricing_processingresult (shop_id, job_id, planned_id, variant_id,"
            " outcome, reason, before_price, before_compare_at, target_price, target_compare_at,"
            " settled_at) SELECT %s, p.job_id, p.id, p.variant_id, %s, %s, p.before_price,"
            " p.before_compare_at, p.target_price, p.target_compare_at, now()"
            " FROM pricing_plannedchange p WHERE p.job_id = %s AND NOT EXISTS"
            " (SELECT 1 FROM pricing_processingresult r WHERE r.planned_id = p.id)"
            " ON CONFLICT (planned_id) DO NOTHING",
            (target.shop_id, outcome, reason, target.pk),
        )
        rest: int = cursor.rowcount
    add_counts(target.pk, target.shop_id, Counter({outcome: rest}))
    return rest


def _columns(  # noqa: PLR0913 -- each is one column, all by keyword
    row: PlannedRow,
    outcome: Outcome,
    *,
    reason: str = "",
    found: Price | None = None,
    read_at: datetime | None = None,
    written_at: datetime | None = None,
    request: str = "",
) -> tuple[Any, ...]:
    return (
        row.planned_id,
        row.variant_id,
        str(outcome),
        reason,
        row.before.price,
        row.before.compare_at,
        row.target.price,
        row.target.compare_at,
        *_amounts(found),
        read_at,
        written_at,
        request,
        *_amounts(row.base.before if row.base else None),
        *_amounts(row.base.target if row.base else None),
        row.layer_ref,
    )


def _amounts(price: Price | None) -> tuple[Decimal | None, Decimal | None]:
    return (None, None) if price is None else (price.price, price.compare_at)


def _upsert(target: PricingJob, rows: Sequence[tuple[Any, ...]]) -> list[tuple[int, str]]:
    if not rows:
        return []
    columns = dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT, {**columns, "shop": target.shop_id, "job": target.pk, "echoed": ECHOED}
        )
        return list(cursor.fetchall())
