"""The campaign with its history, its variants, and what happened to them."""

from .campaigns import Campaign, CampaignStateChange
from .drafts import UnsavedCampaign
from .variants import CampaignMove, CampaignVariant, PendingVariant

__all__ = [
    "Campaign",
    "CampaignMove",
    "CampaignStateChange",
    "CampaignVariant",
    "PendingVariant",
    "UnsavedCampaign",
]
