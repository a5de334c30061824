"""Move a design from state to state; its row is locked by the caller."""

from typing import Any

from django.utils import timezone

from foundation.live.api import touch
from orders.contracts import IllegalMove
from orders.enums import DESIGN_MOVES, DesignStatus
from orders.models import Design


def move(design: Design, to: DesignStatus, **columns: Any) -> None:
    """Bring a locked design to ``to``; only ``columns`` are written when it stands there already.

    Raises :class:`orders.contracts.IllegalMove` for a move that is not in the table.
    """
    before = DesignStatus(design.status)
    if to is not before and to not in DESIGN_MOVES[before]:
        message = f"The design is {before.label.lower()}; it cannot become {to.label.lower()}."
        raise IllegalMove(message, current=before, allowed=DESIGN_MOVES[before])
    values = {"status": to, "changed_at": timezone.now(), **columns}
    Design.objects.filter(pk=design.pk).update(**values)
    for name, value in values.items():
        setattr(design, name, value)
    tell(design)


def tell(design: Design) -> None:
    """Let pages know that a design changed."""
    touch(f"design.{design.pk}", shop_id=design.shop_id)
    touch("designs", shop_id=design.shop_id)
