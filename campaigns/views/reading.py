"""What the views of one campaign share: finding it in the shop one works in."""

from uuid import UUID

from django.http import Http404

from campaigns.models import Campaign
from foundation.shops.api import ShopRequest


def campaign_or_404(request: ShopRequest, campaign_id: UUID) -> Campaign:
    """Return a campaign of the current shop; another shop's is not there."""
    rows = Campaign.objects.for_shop(request.shop.pk).filter(pk=campaign_id)
    found: Campaign | None = rows.select_related("layer", "connection", "created_by").first()
    if found is None:
        raise Http404
    return found
