"""The openings in which a photo shows, as curves in millimetres."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .document import FrameKind

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]
"""A cubic Bézier: start, two controls, end."""

_STAR_INNER = 0.58
"""Radius of a star's notches by that of its tips: plump, so that a face fits in."""
_TIP_ROUND, _NOTCH_ROUND = 0.34, 0.3
_ARCH_WIDTH = 0.78
_QUARTER = 0.5522847498
"""Where the controls of a quarter of a circle stand, by its radius."""
_SAMPLES = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in millimetres; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def centre(self) -> Point:
        """The middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def grown(self, by: float) -> "Box":
        """Return the box with so much more on each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def holds(self, point: Point) -> bool:
        """Tell whether the point is inside."""
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom


@dataclass(frozen=True)
class Shape:
    """A closed outline."""

    curves: tuple[Curve, ...]

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Points along it, close enough to measure with."""
        return tuple(
            _along(curve, step / _SAMPLES) for curve in self.curves for step in range(_SAMPLES)
        )

    @cached_property
    def _edges(self) -> tuple[tuple[float, float, float, float], ...]:
        """The sides of the polygon through those points: x, y, height, slope."""
        ends = zip(self.points, (*self.points[1:], self.points[0]), strict=True)
        return tuple((x1, y1, y2, (x2 - x1) / (y2 - y1)) for (x1, y1), (x2, y2) in ends if y1 != y2)

    @cached_property
    def box(self) -> Box:
        """What encloses it."""
        across, down = [x for x, _ in self.points], [y for _, y in self.points]
        return Box(min(across), min(down), max(across), max(down))

    @cached_property
    def path(self) -> str:
        """Its path data."""
        x, y = self.curves[0][0]
        said = [f"M{x:.3f} {y:.3f}"]
        for _, *rest in self.curves:
            said.append("C" + " ".join(f"{x:.3f} {y:.3f}" for x, y in rest))
        return "".join(said) + "Z"

    def holds(self, point: Point) -> bool:
        """Tell whether the point is inside."""
        x, y = point
        if not self.box.holds(point):
            return False
        inside = False
        for x1, y1, y2, slope in self._edges:
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * slope:
                inside = not inside
        return inside


def shape_of(kind: FrameKind, *, centre: Point, size: float) -> Shape:
    """Return the opening of this kind; ``size`` is the larger of its width and height."""
    unit = _UNITS[kind]()
    box = unit.box
    scale = size / max(box.width, box.height)
    middle = box.centre

    def moved(point: Point) -> Point:
        return (
            centre[0] + (point[0] - middle[0]) * scale,
            centre[1] + (point[1] - middle[1]) * scale,
        )

    return Shape(tuple((moved(a), moved(b), moved(c), moved(d)) for a, b, c, d in unit.curves))


def rectangle(box: Box) -> Shape:
    """Return a box as an outline."""
    corners = [
        (box.left, box.top),
        (box.right, box.top),
        (box.right, box.bottom),
        (box.left, box.bottom),
    ]
    return Shape(
        tuple(_straight(a, b) for a, b in zip(corners, corners[1:] + corners[:1], strict=True))
    )


def _along(curve: Curve, at: float) -> Point:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    left = 1 - at
    a, b, c, d = left**3, 3 * left * left * at, 3 * left * at * at, at**3
    return a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy


def _between(a: Point, b: Point, at: float) -> Point:
    return a[0] + (b[0] - a[0]) * at, a[1] + (b[1] - a[1]) * at


def _straight(a: Point, b: Point) -> Curve:
    return a, _between(a, b, 1 / 3), _between(a, b, 2 / 3), b


def _rounded(corners: Sequence[tuple[Point, float]]) -> Shape:
    """Join corners by straight lines; each is rounded by its share of the edges beside it."""
    curves: list[Curve] = []
    count = len(corners)
    for place, (corner, share) in enumerate(corners):
        before, after = corners[place - 1][0], corners[(place + 1) % count]
        start, end = _between(corner, before, share), _between(corner, after[0], share)
        curves.append((start, _between(start, corner, 0.62), _between(end, corner, 0.62), end))
        curves.append(_straight(end, _between(after[0], corner, after[1])))
    return Shape(tuple(curves))


def _star() -> Shape:
    corners = []
    for place in range(10):
        radius, share = (1.0, _TIP_ROUND) if place % 2 == 0 else (_STAR_INNER, _NOTCH_ROUND)
        angle = math.pi * place / 5
        corners.append(((radius * math.sin(angle), -radius * math.cos(angle)), share))
    return _rounded(corners)


def _circle() -> Shape:
    k = _QUARTER
    return Shape(
        (
            ((0.0, -1.0), (k, -1.0), (1.0, -k), (1.0, 0.0)),
            ((1.0, 0.0), (1.0, k), (k, 1.0), (0.0, 1.0)),
            ((0.0, 1.0), (-k, 1.0), (-1.0, k), (-1.0, 0.0)),
            ((-1.0, 0.0), (-1.0, -k), (-k, -1.0), (0.0, -1.0)),
        )
    )


def _heart() -> Shape:
    right: list[Curve] = [
        ((0.0, -0.52), (0.14, -0.92), (0.94, -1.06), (1.0, -0.36)),
        ((1.0, -0.36), (1.04, 0.16), (0.52, 0.50), (0.10, 0.84)),
        ((0.10, 0.84), (0.04, 0.89), (0.02, 0.90), (0.0, 0.90)),
    ]
    left: list[Curve] = [
        ((-d[0], d[1]), (-c[0], c[1]), (-b[0], b[1]), (-a[0], a[1]))
        for a, b, c, d in reversed(right)
    ]
    return Shape((*right, *left))


def _arch() -> Shape:
    half = _ARCH_WIDTH
    k, shoulder, round_ = _QUARTER * half, half - 1.0, 0.07
    foot = 1.0 - round_
    return Shape(
        (
            ((0.0, -1.0), (k, -1.0), (half, shoulder - k), (half, shoulder)),
            _straight((half, shoulder), (half, foot)),
            ((half, foot), (half, 1.0), (half, 1.0), (half - round_, 1.0)),
            _straight((half - round_, 1.0), (round_ - half, 1.0)),
            ((round_ - half, 1.0), (-half, 1.0), (-half, 1.0), (-half, foot)),
            _straight((-half, foot), (-half, shoulder)),
            ((-half, shoulder), (-half, shoulder - k), (-k, -1.0), (0.0, -1.0)),
        )
    )


_UNITS = {
    FrameKind.STAR: _star,
    FrameKind.CIRCLE: _circle,
    FrameKind.HEART: _heart,
    FrameKind.ARCH: _arch,
}
