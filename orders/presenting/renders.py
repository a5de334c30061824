"""Renders in words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from foundation.cards import Tone
from orders.artwork.printing import PARITY_MEAN
from orders.enums import RenderKind, RenderStatus
from orders.models import RenderJob

STATUS_TONES: Mapping[str, Tone] = {
    RenderStatus.PROCESSING: Tone.BUSY,
    RenderStatus.COMPLETED: Tone.GOOD,
    RenderStatus.FAILED: Tone.BAD,
}


@dataclass(frozen=True, slots=True)
class RenderRow:
    """A render as a line of the queue; ``orders`` are the numbers of those it is for."""

    render: RenderJob
    state: str
    tone: str
    orders: Sequence[tuple[object, int]]
    pixels: str
    parity: str
    untrue: bool
    files: bool
    picture: bool
    again_at: dt.datetime | None
    gave_up: bool

    @classmethod
    def of(cls, render: RenderJob, orders: Sequence[tuple[object, int]] = ()) -> Self:
        """Put a render into words; its design and photo have been read along."""
        completed = render.status == RenderStatus.COMPLETED
        failed = render.status == RenderStatus.FAILED
        photo = render.version.photo if render.version else render.design.photo
        parity = render.parity
        return cls(
            render,
            str(RenderStatus(render.status).label),
            STATUS_TONES.get(render.status, Tone.NEUTRAL),
            orders,
            f"{render.width:,} × {render.height:,}" if render.width and render.height else "",
            "" if parity is None else f"{parity:.2f}",
            parity is not None and parity > PARITY_MEAN,
            completed and render.kind == RenderKind.PRINT,
            (completed and render.kind == RenderKind.PREVIEW)
            or (photo.forgotten_at is None and render.design.deleted_at is None),
            render.next_attempt_at if failed else None,
            failed and render.next_attempt_at is None,
        )


def waited(seconds: float) -> str:
    """Say how long something waits, in whole minutes or hours."""
    minutes = int(seconds // 60)
    if minutes < 120:  # noqa: PLR2004 -- two hours
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{minutes // 60} hours"
