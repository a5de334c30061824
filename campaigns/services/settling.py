"""Bring a campaign's variants in line with its state: after it begins, goes on, ends, is undone.

A job, because a campaign may be about every variant of a shop; in pieces, each one transaction
with the job's checkpoint. Run again at any point it does what is left.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from campaigns import membership
from campaigns.enums import OVER, CampaignState, MoveCause
from campaigns.evaluating import evaluate_variants
from campaigns.models import Campaign, CampaignVariant
from campaigns.moving import Move, carry_out, log
from campaigns.states import locked, tell, transition
from foundation.work.api import Running, enqueue
from pricing.api import Cause, not_back_yet, take_back_in, take_layer

SETTLE = "campaigns.settle"
PIECE = 1_000


def have_settled(campaign: Campaign) -> None:
    """Have a campaign's variants brought in line, in the caller's transaction.

    A job of its own each time: whoever moves the campaign holds its row, which a running job waits
    for while it holds its own.
    """
    job_id = enqueue(SETTLE, {"campaign_id": str(campaign.pk)}, shop_id=campaign.shop_id)
    Campaign.objects.filter(pk=campaign.pk).update(settle_job_id=job_id)


def settle(job: Running, *, campaign_id: UUID) -> None:
    """Put a campaign's layers where its triggers hold, or take away those of one that is over."""
    row = Campaign.objects.filter(pk=campaign_id, shop_id=job.shop_id).first()
    if row is None:
        return
    if row.state == CampaignState.ACTIVE:
        _take_in(job, campaign_id)
        _evaluate_all(job, row)
    elif row.state in OVER:
        _take_away(job, campaign_id)


def _take_in(job: Running, campaign_id: UUID) -> None:
    with transaction.atomic():
        job.fence()
        row = locked(campaign_id)
        if row.state != CampaignState.ACTIVE or (row.settled_at and not row.follows_catalogue):
            return
        membership.take_in(row)
        drop(row, membership.leavers(row))
        membership.recount([row.pk])


def drop(row: Campaign, variant_ids: list[UUID], *, cause: MoveCause = MoveCause.CATALOGUE) -> None:
    """Let variants leave a campaign: their layers are taken away, their rows deleted.

    That it left some alone since somebody edited them goes with the row: who joins again is new.
    The caller holds the campaign's row and counts its variants again.
    """
    if not variant_ids:
        return
    rows = CampaignVariant.objects.filter(campaign=row, variant_id__in=variant_ids)
    on = list(rows.filter(on=True).values_list("variant_id", "last_stock"))
    rows.delete()
    carry_out(
        row.shop_id,
        row.connection_id,
        [
            Move(row, variant, on=False, cause=cause, why="It left the targets.", stock=stock)
            for variant, stock in on
        ],
        cause=cause,
    )
    take_back_in(row.layer_id, variant_ids)


def _evaluate_all(job: Running, row: Campaign) -> None:
    last = int(job.checkpoint.get("last", 0)) if job.checkpoint else 0
    rows = CampaignVariant.objects.filter(campaign=row).order_by("pk")
    while True:
        piece = list(rows.filter(pk__gt=last).values_list("pk", "variant_id")[:PIECE])
        if not piece:
            break
        last = piece[-1][0]
        with transaction.atomic():
            job.fence()
            active = locked(row.pk).state == CampaignState.ACTIVE
            evaluate_variants(
                shop_id=row.shop_id,
                connection_id=row.connection_id,
                causes=dict.fromkeys((each[1] for each in piece), MoveCause.START),
                among=[row.pk] if active else [],
            )
            job.save_checkpoint({"last": last})
        job.heartbeat()
    with transaction.atomic():
        job.fence()
        Campaign.objects.filter(pk=row.pk).update(settled_at=timezone.now())
        tell(row)


def _take_away(job: Running, campaign_id: UUID) -> None:
    with transaction.atomic():
        job.fence()
        row: Any = Campaign.objects.select_related("layer").get(pk=locked(campaign_id).pk)
        rolled_back = row.state == CampaignState.ROLLING_BACK
        cause = MoveCause.ROLLBACK if rolled_back else MoveCause.END
        rows = CampaignVariant.objects.filter(campaign=row)
        why = "The campaign was rolled back." if rolled_back else "The campaign has ended."
        log(
            Move(row, variant, on=False, cause=cause, why=why, stock=stock)
            for variant, stock in rows.filter(on=True).values_list("variant_id", "last_stock")
        )
        rows.update(on=False, holding=[], since=[], look_again_at=None, let_go_at=None)
        written = take_layer(
            row.layer_id,
            cause=Cause.ROLLBACK if rolled_back else Cause.CAMPAIGN,
            name=f"{'Roll back' if rolled_back else 'End of'}: {row.name}",
        )
        columns: dict[str, Any] = {"settled_at": timezone.now(), "variants_on": 0}
        if written is not None:
            columns["rollback_job_id"] = written.pk
        Campaign.objects.filter(pk=row.pk).update(**columns)
        if rolled_back and written is None and row.rollback_job_id is None:
            reason = _what_stays(row) or "No price had to go back."
            transition(row.pk, CampaignState.ROLLED_BACK, reason=reason)
        tell(row)


def finish_rollback(*, pricing_job_id: UUID) -> bool:
    """Say that a campaign is rolled back, when the job that wrote its prices has ended."""
    row = Campaign.objects.filter(
        rollback_job_id=pricing_job_id, state=CampaignState.ROLLING_BACK
    ).first()
    if row is None:
        return False
    transition(row.pk, CampaignState.ROLLED_BACK, reason=_what_stays(row))
    return True


def _what_stays(row: Campaign) -> str:
    """Say which prices are not back although all was done that could be; empty when all are."""
    rows = CampaignVariant.objects.filter(campaign=row)
    left = not_back_yet(list(rows.values_list("variant_id", flat=True)))
    if not left:
        return ""
    return (
        f"{left:,} {'price has' if left == 1 else 'prices have'} not gone back yet: locked, "
        "refused by the shop, or stopped by a person. What still differs is tried again every "
        "quarter of an hour."
    )
