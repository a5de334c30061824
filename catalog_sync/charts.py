"""A small picture of numbers over time, as the path of an SVG; nothing is drawn in the browser."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 120
_MARGIN: Final = 6


@dataclass(frozen=True, slots=True)
class StepChart:
    """A line of steps with its area, in a box of :data:`WIDTH` by :data:`HEIGHT`."""

    line: str
    area: str
    lowest: int
    highest: int
    since: dt.datetime
    until: dt.datetime

    width: int = WIDTH
    height: int = HEIGHT


def step_chart(
    series: Sequence[tuple[dt.datetime, int]], *, until: dt.datetime
) -> StepChart | None:
    """Draw (time, value from then on), oldest first, up to ``until``; None without two moments."""
    if not series or series[0][0] >= until:
        return None
    since = series[0][0]
    span = (until - since).total_seconds()
    lowest = min(0, *(value for _, value in series))
    highest = max(1, *(value for _, value in series))

    def across(moment: dt.datetime) -> float:
        return round((moment - since).total_seconds() / span * WIDTH, 1)

    def down(value: int) -> float:
        room = HEIGHT - 2 * _MARGIN
        return round(HEIGHT - _MARGIN - (value - lowest) / (highest - lowest) * room, 1)

    steps = [f"M0 {down(series[0][1])}"]
    for moment, value in series[1:]:
        steps.append(f"H{across(moment)}V{down(value)}")
    line = "".join([*steps, f"H{WIDTH}"])
    values = [value for _, value in series]
    return StepChart(
        line=line,
        area=f"{line}V{HEIGHT}H0Z",
        lowest=min(values),
        highest=max(values),
        since=since,
        until=until,
    )
