"""Move a render from state to state; its row is locked by the caller."""

from typing import Any

from foundation.live.api import touch
from orders.contracts import IllegalMove
from orders.enums import RENDER_MOVES, RenderStatus
from orders.models import RenderJob


def move_render(render: RenderJob, to: RenderStatus, **columns: Any) -> None:
    """Bring a locked render to ``to`` with other columns.

    Raises :class:`orders.contracts.IllegalMove` for a move that is not in the table.
    """
    before = RenderStatus(render.status)
    if to not in RENDER_MOVES[before]:
        message = f"The render is {before.label.lower()}; it cannot become {to.label.lower()}."
        raise IllegalMove(message, current=before, allowed=RENDER_MOVES[before])
    values = {"status": to, **columns}
    RenderJob.objects.filter(pk=render.pk).update(**values)
    for name, value in values.items():
        setattr(render, name, value)
    tell(render)


def tell(render: RenderJob) -> None:
    """Let pages know that a render changed."""
    touch(f"render.{render.pk}", shop_id=render.shop_id)
    touch(f"design.{render.design_id}", shop_id=render.shop_id)
    touch("renders", shop_id=render.shop_id)
