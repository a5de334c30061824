"""Where a photo lies: from its pixels to millimetres."""

import math
from dataclasses import dataclass, replace

from .document import DECIMALS, Photo
from .shapes import Box


@dataclass(frozen=True, slots=True)
class Placement:
    """An affine map from a photo's pixels (its corner is 0, 0), as a rule to millimetres.

    ``x = a * column + b * row + self.x`` and ``y = c * column + d * row + self.y``.
    """

    a: float
    b: float
    c: float
    d: float
    x: float
    y: float

    @property
    def scale(self) -> float:
        """How large one pixel of the photo becomes."""
        return math.hypot(self.a, self.c)


def place_photo(photo: Photo, opening: Box, *, width_px: int, height_px: int) -> Placement:
    """Lay the photo into the opening so that it covers it wholly.

    The size at zoom 1 is the least that covers the turned opening. A shift that would leave a
    gap is shortened to the nearest that does not.
    """
    turn = math.radians(photo.rotation)
    cos, sin = math.cos(turn), math.sin(turn)
    # Half of the opening as the photo's own axes see it.
    across = (opening.width * abs(cos) + opening.height * abs(sin)) / 2
    down = (opening.width * abs(sin) + opening.height * abs(cos)) / 2
    scale = max(2 * across / width_px, 2 * down / height_px) * photo.zoom
    room_across = max(0.0, width_px * scale / 2 - across)
    room_down = max(0.0, height_px * scale / 2 - down)
    shift_x, shift_y = photo.x * opening.width, photo.y * opening.height
    along = _within(shift_x * cos + shift_y * sin, room_across)
    aside = _within(shift_y * cos - shift_x * sin, room_down)
    middle_x = opening.centre[0] + along * cos - aside * sin
    middle_y = opening.centre[1] + along * sin + aside * cos
    a, b, c, d = scale * cos, -scale * sin, scale * sin, scale * cos
    return Placement(
        a,
        b,
        c,
        d,
        middle_x - (a * width_px + b * height_px) / 2,
        middle_y - (c * width_px + d * height_px) / 2,
    )


def settle_photo(photo: Photo, opening: Box, *, width_px: int, height_px: int) -> Photo:
    """Return the photo with the shift it really has, so that a page need not guess it."""
    placed = place_photo(photo, opening, width_px=width_px, height_px=height_px)
    middle_x = placed.x + (placed.a * width_px + placed.b * height_px) / 2
    middle_y = placed.y + (placed.c * width_px + placed.d * height_px) / 2
    return replace(
        photo,
        x=round((middle_x - opening.centre[0]) / opening.width, DECIMALS) + 0.0,
        y=round((middle_y - opening.centre[1]) / opening.height, DECIMALS) + 0.0,
    )


def _within(value: float, most: float) -> float:
    return max(-most, min(most, value))
