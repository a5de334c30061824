"""Write down what happens to variants under campaigns, and have the price engine follow.

In the caller's transaction, which holds the campaigns' rows: what a campaign knows of a variant,
the log of moves, the counters and the layers change together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from foundation.live.api import touch
from foundation.tracing import current_request_id
from pricing.api import Cause, LayerMove, lay

from .enums import MoveCause, MoveKind
from .models import Campaign, CampaignMove

PRICE_CAUSES = {
    MoveCause.RECONCILIATION: Cause.RECONCILIATION,
    MoveCause.ROLLBACK: Cause.ROLLBACK,
}
"""What the ledger says; of everything else: that a campaign did it."""

_COUNT = """
UPDATE campaigns_campaign c
SET variants_on = c.variants_on + n.moved, trigger_count = c.trigger_count + n.puts
FROM unnest(%s::uuid[], %s::int[], %s::int[]) AS n(campaign_id, moved, puts)
WHERE c.id = n.campaign_id
"""


@dataclass(frozen=True, slots=True)
class Move:
    """A layer that is put on a variant or taken away, and why."""

    campaign: Campaign
    variant_id: UUID
    on: bool
    cause: MoveCause
    why: str
    stock: int | None
    actor_id: UUID | None = None


def carry_out(
    shop_id: UUID,
    connection_id: UUID,
    moves: Sequence[Move],
    *,
    cause: MoveCause,
    also: Sequence[UUID] = (),
) -> None:
    """Log moves, count them, move the layers and have prices follow, all because of ``cause``.

    ``also``: variants whose layers stay but whose prices may come out otherwise now.
    """
    log(moves)
    _count(moves, shop_id)
    campaigns = {move.campaign.pk: move.campaign for move in moves}
    one = next(iter(campaigns.values())) if len(campaigns) == 1 else None
    lay(
        shop_id=shop_id,
        connection_id=connection_id,
        moves=[LayerMove(move.variant_id, move.campaign.layer_id, move.on) for move in moves],
        cause=PRICE_CAUSES.get(cause, Cause.CAMPAIGN),
        name=one.name if one else f"{len(campaigns) or 'Some'} campaigns",
        # Several may move one variant at once: the ledger names the one that lies highest.
        refs={
            move.variant_id: move.campaign.pk
            for move in sorted(moves, key=lambda each: each.campaign.layer.priority)
        },
        campaign_ref=one.pk if one else None,
        also=also,
    )


def log(moves: Iterable[Move]) -> None:
    """Enter moves in the log of the campaigns."""
    request_id = current_request_id()
    CampaignMove.objects.bulk_create(
        CampaignMove(
            shop_id=move.campaign.shop_id,
            campaign_id=move.campaign.pk,
            variant_id=move.variant_id,
            kind=MoveKind.PUT if move.on else MoveKind.TAKEN,
            cause=move.cause,
            why=move.why[:300],
            stock=move.stock,
            actor_id=move.actor_id,
            request_id=request_id,
        )
        for move in moves
    )


def _count(moves: Sequence[Move], shop_id: UUID) -> None:
    if not moves:
        return
    moved: dict[UUID, list[int]] = {}
    for move in moves:
        counts = moved.setdefault(move.campaign.pk, [0, 0])
        counts[0] += 1 if move.on else -1
        counts[1] += move.on
    changes, puts = (list(column) for column in zip(*moved.values(), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(moved), changes, puts])
    for campaign_id in moved:
        touch(f"campaign.{campaign_id}", shop_id=shop_id)
    touch("campaigns", shop_id=shop_id)
