"""Reads of prices for the pages of one campaign; it is named by its ``ref``, its layer by its id.

What a price without a campaign would be is no read: see ``pricing.supposing``.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Max, Min, QuerySet, Sum

from catalog_sync.api import variants_found
from pricing.enums import UNDER_WAY
from pricing.models import AuditTrailEntry, PricingJob

MOST_STEPS: Final = 400
"""Changes of one variant that are drawn, the latest."""

# A layer shows where it lies highest; below another one it gives nothing away by itself. Where it
# lies alone nobody has to be asked, which is where most of them lie.
_GIVEN_AWAY: Final = """
SELECT count(*),
  count(*) FILTER (WHERE v.stock IS NULL),
  coalesce(sum((c.base_price - v.price) * greatest(v.stock, 0))
    FILTER (WHERE v.price < c.base_price), 0),
  coalesce(sum((v.price - c.base_price) * greatest(v.stock, 0))
    FILTER (WHERE v.price > c.base_price), 0)
FROM pricing_coveredvariant c JOIN catalog_sync_variant v ON v.id = c.variant_id
WHERE c.stack @> ARRAY[%(layer)s]::uuid[] AND (cardinality(c.stack) = 1 OR %(layer)s = (
  SELECT l.id FROM pricing_pricelayer l WHERE l.id = ANY(c.stack)
  ORDER BY l.priority DESC, l.created_at, l.id DESC LIMIT 1))
"""

_STEPS: Final = """
SELECT e.variant_id, e.at, e.price_before, e.price_after
FROM unnest(%(variants)s::uuid[]) AS asked(id), LATERAL (
  SELECT t.id, t.variant_id, t.at, t.price_before, t.price_after
  FROM pricing_audittrailentry t
  WHERE t.shop_id = %(shop)s AND t.variant_id = asked.id AND t.at >= %(since)s
  ORDER BY t.id DESC LIMIT %(most)s) e
ORDER BY e.variant_id, e.at, e.id
"""


_NOT_BACK: Final = """
SELECT count(*) FROM pricing_coveredvariant c JOIN catalog_sync_variant v ON v.id = c.variant_id
WHERE c.variant_id = ANY(%s) AND c.stack = '{}' AND v.deleted_at IS NULL
  AND (c.base_price, c.base_compare_at) IS DISTINCT FROM (v.price, v.compare_at)
"""


@dataclass(frozen=True, slots=True)
class GivenAway:
    """What a campaign's prices come to on the pieces that are at hand now.

    ``given``: own price less shown price, times stock, over the variants that show less than their
    own price because of it; ``added``: the same over those that show more. Of ``untracked`` of the
    ``variants`` nobody knows how many pieces there are.
    """

    variants: int
    untracked: int
    given: Decimal
    added: Decimal


def given_away(layer_id: UUID) -> GivenAway:
    """Add up what a layer gives away now, where it lies on top. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN_AWAY, {"layer": layer_id})
        return GivenAway(*cursor.fetchone())


def not_back_yet(variant_ids: Sequence[UUID]) -> int:
    """Count the variants among these that lie under no layer and still show another price."""
    with connection.cursor() as cursor:
        cursor.execute(_NOT_BACK, [list(variant_ids)])
        return int(cursor.fetchone()[0])


def ledger_of_campaign(shop_id: UUID, ref: UUID, text: str = "") -> QuerySet[AuditTrailEntry]:
    """Return the price changes that a campaign made, with variant, product, job and person.

    ``text`` narrows them to the variants that somebody means by it.
    """
    rows: QuerySet[AuditTrailEntry] = AuditTrailEntry.objects.for_shop(shop_id)
    rows = rows.filter(layer_ref=ref)
    if text:
        rows = rows.filter(variant_id__in=variants_found(shop_id, text).values("pk"))
    return rows.select_related("variant__product", "job", "actor")


@dataclass(frozen=True, slots=True)
class Writing:
    """Price jobs of a campaign that are under way, added up."""

    done: int
    total: int
    job_id: UUID
    """The one that began first."""
    started_at: dt.datetime | None


def writing_of_campaign(shop_id: UUID, ref: UUID) -> Writing | None:
    """Return how far the writing of a campaign's prices is; None while nothing is written.

    Of prices that several campaigns moved at once no campaign can be named. Two queries.
    """
    rows = PricingJob.objects.for_shop(shop_id).filter(campaign_ref=ref, state__in=UNDER_WAY)
    first = rows.order_by("created_at", "pk").values_list("pk", flat=True).first()
    if first is None:
        return None
    ended = F("applied") + F("unchanged") + F("conflict") + F("failed") + F("overwritten")
    found = rows.aggregate(
        total=Sum("planned_changes"), done=Sum(ended), started_at=Min("started_at")
    )
    return Writing(found["done"] or 0, found["total"] or 0, first, found["started_at"])


@dataclass(frozen=True, slots=True)
class Written:
    """What a campaign has written so far, from the ledger."""

    prices: int
    last_at: dt.datetime | None


def written_by_campaign(shop_id: UUID, ref: UUID) -> Written:
    """Return how many prices a campaign has written, and when the last. One query."""
    rows = AuditTrailEntry.objects.for_shop(shop_id).filter(layer_ref=ref)
    return Written(**rows.aggregate(prices=Count("pk"), last_at=Max("at")))


PriceSteps = list[tuple[dt.datetime, Decimal]]
"""(moment, price shown from then on), oldest first."""


def price_steps(
    shop_id: UUID, variant_ids: Sequence[UUID], since: dt.datetime
) -> dict[UUID, PriceSteps]:
    """Return how the shown price of each variant moved after ``since``, from the ledger.

    The first step is at ``since``, with what was shown then. A variant whose price did not change
    is left out, as is one of another shop. One query, the latest ``MOST_STEPS`` of each.
    """
    params: dict[str, Any] = {
        "variants": list(variant_ids),
        "shop": shop_id,
        "since": since,
        "most": MOST_STEPS,
    }
    steps: dict[UUID, PriceSteps] = {}
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, params)
        for variant_id, at, before, after in cursor.fetchall():
            found = steps.setdefault(variant_id, [(since, after if before is None else before)])
            found.append((at, after))
    return steps
