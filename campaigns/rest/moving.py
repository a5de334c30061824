"""From the status a campaign has to the one that is wanted: which verb leads there."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from campaigns import services
from campaigns.enums import CampaignState
from campaigns.models import Campaign
from pricing.api import IllegalMove

from .requests import EXPLAINED

_S = CampaignState
_VERBS: dict[tuple[CampaignState, CampaignState], Callable[..., Any]] = {
    (_S.DRAFT, _S.SCHEDULED): services.schedule,
    (_S.DRAFT, _S.ACTIVE): services.activate,
    (_S.SCHEDULED, _S.DRAFT): services.unschedule,
    (_S.SCHEDULED, _S.ACTIVE): services.activate,
    (_S.SCHEDULED, _S.ENDED): services.end,
    (_S.ACTIVE, _S.PAUSED): services.pause,
    (_S.ACTIVE, _S.ENDED): services.end,
    (_S.PAUSED, _S.ACTIVE): services.resume,
    (_S.PAUSED, _S.ENDED): services.end,
}


def bring_to(campaign: Campaign, wanted: CampaignState, *, actor_id: UUID, reason: str) -> None:
    """Move a campaign to ``wanted``; where it is there already, nothing happens.

    Calls abroad where it begins, so never inside a transaction. Raises what the verbs raise.
    """
    state = CampaignState(campaign.state)
    if state is wanted:
        return
    verb = _VERBS.get((state, wanted))
    if verb is None:
        message = f"The campaign is {state.label.lower()}; it cannot become {wanted}."
        raise IllegalMove(message)
    options = {"reason": reason} if wanted in EXPLAINED else {}
    try:
        verb(campaign=campaign, actor_id=actor_id, **options)
    except IllegalMove:
        # Somebody was quicker. If it was to the same end, that is what was wanted.
        if Campaign.objects.values_list("state", flat=True).get(pk=campaign.pk) != wanted:
            raise
