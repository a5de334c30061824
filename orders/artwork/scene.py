"""A design laid out in millimetres: everything but pixels.

The origin is the upper left corner of the trimmed format; the bleed lies at negative places and
beyond the format. Nothing here knows a resolution, so preview and print cannot differ in layout.
"""

import random
from dataclasses import dataclass, replace
from functools import lru_cache

from .document import BackgroundKind, Document, FrameKind
from .lettering import SetLine, set_words
from .placing import settle_photo
from .shapes import Box, Point, Shape, rectangle, shape_of
from .spec import PrintSpec

_LOWER = 0.62
"""Words farther down than this, by the height, make the opening give way upwards."""
_ASCENT, _TOP_MARGIN = 0.6, 0.05
_STARS, _SPARKLES = 190, 9
_APART = 0.035
_SEED = 20_010_101
"""Every night has the same stars."""


@dataclass(frozen=True, slots=True)
class Star:
    """A small light on the night: a dot, or a sparkle with four rays."""

    x: float
    y: float
    radius: float
    opacity: float
    warm: bool
    rays: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn, from the back to the front: background, stars, photo, border, words.

    ``border_mm`` is 0 where there is no frame; ``sheet`` is the format with its bleed.
    """

    spec: PrintSpec
    sheet: Box
    opening: Shape
    framed: bool
    border_mm: float
    border_colour: str
    background: BackgroundKind
    colours: tuple[str, ...]
    stars: tuple[Star, ...]
    words: tuple[SetLine, ...]


@lru_cache(maxsize=64)
def lay_out(document: Document, spec: PrintSpec) -> Scene:
    """Lay a design out on a format."""
    frame = document.frame
    sheet = Box(0.0, 0.0, spec.width_mm, spec.height_mm).grown(spec.bleed_mm)
    words = (
        *set_words(document.name, spec, wrapped=False),
        *set_words(document.text, spec, wrapped=True),
    )
    framed = frame.kind != FrameKind.NONE
    opening = rectangle(sheet)
    stars: tuple[Star, ...] = ()
    if framed:
        size = frame.size * spec.shorter_mm
        unplaced = shape_of(frame.kind, centre=(0.0, 0.0), size=size)
        centre = _centre(document, spec, unplaced.box.height)
        opening = shape_of(frame.kind, centre=centre, size=size)
        if document.background.kind == BackgroundKind.NIGHT:
            # Stars keep this far from the photo, so that none is cut by the border.
            apart = size + 2 * _APART * spec.shorter_mm
            stars = _night(sheet, shape_of(frame.kind, centre=centre, size=apart), words, spec)
    return Scene(
        spec=spec,
        sheet=sheet,
        opening=opening,
        framed=framed,
        border_mm=frame.border * spec.shorter_mm if framed else 0.0,
        border_colour=frame.colour,
        background=document.background.kind,
        colours=document.background.colours,
        stars=stars,
        words=words,
    )


def settled(document: Document, spec: PrintSpec, *, width_px: int, height_px: int) -> Document:
    """Return the design with the photo's shift as it is drawn: no farther than it still covers.

    ``width_px`` and ``height_px`` are those of the photo as it was taken.
    """
    opening = lay_out(document, spec).opening.box
    photo = settle_photo(document.photo, opening, width_px=width_px, height_px=height_px)
    return replace(document, photo=photo)


def _centre(document: Document, spec: PrintSpec, height: float) -> Point:
    """Return the opening's centre: between the top and the words below, but never cut off above.

    It goes by the words' place and size, not by their letters: it must not move while one types.
    """
    tops = [
        words.y * spec.height_mm - _ASCENT * words.size * spec.shorter_mm
        for words in (document.name, document.text)
        if words.text and words.y > _LOWER
    ]
    middle = min(tops, default=spec.height_mm) / 2
    return spec.width_mm / 2, max(middle, height / 2 + _TOP_MARGIN * spec.shorter_mm)


def _night(
    sheet: Box, taken: Shape, words: tuple[SetLine, ...], spec: PrintSpec
) -> tuple[Star, ...]:
    """Strew stars over the sheet, but none behind the photo or under letters."""
    chance = random.Random(_SEED)  # noqa: S311 -- the same stars each time are wanted
    unit = spec.shorter_mm
    stars: list[Star] = []
    for count in range(_STARS + _SPARKLES):
        rays = count >= _STARS
        across, down, brightness, tint = (chance.random() for _ in range(4))
        x, y = sheet.left + across * sheet.width, sheet.top + down * sheet.height
        radius = unit * (0.013 + 0.011 * brightness if rays else 0.0009 + 0.0022 * brightness**3)
        apart = radius + unit * 0.012
        if taken.holds((x, y)) or any(line.box.grown(apart).holds((x, y)) for line in words):
            continue
        opacity = 0.85 if rays else 0.35 + 0.55 * brightness
        stars.append(Star(x, y, radius, opacity, warm=tint > 0.6, rays=rays))  # noqa: PLR2004 -- two in five
    return tuple(stars)
