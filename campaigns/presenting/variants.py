"""A variant under a campaign in words, and what happened to it."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from campaigns.enums import MoveCause, MoveKind
from campaigns.models import CampaignMove, CampaignVariant
from campaigns.pacing import Later, Pace, may_move
from foundation.cards import Tone

MOVE_TONES = {
    MoveKind.PUT: Tone.GOOD,
    MoveKind.LET_GO: Tone.WARN,
    MoveKind.OVERRULED: Tone.WARN,
    MoveKind.BACK_IN: Tone.BUSY,
}
# The sentences of these say all that their names do.
_SAID = frozenset({MoveCause.END, MoveCause.ROLLBACK})


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant under a campaign.

    ``own`` is its own price where a campaign covers it, None where it shows its own. ``why`` says
    what it waits for until ``at``; without a reason the triggers are asked again then.
    """

    row: CampaignVariant
    state: str
    tone: str
    shown: Decimal
    own: Decimal | None
    since: dt.datetime | None
    why: str
    at: dt.datetime | None

    @classmethod
    def of(cls, row: CampaignVariant, pace: Pace, now: dt.datetime) -> Self:
        """Put a variant into words."""
        state, tone, why, at = _state_of(row, pace, now)
        covered = getattr(row.variant, "covered", None)
        own = covered.base_price if covered is not None and covered.stack else None
        since = row.let_go_at or (row.moved_at if row.on else None)
        return cls(row, state, tone, row.variant.price, own, since, why, at)


def _state_of(
    row: CampaignVariant, pace: Pace, now: dt.datetime
) -> tuple[str, str, str, dt.datetime | None]:
    if row.let_go_at is not None:
        return "left alone", Tone.WARN, "Its price was edited in Shopify.", None
    wanted = bool(row.holding)
    if wanted == row.on:
        return ("on" if row.on else "off"), (Tone.GOOD if row.on else Tone.NEUTRAL), "", None
    verdict = may_move(pace, now, row.moved_at, row.moves_on, row.moves_today)
    why = verdict.why if isinstance(verdict, Later) else ""
    at = verdict.at if isinstance(verdict, Later) else row.look_again_at
    words = "waits to be on" if wanted else "on, waits to be off"
    return words, Tone.BUSY, why, at


@dataclass(frozen=True, slots=True)
class MoveRow:
    """Something that happened to a variant. ``alone``: the campaign leaves it alone since.

    ``why`` is the reason in a sentence, ``cause`` its kind; empty where the sentence says it.
    """

    move: CampaignMove
    tone: str
    why: str
    cause: str
    alone: bool = False

    @classmethod
    def of(cls, move: CampaignMove, *, alone: bool = False) -> Self:
        """Put a move into words, and colour it."""
        cause = str(MoveCause(move.cause).label)
        why = move.why or f"{cause}."
        cause = "" if not move.why or move.cause in _SAID else cause
        return cls(move, MOVE_TONES.get(MoveKind(move.kind), Tone.NEUTRAL), why, cause, alone)
