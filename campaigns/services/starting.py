"""Let a campaign begin: now, or at its time."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from campaigns.enums import LAID, CampaignState
from campaigns.membership import matching
from campaigns.models import Campaign
from campaigns.services.settling import have_settled
from campaigns.services.stopping import end_now, late_key
from campaigns.states import locked, transition
from catalog_sync.api import NotListening, verify_listening
from foundation.alerts.api import close_alert, open_alert
from foundation.failures import Failure
from foundation.work.api import enqueue
from pricing.api import IllegalMove, Refused

logger = structlog.get_logger(__name__)

SWEEP = 200


def activate(*, campaign: Campaign, actor_id: UUID | None) -> Campaign:
    """Let a campaign begin now, after making sure that we hear what happens in the shop.

    A person waits: calls abroad, so never inside a transaction. Raises
    :class:`pricing.api.Refused` for a campaign that could do nothing, or would not be told of
    anything; :class:`pricing.api.IllegalMove` for one that is not a draft or scheduled.
    """
    _check_state(campaign)
    _check_targets(campaign)
    _check_end(campaign)
    listen(campaign.connection_id)
    return _begin(campaign, actor_id)


@transaction.atomic
def schedule(*, campaign: Campaign, actor_id: UUID | None) -> Campaign:
    """Let a draft begin by itself at its start. Raises what :func:`activate` raises."""
    row = locked(campaign.pk)
    if row.starts_at is None:
        raise Refused("no_start", "It has no start time. Set one, or activate it now.")
    if row.starts_at <= timezone.now():
        raise Refused("start_over", "Its start is over. Activate it now, or set a later start.")
    _check_targets(row)
    _check_end(row)
    moved = transition(row.pk, CampaignState.SCHEDULED, actor_id=actor_id)
    look_at(row.starts_at, shop_id=row.shop_id)
    return moved


@transaction.atomic
def unschedule(*, campaign: Campaign, actor_id: UUID | None) -> Campaign:
    """Make a scheduled campaign a draft again."""
    close_alert(key=late_key(campaign.pk), reason="It is not scheduled any more.")
    return transition(campaign.pk, CampaignState.DRAFT, actor_id=actor_id)


def start_due(
    *, now: dt.datetime | None = None, heartbeat: Callable[[], None] = lambda: None
) -> int:
    """Begin and end what is due; returns how many. Safe to run twice at once.

    A campaign that cannot begin stays scheduled, says why, and is tried again. Ends ask nobody
    abroad, so they come first; a shop is asked once, however many campaigns begin in it. What
    nobody expected of one campaign is raised when the others have had their turn.
    """
    now = now or timezone.now()
    done = 0
    unexpected: list[Exception] = []
    ending = Campaign.objects.filter(
        state__in=[CampaignState.SCHEDULED, *LAID], ends_at__lte=now
    ).order_by("ends_at", "created_at", "pk")
    for row in ending[:SWEEP]:
        with _the_others_go_on(row, unexpected), suppress(IllegalMove):
            end_now(row, actor_id=None, reason="Its end had come.")
            done += 1
    heard: dict[UUID, Refused | None] = {}
    due = Campaign.objects.filter(state=CampaignState.SCHEDULED, starts_at__lte=now)
    for row in due.order_by("starts_at", "created_at", "pk")[:SWEEP]:
        heartbeat()
        with _the_others_go_on(row, unexpected):
            done += _start_due(row, now, heard)
    if unexpected:
        raise unexpected[0]
    return done


def look_at(moment: dt.datetime, *, shop_id: UUID) -> None:
    """Have what is due looked at in that very moment; the schedule's tick is the net below it."""
    enqueue("campaigns.start_due", run_after=moment, shop_id=shop_id)


@contextmanager
def _the_others_go_on(row: Campaign, unexpected: list[Exception]) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        logger.exception("campaigns.not_begun_or_ended", campaign=str(row.pk), name=row.name)
        unexpected.append(error)


def _start_due(row: Campaign, now: dt.datetime, heard: dict[UUID, Refused | None]) -> bool:
    if row.ends_at is not None and row.ends_at <= now:
        # Both times passed while nobody worked: the end is what counts.
        return False
    try:
        _check_targets(row)
        _listen_once(row.connection_id, heard)
        _begin(row, None)
    except (Refused, Failure) as why:
        _could_not_begin(row, str(why))
        return False
    except IllegalMove:
        return False
    return True


def _listen_once(connection_id: UUID, heard: dict[UUID, Refused | None]) -> None:
    if connection_id not in heard:
        heard[connection_id] = None
        try:
            listen(connection_id)
        except Refused as why:
            heard[connection_id] = why
    refused = heard[connection_id]
    if refused is not None:
        raise refused


@transaction.atomic
def _begin(campaign: Campaign, actor_id: UUID | None) -> Campaign:
    row = transition(campaign.pk, CampaignState.ACTIVE, actor_id=actor_id)
    close_alert(key=late_key(row.pk), reason="The campaign has begun.")
    if row.ends_at is not None:
        look_at(row.ends_at, shop_id=row.shop_id)
    have_settled(row)
    return row


@transaction.atomic
def _could_not_begin(row: Campaign, why: str) -> None:
    Campaign.objects.filter(pk=row.pk, state=CampaignState.SCHEDULED).update(state_reason=why)
    open_alert(
        shop_id=row.shop_id,
        key=late_key(row.pk),
        severity="critical",
        title=f"The campaign {row.name} could not begin",
        body=f"{why} It is tried again every minute until it can, or until its end.",
        url=f"/campaigns/{row.pk}/",
    )


def listen(connection_id: UUID) -> None:
    """Make sure that the shop tells us what happens; raises :class:`pricing.api.Refused`."""
    try:
        verify_listening(connection_id)
    except NotListening as why:
        raise Refused("not_listening", why.message) from why
    except Failure as why:
        raise Refused(
            "not_listening", f"The shop could not be asked: {why.message} Try again."
        ) from why


def _check_state(campaign: Campaign) -> None:
    state = CampaignState(campaign.state)
    if state not in (CampaignState.DRAFT, CampaignState.SCHEDULED):
        message = f"The campaign is {state.label.lower()}; it cannot be activated."
        raise IllegalMove(message)


def _check_targets(campaign: Campaign) -> None:
    if not matching(campaign).exists():
        raise Refused(
            "no_variants",
            "No variant matches its targets now, so it could do nothing. Change the targets.",
        )


def _check_end(campaign: Campaign) -> None:
    if campaign.ends_at is not None and campaign.ends_at <= timezone.now():
        raise Refused("end_over", "Its end is over already. Set a later end, or none.")
