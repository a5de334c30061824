"""What campaigns do when the shop moves: stock, the catalogue, a time."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from campaigns import membership, pending
from campaigns.enums import CampaignState, MoveCause
from campaigns.evaluating import Evaluated, evaluate_variants, lock_active
from campaigns.models import Campaign, CampaignVariant
from campaigns.services.settling import drop

SWEEP = 5_000


@transaction.atomic
def evaluate_pending(*, shop_id: UUID, connection_id: UUID) -> Evaluated:
    """Evaluate what waits, one piece of it; asks for the next piece when there is more.

    Campaigns are locked before what waits is taken off the list, as by everybody who puts
    something on it while holding them; and it is taken off before stock is read, so that what
    moves later is on the list again.
    """
    waiting = pending.waiting(connection_id)
    active = lock_active(waiting)
    causes = pending.take(waiting)
    if not causes:
        return Evaluated(0, 0, 0)
    done = evaluate_variants(
        shop_id=shop_id, connection_id=connection_id, causes=causes, among=active
    )
    if pending.any_left(connection_id):
        pending.have_evaluated(shop_id, connection_id)
    return done


@transaction.atomic
def evaluate_again(*, shop_id: UUID, connection_id: UUID, campaign_id: UUID | None = None) -> int:
    """Have all variants of an account's active campaigns looked at again, or of one of them.

    For ops, when something was mended: what holds already moves nothing. Returns how many wait
    now that did not before; the workers evaluate them piece by piece.
    """
    return pending.note_all(
        shop_id=shop_id,
        connection_id=connection_id,
        cause=MoveCause.RECONCILIATION,
        campaign_id=campaign_id,
    )


@transaction.atomic
def catalogue_changed(
    *, shop_id: UUID, connection_id: UUID, variant_ids: Sequence[UUID], cause: MoveCause
) -> membership.Moved:
    """Let variants join and leave the campaigns that follow the catalogue.

    What stays is evaluated again, too: its rules may come to another price.
    """
    membership.one_at_a_time(connection_id)
    moved = membership.changed(shop_id, connection_id, variant_ids)
    concerned = sorted({campaign for campaign, _ in (*moved.joined, *moved.left)})
    rows = {
        row.pk: row
        for row in Campaign.objects.filter(pk__in=concerned, state=CampaignState.ACTIVE)
        .order_by("pk")
        .select_related("layer")
        .select_for_update(of=("self",))
    }
    membership.add([pair for pair in moved.joined if pair[0] in rows])
    for campaign_id, row in rows.items():
        drop(row, [variant for campaign, variant in moved.left if campaign == campaign_id])
    membership.recount(rows)
    pending.note(
        shop_id=shop_id, connection_id=connection_id, causes=dict.fromkeys(variant_ids, cause)
    )
    return moved


@transaction.atomic
def look_again() -> int:
    """Have variants evaluated whose time has come: a hold, a cool-down, a window that moved on.

    Returns how many. Safe to run twice at once.
    """
    due = list(
        CampaignVariant.objects.filter(
            look_again_at__lte=timezone.now(), campaign__state=CampaignState.ACTIVE
        )
        .order_by("look_again_at")
        .values_list("campaign__shop_id", "campaign__connection_id", "variant_id")[:SWEEP]
    )
    by_connection: dict[tuple[UUID, UUID], list[UUID]] = {}
    for shop_id, connection_id, variant_id in due:
        by_connection.setdefault((shop_id, connection_id), []).append(variant_id)
    for (shop_id, connection_id), variants in sorted(by_connection.items()):
        pending.note(
            shop_id=shop_id,
            connection_id=connection_id,
            causes=dict.fromkeys(variants, MoveCause.TIME),
        )
    return len(due)
