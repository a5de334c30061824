"""A campaign in a line, and what may be done with it."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

from campaigns.enums import EDITABLE, LAID, MOVES, OVER, CampaignState
from campaigns.models import Campaign
from campaigns.triggers import Locations, read_triggers, triggers_words
from foundation.cards import Tone

STATE_TONES = {
    CampaignState.SCHEDULED: Tone.BUSY,
    CampaignState.ACTIVE: Tone.GOOD,
    CampaignState.PAUSED: Tone.WARN,
    CampaignState.ROLLING_BACK: Tone.BUSY,
}
# Which state a verb leads to; it is offered where the table of moves allows it.
_LEADS_TO = {
    "activate": CampaignState.ACTIVE,
    "schedule": CampaignState.SCHEDULED,
    "unschedule": CampaignState.DRAFT,
    "pause": CampaignState.PAUSED,
    "resume": CampaignState.ACTIVE,
    "end": CampaignState.ENDED,
    "roll_back": CampaignState.ROLLING_BACK,
}
_ONLY_FROM = {
    "activate": EDITABLE,
    "resume": frozenset({CampaignState.PAUSED}),
}


def may(campaign: Campaign) -> frozenset[str]:
    """Return the verbs that a campaign's state allows."""
    state = CampaignState(campaign.state)
    verbs = {
        verb
        for verb, to in _LEADS_TO.items()
        if to in MOVES[state] and state in _ONLY_FROM.get(verb, MOVES)
    }
    if state in EDITABLE:
        verbs.add("change")
    if state is CampaignState.DRAFT and campaign.activated_at is None:
        verbs.add("discard")
    if state is CampaignState.DRAFT and campaign.starts_at is None:
        verbs.discard("schedule")
    return frozenset(verbs)


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign as a line of the list.

    ``said`` is its first trigger in words, ``further`` counts the others. ``begins`` and ``ends``:
    what comes by itself.
    """

    campaign: Campaign
    tone: str
    said: str
    further: int
    begins: dt.datetime | None
    ends: dt.datetime | None

    @classmethod
    def of(cls, campaign: Campaign, places: Locations) -> Self:
        """Put a campaign into words; ``places`` are the names of the shop's locations."""
        state = CampaignState(campaign.state)
        triggers = triggers_words(read_triggers(campaign.triggers), places)
        return cls(
            campaign,
            STATE_TONES.get(state, Tone.NEUTRAL),
            triggers[0],
            len(triggers) - 1,
            campaign.starts_at if state in EDITABLE else None,
            campaign.ends_at if state not in OVER else None,
        )

    @property
    def begun(self) -> bool:
        """Whether it has ever been on anything."""
        return self.campaign.activated_at is not None

    @property
    def laid(self) -> bool:
        """Whether its prices may show."""
        return self.campaign.state in LAID
