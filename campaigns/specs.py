"""A campaign as the spec it was made of."""

from catalog_sync.api import Selection
from pricing.api import OutsideEditPolicy, read_rules

from .contracts import CampaignSpec
from .models import Campaign
from .triggers import read_triggers


def spec_of(campaign: Campaign) -> CampaignSpec:
    """Return what a campaign is to be, as it is stored now."""
    layer = campaign.layer
    return CampaignSpec(
        name=campaign.name,
        selection=Selection.from_query(campaign.selection),
        triggers=read_triggers(campaign.triggers),
        rules=read_rules([rule.definition for rule in layer.rules.all()]),
        follows_catalogue=campaign.follows_catalogue,
        priority=layer.priority,
        builds_on=layer.builds_on,
        outside_edits=OutsideEditPolicy(layer.outside_edits),
        min_margin=layer.min_margin,
        cool_down_minutes=campaign.cool_down_minutes,
        moves_per_day=campaign.moves_per_day,
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
    )
