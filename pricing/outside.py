"""Edits made outside: recognised by value, entered in the ledger, and reported when overwritten.

Every price that a webhook or a sync saw comes here (``catalog.prices_seen``), also late ones. A
price is *ours* when it is what the ledger says was shown at that time, or what a write under
way intends; anything else is somebody's edit.

An edit that fell between our read and our write was overwritten, and Shopify cannot prevent it
(contract §4.1). It is found from both sides: here when our result is recorded already, and by
``recording`` when the edit was told first. Both lock the result's row, so one of them sees the
other. Likewise a write whose answer was lost and whose price was edited at once is confirmed here
by its own echo.

An edit of a price that a campaign shows is treated by that campaign's policy
(``campaign_edits.py``); an edit of the own price under a campaign becomes the own price.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from . import recording
from .campaign_edits import CampaignEdit, take_edits
from .counters import recount
from .enums import Outcome
from .overwritten import have_decided, have_given_back, mark_overwritten
from .staleness import count_edits

# `judged`: what the ledger, or a write under way, says was shown at the seen time; `merged`: what
# the edit makes of the merchant's own price where campaigns cover the variant (`c`). Of a price
# that a campaign shows and overrules, only what was changed is taken: the rest was the campaign's.
# Where only the compare-at was changed, and the campaign shows the own one, the own one was edited:
# the campaign's price is left alone (`split`).
# A price job under a campaign wrote the campaign's price, too: what it wrote differs from the own
# price then. Where nothing says whose price was shown, the campaign on top has the word.
# A price that our write has read already is an edit all the same when the mirror tells what it was
# before (`has_old`): the write was faster than the notice.
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
         r.id IS NOT NULL AS has_intent,
         CASE WHEN r.id IS NULL THEN earlier.layer_ref ELSE COALESCE(r.layer_ref, earlier.layer_ref)
         END AS showing_ref,
         COALESCE(
           earlier.layer = 'campaign'
           OR earlier.base_price IS NOT NULL AND (earlier.price_after, earlier.compare_at_after)
              IS DISTINCT FROM (earlier.base_price, earlier.base_compare_at), false)
         OR r.layer_ref IS NOT NULL
         OR (r.base_target_price IS NOT NULL
             AND (r.target_price, r.target_compare_at)
                 IS DISTINCT FROM (r.base_target_price, r.base_target_compare_at)) AS by_campaign,
         c.stack, c.stack IS NOT NULL AND c.stack <> '{}' AS laid,
         c.variant_id IS NOT NULL AS covered,
         c.base_price AS own, c.base_compare_at AS own_compare,
         seen.at < date_trunc('second', c.base_at) AS stale
  FROM seen
  LEFT JOIN pricing_coveredvariant c ON c.variant_id = seen.variant_id
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
), told AS (
  SELECT judged.*, laid AND by_campaign AND NOT stale AS under_campaign,
    COALESCE(showing.outside_edits, top.outside_edits) AS policy,
    CASE WHEN has_earlier THEN e_price WHEN has_intent THEN r_before
         WHEN has_later THEN l_price ELSE old END AS before,
    CASE WHEN has_earlier THEN e_compare WHEN has_intent THEN r_before_compare
         WHEN has_later THEN l_compare ELSE old_compare END AS before_compare
  FROM judged
  LEFT JOIN pricing_pricelayer showing
    ON showing.shop_id = judged.shop_id AND showing.ref = judged.showing_ref
  LEFT JOIN LATERAL (
    SELECT l.outside_edits FROM pricing_pricelayer l WHERE l.id = ANY(judged.stack)
    ORDER BY l.priority DESC, l.created_at, l.id DESC LIMIT 1) top ON showing.id IS NULL
  WHERE (has_earlier OR has_later OR has_intent OR has_old)
  AND (NOT has_earlier OR (price, compare_at) IS DISTINCT FROM (e_price, e_compare))
  AND (has_earlier OR has_intent OR NOT has_later
       OR has_old OR (price, compare_at) IS DISTINCT FROM (l_price, l_compare))
  AND (NOT has_intent
       OR ((price, compare_at) IS DISTINCT FROM (r_target, r_target_compare)
           AND (has_old
                OR (price, compare_at) IS DISTINCT FROM (r_before, r_before_compare))))
  AND (has_earlier OR has_later OR has_intent
       OR (price, compare_at) IS DISTINCT FROM (old, old_compare))
   -- Several of our writes may fall into one second, and their echoes come in any order.
   AND NOT EXISTS (
    SELECT 1 FROM pricing_audittrailentry o WHERE o.variant_id = judged.variant_id
      AND date_trunc('second', o.vendor_updated_at) = date_trunc('second', judged.at)
      AND (o.price_after, o.compare_at_after)
          IS NOT DISTINCT FROM (judged.price, judged.compare_at))
), split AS (
  SELECT told.*, under_campaign AND NOT (
    price = before AND before_compare IS NOT DISTINCT FROM own_compare) AS edits_campaign
  FROM told
), merged AS (
  SELECT split.*,
    CASE WHEN stale OR (under_campaign AND NOT edits_campaign) THEN own
         WHEN edits_campaign AND policy = 'overrule' AND price = before THEN own
         ELSE price END AS base,
    CASE WHEN stale THEN own_compare
         WHEN edits_campaign AND policy = 'overrule'
          AND compare_at IS NOT DISTINCT FROM before_compare THEN own_compare
         ELSE compare_at END AS base_compare
  FROM split
), entered AS (
  INSERT INTO pricing_audittrailentry (
    shop_id, variant_id, layer, cause, price_before, compare_at_before, price_after,
    compare_at_after, base_price, base_compare_at, vendor_updated_at, request_id)
  SELECT shop_id, variant_id, 'outside', 'outside_edit', before, before_compare, price, compare_at,
         base, base_compare, at, %(request_id)s
  FROM merged ORDER BY variant_id
  ON CONFLICT DO NOTHING
  RETURNING id, variant_id, vendor_updated_at, price_after, compare_at_after
)
SELECT e.variant_id, m.covered AND NOT m.stale, m.edits_campaign, m.policy, m.base, m.base_compare,
       m.at, m.price
FROM entered e JOIN merged m ON m.variant_id = e.variant_id AND m.at = e.vendor_updated_at
 AND (m.price, m.compare_at) IS NOT DISTINCT FROM (e.price_after, e.compare_at_after)
ORDER BY m.at, e.id
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

# Variants before results, as in every writer's T1; of those that no campaign covers nobody asks.
_LOCK_COVERED = """
SELECT 1 FROM catalog_sync_variant v JOIN pricing_coveredvariant c ON c.variant_id = v.id
WHERE v.connection_id = %(connection)s AND v.vendor_id = ANY(%(vendor_id)s)
ORDER BY v.vendor_id FOR NO KEY UPDATE OF v
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
        cursor.execute(_LOCK_COVERED, params)
        cursor.execute(_LOCK, params)
        cursor.execute(_CONFIRM, params)
        confirmed = [row for row in cursor.fetchall() if row[3] == Outcome.APPLIED]
        if confirmed:
            # Before the edits: an entry of ours makes its echo ours.
            recording.enter_applied([row[0] for row in confirmed])
        cursor.execute(_ENTER, params)
        entered = [CampaignEdit(*row) for row in cursor.fetchall()]
    edited = [each.variant_id for each in entered]
    if not (edited or confirmed):
        # Nearly always: the echo of our own write, or a webhook about something else.
        return 0
    take_edits(
        [each for each in entered if each.counts], connection_id=connection_id, shop_id=shop_id
    )
    confirmed_in = Counter(row[1] for row in confirmed)
    recount(confirmed_in, shop_id, Outcome.CONFLICT, Outcome.APPLIED)
    marked = mark_overwritten(variant_ids=[*edited, *(row[2] for row in confirmed)])
    recount(marked.jobs, shop_id, Outcome.APPLIED, Outcome.OVERWRITTEN)
    have_decided(marked.undecided, connection_id, shop_id=shop_id)
    have_given_back(marked.results, shop_id=shop_id)
    count_edits(edited, shop_id=shop_id)
    return len(edited)
