"""States of a campaign with their moves; what happens to a variant under it, and why."""

from django.db import models


class CampaignState(models.TextChoices):
    """Where a campaign stands."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"
    ROLLING_BACK = "rolling_back", "Rolling back"
    ROLLED_BACK = "rolled_back", "Rolled back"


MOVES: dict[CampaignState, tuple[CampaignState, ...]] = {
    CampaignState.DRAFT: (CampaignState.SCHEDULED, CampaignState.ACTIVE),
    CampaignState.SCHEDULED: (CampaignState.DRAFT, CampaignState.ACTIVE, CampaignState.ENDED),
    CampaignState.ACTIVE: (
        CampaignState.PAUSED,
        CampaignState.ENDED,
        CampaignState.ROLLING_BACK,
    ),
    CampaignState.PAUSED: (
        CampaignState.ACTIVE,
        CampaignState.ENDED,
        CampaignState.ROLLING_BACK,
    ),
    CampaignState.ENDED: (),
    CampaignState.ROLLING_BACK: (CampaignState.ROLLED_BACK,),
    CampaignState.ROLLED_BACK: (),
}

OVER = frozenset({CampaignState.ENDED, CampaignState.ROLLING_BACK, CampaignState.ROLLED_BACK})
# States in which the campaign's layers lie over variants.
LAID = frozenset({CampaignState.ACTIVE, CampaignState.PAUSED})
# States in which everything about a campaign may still be changed.
EDITABLE = frozenset({CampaignState.DRAFT, CampaignState.SCHEDULED})


class PauseCause(models.TextChoices):
    """Who or what paused a campaign."""

    PERSON = "person", "A person"
    APP_REMOVED = "app_removed", "The app was removed from the shop"


class MoveKind(models.TextChoices):
    """What happened to a variant under a campaign."""

    PUT = "put", "Campaign price put"
    TAKEN = "taken", "Campaign price taken away"
    LET_GO = "let_go", "Left alone after an outside edit"
    OVERRULED = "overruled", "Outside edit overruled"
    BACK_IN = "back_in", "Taken in again"


class MoveCause(models.TextChoices):
    """Why it happened."""

    STOCK = "stock", "Stock moved"
    TIME = "time", "A time came"
    PERSON = "person", "By hand"
    START = "start", "The campaign began"
    CATALOGUE = "catalogue", "The catalogue changed"
    RECONCILIATION = "reconciliation", "Reconciliation"
    OUTSIDE_EDIT = "outside_edit", "Edited outside"
    END = "end", "The campaign ended"
    ROLLBACK = "rollback", "The campaign was rolled back"
