"""Stop a campaign for a while, end it, take everything back."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.enums import LAID, CampaignState, PauseCause
from campaigns.models import Campaign
from campaigns.services.settling import have_settled
from campaigns.states import locked, transition
from foundation.alerts.api import close_alert, open_alert
from pricing.api import IllegalMove, Refused, hold_layer


@transaction.atomic
def pause(*, campaign: Campaign, actor_id: UUID | None, reason: str = "") -> Campaign:
    """Freeze the campaign's prices as they are: nothing is put or taken until it goes on."""
    return _paused(campaign.pk, PauseCause.PERSON, actor_id=actor_id, reason=reason)


def _paused(
    campaign_id: UUID, cause: PauseCause, *, actor_id: UUID | None, reason: str
) -> Campaign:
    moved = transition(
        campaign_id, CampaignState.PAUSED, actor_id=actor_id, reason=reason, paused_cause=cause
    )
    hold_layer(moved.layer_id, held=True)
    return moved


@transaction.atomic
def resume(*, campaign: Campaign, actor_id: UUID | None) -> Campaign:
    """Let a paused campaign go on; what moved meanwhile is evaluated now.

    Raises :class:`pricing.api.Refused` when its end came while it was paused.
    """
    row = locked(campaign.pk)
    if row.state != CampaignState.PAUSED:
        message = f"The campaign is {row.get_state_display().lower()}; it cannot go on."
        raise IllegalMove(message)
    if row.ends_at is not None and row.ends_at <= timezone.now():
        raise Refused("end_over", "Its end is over. End it, so that its prices go back.")
    moved = transition(row.pk, CampaignState.ACTIVE, actor_id=actor_id)
    _has_its_word(moved)
    hold_layer(moved.layer_id, held=False)
    have_settled(moved)
    return moved


@transaction.atomic
def end(*, campaign: Campaign, actor_id: UUID | None, reason: str = "") -> Campaign:
    """End a campaign: its layers are taken away and prices show what is below them."""
    return end_now(campaign, actor_id=actor_id, reason=reason)


@transaction.atomic
def end_now(campaign: Campaign, *, actor_id: UUID | None, reason: str) -> Campaign:
    """End it, whoever asked; in the caller's transaction, if there is one."""
    row = locked(campaign.pk)
    was_laid = row.state in LAID
    moved = transition(row.pk, CampaignState.ENDED, actor_id=actor_id, reason=reason)
    close_alert(key=late_key(row.pk), reason="The campaign has ended.")
    _has_its_word(moved)
    if was_laid:
        have_settled(moved)
    return moved


@transaction.atomic
def roll_back(*, campaign: Campaign, actor_id: UUID | None, reason: str = "") -> Campaign:
    """Take everything the campaign did back, and be told when the last price is written.

    Other campaigns' prices and edits made outside stay. Raises
    :class:`pricing.api.IllegalMove` for a campaign that does not lie on anything any more.
    """
    moved = transition(campaign.pk, CampaignState.ROLLING_BACK, actor_id=actor_id, reason=reason)
    _has_its_word(moved)
    have_settled(moved)
    return moved


@transaction.atomic
def pause_removed(*, shop_id: UUID, connection_id: UUID) -> int:
    """Pause the active campaigns of a shop that removed the app; returns how many.

    Nothing can be written there any more. What they knew is kept, for when it comes back.
    """
    rows = list(
        Campaign.objects.filter(connection_id=connection_id, state=CampaignState.ACTIVE)
        .order_by("pk")
        .select_related("connection")
    )
    for row in rows:
        _paused(
            row.pk,
            PauseCause.APP_REMOVED,
            actor_id=None,
            reason="The app was removed from the shop.",
        )
    if rows:
        open_alert(
            shop_id=shop_id,
            key=removed_key(connection_id),
            severity="critical",
            title=f"{len(rows)} campaigns are paused" if len(rows) > 1 else "A campaign is paused",
            body=f"The app was removed from {rows[0].connection.account}, so prices stay there as "
            "they are: also those of campaigns. Nothing is lost. Install the app again and resume "
            "the connection; then the campaigns can go on, or be rolled back.",
            url="/campaigns/?state=paused",
        )
    return len(rows)


@transaction.atomic
def offer_to_go_on(*, shop_id: UUID, connection_id: UUID) -> int:
    """Say that campaigns paused by the app's removal can go on; returns how many there are."""
    rows = _paused_by_removal(connection_id).count()
    close_alert(key=removed_key(connection_id), reason="The app is installed again.")
    if rows:
        open_alert(
            shop_id=shop_id,
            key=back_key(connection_id),
            severity="warning",
            title="Campaigns wait for your word",
            body=f"The shop is connected again. {rows} of its campaigns were paused when the app "
            "was removed: let them go on, end them, or roll them back.",
            url="/campaigns/?state=paused",
        )
    return rows


def _paused_by_removal(connection_id: UUID) -> QuerySet[Campaign]:
    return Campaign.objects.filter(
        connection_id=connection_id,
        state=CampaignState.PAUSED,
        paused_cause=PauseCause.APP_REMOVED,
    )


def _has_its_word(campaign: Campaign) -> None:
    """Close what asks for a word about campaigns paused by a removal, when none waits any more."""
    if not _paused_by_removal(campaign.connection_id).exists():
        for key in (removed_key(campaign.connection_id), back_key(campaign.connection_id)):
            close_alert(key=key, reason="Every campaign that waited goes on or is over.")


def back_key(connection_id: UUID) -> str:
    """Name the alert about a shop that installed the app again, with campaigns waiting."""
    return f"campaigns-back:{connection_id}"


def late_key(campaign_id: UUID) -> str:
    """Name the alert about a campaign that could not begin at its time."""
    return f"campaign-start:{campaign_id}"


def removed_key(connection_id: UUID) -> str:
    """Name the alert about a shop that removed the app."""
    return f"campaigns-removed:{connection_id}"
