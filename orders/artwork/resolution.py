"""How sharp a print will be: of the pixels that are really seen, in words for people."""

import math
from dataclasses import dataclass
from typing import Literal

from .document import Document
from .placing import place_photo
from .scene import lay_out
from .spec import MM_PER_INCH, PrintSpec

EXCELLENT_DPI, GOOD_DPI, SOFT_DPI = 220, 150, 100
_MM_PER_CM = 10

Level = Literal["excellent", "good", "soft", "too_small"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be expected of a photo at its crop.

    ``dpi``: its own pixels in an inch of the print. ``good_to``: the largest print of the same
    shape, width and height in whole centimetres, that still is good.
    """

    dpi: int
    level: Level
    words: str
    good_to: tuple[int, int]


def judge(document: Document, spec: PrintSpec, *, width_px: int, height_px: int) -> Verdict:
    """Judge a photo of so many pixels as it lies in the design, not by its size alone."""
    opening = lay_out(document, spec).opening.box
    placed = place_photo(document.photo, opening, width_px=width_px, height_px=height_px)
    dpi = math.floor(MM_PER_INCH / placed.scale)
    share = MM_PER_INCH / placed.scale / GOOD_DPI / _MM_PER_CM
    good_to = (
        max(1, math.floor(spec.width_mm * share)),
        max(1, math.floor(spec.height_mm * share)),
    )
    size = f"good to {good_to[0]} × {good_to[1]} cm"
    if dpi >= EXCELLENT_DPI:
        return Verdict(dpi, "excellent", f"Sharp in every detail: {size}.", good_to)
    if dpi >= GOOD_DPI:
        return Verdict(dpi, "good", f"Sharp at this size: {size}.", good_to)
    advice = "Zoom out, choose a smaller print, or send a larger photo."
    if dpi >= SOFT_DPI:
        return Verdict(dpi, "soft", f"A little soft at this size: {size}. {advice}", good_to)
    return Verdict(dpi, "too_small", f"Blurred at this size: {size}. {advice}", good_to)
