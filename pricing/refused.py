"""Prices that campaigns want and Shopify refuses for good: people are told, the shop is left alone.

Nobody starts a campaign's price jobs, so nobody looks at what became of their rows; and the look
over all that campaigns cover would try the same again every quarter of an hour.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from foundation.alerts.api import close_alert, open_alert

from .enums import JobKind, Outcome
from .models import PriceLayer, PricingJob, ProcessingResult

REST: Final = dt.timedelta(hours=6)
"""So long a refused price is not tried again by itself; a campaign that moves tries at once."""
TOLD: Final = REST + dt.timedelta(hours=1)


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
    rows = _refused().filter(variant_id__in=variant_ids, settled_at__gte=timezone.now() - REST)
    return set(rows.values_list("variant_id", flat=True))


def close_told() -> None:
    """Close the alerts of accounts where nothing is refused any more.

    What was written since, or is right without, is refused no longer; nor is what nobody has asked
    for since, as after the campaign's end.
    """
    later = ProcessingResult.objects.filter(
        variant_id=OuterRef("variant_id"),
        pk__gt=OuterRef("pk"),
        outcome__in=(Outcome.APPLIED, Outcome.UNCHANGED),
    )
    still = _refused().filter(job__finished_at__gte=timezone.now() - TOLD).exclude(Exists(later))
    over = PriceLayer.objects.exclude(connection_id__in=still.values("job__connection_id"))
    for connection_id in over.order_by().values_list("connection_id", flat=True).distinct():
        close_alert(key=_key(connection_id), reason="Shopify takes the prices of campaigns.")


def _refused() -> QuerySet[ProcessingResult]:
    """Rows of campaigns' jobs that were sent; a variant that is gone was not."""
    return ProcessingResult.objects.filter(
        job__kind=JobKind.CAMPAIGN, outcome=Outcome.FAILED, intended_at__isnull=False
    )


def _key(connection_id: UUID) -> str:
    return f"campaign-refused:{connection_id}"
