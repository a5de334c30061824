"""Template tags of the campaign pages; every page has those of ``config/templatetags``, too."""

from django import template

from campaigns import presenting
from campaigns.enums import CampaignState

register = template.Library()

register.filter("span_words", presenting.span_words)


@register.filter
def campaign_state(state: str) -> str:
    """Name a state of a campaign."""
    return str(CampaignState(state).label)
