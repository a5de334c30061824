"""Move a campaign from state to state: compare-and-set, history, audit, event, push."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from foundation.audit.api import record
from foundation.live.api import touch
from foundation.work.api import publish
from pricing.api import IllegalMove

from .enums import MOVES, CampaignState, PauseCause
from .models import Campaign, CampaignStateChange


def locked(campaign_id: UUID) -> Campaign:
    """Return a campaign's row as it is now, locked until the caller's transaction ends.

    Evaluations lock it, too: between two moves of state none is half done.
    """
    row: Campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    return row


@transaction.atomic
def transition(
    campaign_id: UUID,
    to: CampaignState,
    *,
    actor_id: UUID | None = None,
    reason: str = "",
    paused_cause: PauseCause | None = None,
) -> Campaign:
    """Move a campaign to ``to``, once, and return its row.

    Raises :class:`pricing.api.IllegalMove` when it is not there to be moved.
    """
    row = locked(campaign_id)
    before = CampaignState(row.state)
    if to not in MOVES[before]:
        message = f"The campaign is {before.label.lower()}; it cannot become {to.label.lower()}."
        raise IllegalMove(message)
    columns: dict[str, Any] = {"state": to, "state_reason": reason}
    columns["paused_cause"] = paused_cause or ""
    if to is CampaignState.ACTIVE and row.activated_at is None:
        columns["activated_at"] = timezone.now()
    if to in (CampaignState.ENDED, CampaignState.ROLLING_BACK):
        columns["over_at"] = timezone.now()
    Campaign.objects.filter(pk=campaign_id).update(**columns)
    CampaignStateChange.objects.create(
        campaign_id=campaign_id, before=before, after=to, actor_id=actor_id, reason=reason
    )
    record(
        f"campaigns.campaign.{to}",
        shop_id=row.shop_id,
        actor_id=actor_id,
        object_type="campaign",
        object_id=campaign_id,
        reason=reason,
    )
    publish(f"campaigns.campaign_{to}", shop_id=row.shop_id, campaign_id=campaign_id)
    tell(row)
    row.refresh_from_db()
    return row


def tell(row: Campaign) -> None:
    """Let open pages know that a campaign moved."""
    touch(f"campaign.{row.pk}", shop_id=row.shop_id)
    touch("campaigns", shop_id=row.shop_id)
