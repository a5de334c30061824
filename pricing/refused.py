"""Prices that campaigns want and Shopify refuses for good: people are told, the shop is left alone.

Nobody starts a campaign's price jobs, so nobody looks at what became of their rows; and the look
over all that campaigns cover would try the same again every quarter of an hour.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from foundation.alerts.api import close_alert, open_alert

from .enums import JobKind, Outcome
from .models import PricingJob, ProcessingResult

REST: Final = dt.timedelta(hours=6)
"""So long a refused price is not tried again by itself; a campaign that moves tries at once."""
TOLD: Final = REST + dt.timedelta(hours=1)

# What was written since, or not wanted any more, is refused no longer.
_STILL: Final = """
SELECT DISTINCT j.connection_id FROM pricing_processingresult r
JOIN pricing_pricingjob j ON j.id = r.job_id
WHERE j.kind = %s AND r.outcome = %s AND r.intended_at IS NOT NULL AND j.finished_at >= %s
  AND NOT EXISTS (
    SELECT 1 FROM pricing_processingresult later WHERE later.variant_id = r.variant_id
      AND later.id > r.id AND later.outcome IN ('applied', 'unchanged'))
"""


def tell_refused(job: PricingJob) -> None:
    """Open an alert when Shopify refused prices of a campaign's job; it names the first cause."""
    rows = _refused().filter(job=job).order_by("pk")
    first = rows.first() if job.failed else None
    if first is None:
        return
    count = rows.count()
    prices = "a price" if count == 1 else f"{count:,} prices"
    open_alert(
        shop_id=job.shop_id,
        key=_key(job.connection_id),
        severity="warning",
        title=f"Shopify refused {prices} of campaigns",
        body=f"{first.reason} The price job lists them all. Mend it in Shopify, or take the "
        f"variants out of the campaign; it is tried again in {REST.seconds // 3600} hours, and "
        "whenever the campaign moves.",
        url=reverse("pricing:job", args=[job.pk]),
    )


def resting(variant_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the variants whose price was refused lately."""
    rows = _refused().filter(
        variant_id__in=variant_ids,
        job__kind=JobKind.CAMPAIGN,
        settled_at__gte=timezone.now() - REST,
    )
    return set(rows.values_list("variant_id", flat=True))


def close_told(connection_ids: Sequence[UUID]) -> None:
    """Close the alerts of these accounts where nothing is refused any more."""
    since = timezone.now() - TOLD
    with connection.cursor() as cursor:
        cursor.execute(_STILL, [JobKind.CAMPAIGN, Outcome.FAILED, since])
        still = {row[0] for row in cursor.fetchall()}
    for connection_id in sorted(set(connection_ids) - still):
        close_alert(key=_key(connection_id), reason="Shopify takes the prices of campaigns.")


def _refused() -> QuerySet[ProcessingResult]:
    """Rows that were sent; a variant that is gone was not."""
    return ProcessingResult.objects.filter(outcome=Outcome.FAILED, intended_at__isnull=False)


def _key(connection_id: UUID) -> str:
    return f"campaign-refused:{connection_id}"
