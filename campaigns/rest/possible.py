"""What can be done with a campaign now, and by whom."""

import datetime as dt

from campaigns.enums import EDITABLE, MOVES, CampaignState
from campaigns.models import Campaign
from campaigns.triggers import TriggerKind
from foundation.rest.api import ApiRequest
from foundation.shops.api import Role

from .requests import WANTED

NEEDED = Role.EDITOR
"""What a person must be to change a campaign."""


def possible_statuses(campaign: Campaign, request: ApiRequest, now: dt.datetime) -> list[str]:
    """Return what ``status`` this person could give the campaign as it stands now."""
    if not request.role.may(NEEDED):
        return []
    state = CampaignState(campaign.state)
    over = campaign.ends_at is not None and campaign.ends_at <= now
    late = campaign.starts_at is None or campaign.starts_at <= now
    hopeless = {CampaignState.ACTIVE} if over else set()
    if over or late:
        hopeless.add(CampaignState.SCHEDULED)
    return [str(each) for each in WANTED if each in MOVES[state] and each not in hopeless]


def possible_verbs(campaign: Campaign, request: ApiRequest) -> list[str]:
    """Return the verbs with an address of their own that this person could do now."""
    if not request.role.may(NEEDED):
        return []
    state = CampaignState(campaign.state)
    verbs = ["rollback"] if CampaignState.ROLLING_BACK in MOVES[state] else []
    if state is CampaignState.ACTIVE:
        if any(each["kind"] == TriggerKind.BY_HAND for each in campaign.triggers):
            verbs.append("switch")
        verbs.append("take-back-in")
    return verbs


def may_be_changed(campaign: Campaign, request: ApiRequest) -> bool:
    """Tell whether this person could change what the campaign is."""
    return campaign.state in EDITABLE and request.role.may(NEEDED)
