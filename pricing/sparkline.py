"""A small picture of a price over its changes: points for one SVG polyline. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, MARGIN = 640.0, 96.0, 8.0


@dataclass(frozen=True, slots=True)
class Dot:
    """One change in the picture; ``tone`` is the colour of who made it."""

    x: float
    y: float
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A stepped line: a price holds until the next change."""

    line: str
    dots: tuple[Dot, ...]
    low: Decimal
    high: Decimal
    width: float = WIDTH
    height: float = HEIGHT


def sparkline(
    start: Decimal | None, changes: Sequence[tuple[Decimal, str, str]]
) -> Sparkline | None:
    """Draw ``changes`` (price, tone, title), from ``start`` if it is known; None if too few.

    Changes stand at equal distances: prices move in bursts, and a true axis of time would put
    most dots on one another.
    """
    prices = ([start] if start is not None else []) + [price for price, _, _ in changes]
    if len(prices) < 2:  # noqa: PLR2004 -- a line needs two points
        return None
    low, high = min(prices), max(prices)
    span = float(high - low) or 1.0
    stride = (WIDTH - 2 * MARGIN) / len(prices)
    points: list[tuple[float, float]] = []
    for index, price in enumerate(prices):
        y = HEIGHT - MARGIN - float(price - low) / span * (HEIGHT - 2 * MARGIN)
        points += [(MARGIN + index * stride, y), (MARGIN + (index + 1) * stride, y)]
    first = len(prices) - len(changes)
    dots = tuple(
        Dot(
            round(points[2 * (first + index)][0], 1),
            round(points[2 * (first + index)][1], 1),
            tone,
            title,
        )
        for index, (_, tone, title) in enumerate(changes)
    )
    return Sparkline(" ".join(f"{x:.1f},{y:.1f}" for x, y in points), dots, low, high)
