"""What the views of one job share: finding it in the shop one works in."""

from uuid import UUID

from django.http import Http404

from foundation.shops.api import ShopRequest
from pricing.models import PricingJob

_RELATED = (
    "requested_by",
    "confirmed_by",
    "approved_by",
    "connection",
    "rollback_of",
    "again_of",
    "price_file",
)


def job_or_404(request: ShopRequest, job_id: UUID) -> PricingJob:
    """Return a price job of the current shop; another shop's is not there."""
    rows = PricingJob.objects.for_shop(request.shop.pk)
    found: PricingJob | None = rows.select_related(*_RELATED).filter(pk=job_id).first()
    if found is None:
        raise Http404
    return found
