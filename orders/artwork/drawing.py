"""A scene as pixels, at any scale: what the preview and the print have in common.

From the back to the front: a backdrop of colours and soft shadow (computed small, enlarged), the
photo through one affine map where the opening is, and one overlay of paths. libvips computes
pieces as they are asked for, so a large print needs no more memory than its strips.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from foundation.untrusted.api import libvips

from . import vectors
from .document import BackgroundKind, Document
from .placing import place_photo
from .scene import Scene, lay_out
from .shapes import Box
from .spec import PrintSpec

PREVIEW_WIDTH = 800
PREVIEW_QUALITY = 82
_PREVIEW_EFFORT = 4
_GRID = 240
"""Points of the backdrop along the longer side of the sheet."""
_SHADOW, _SHADOW_BLUR, _SHADOW_DROP = 0.5, 0.022, 0.018
_GLOW = 0.14
_JPEG_SHRINKS = (8, 4, 2)
_COARSEST = 4


@dataclass(frozen=True, slots=True)
class Canvas:
    """The part of a sheet that is drawn, and in how many pixels."""

    part: Box
    width_px: int
    height_px: int

    @property
    def across(self) -> float:
        """Pixels in a millimetre, from left to right."""
        return self.width_px / self.part.width

    @property
    def down(self) -> float:
        """Pixels in a millimetre, from top to bottom."""
        return self.height_px / self.part.height


def draw_preview(
    document: Document,
    spec: PrintSpec,
    working_copy: bytes | Path,
    *,
    width_px: int = PREVIEW_WIDTH,
    height_px: int | None = None,
) -> bytes:
    """Return the trimmed format as WebP in sRGB; the same design gives the same bytes.

    ``working_copy`` is a JPEG that we made (:func:`foundation.untrusted.api.take_picture`).
    Without ``height_px`` the height follows from the format.
    """
    height = height_px or max(1, round(width_px * spec.height_mm / spec.width_mm))
    trimmed = Box(0.0, 0.0, spec.width_mm, spec.height_mm)
    image = draw(lay_out(document, spec), document, working_copy, Canvas(trimmed, width_px, height))
    encoded: bytes = image.webpsave_buffer(Q=PREVIEW_QUALITY, effort=_PREVIEW_EFFORT, keep="none")
    return encoded


def draw(scene: Scene, document: Document, photo: bytes | Path, canvas: Canvas) -> Any:
    """Return the picture of a canvas: three bands of eight bits in sRGB, not computed yet."""
    over = vectors.overlay(scene)
    picture = _photo(scene, document, photo, canvas)
    if scene.framed:
        picture = _mask(scene, canvas).ifthenelse(picture, _backdrop(scene, canvas), blend=True)
    if over:
        drawn = _raster(over, canvas.part, canvas.width_px, canvas.height_px)
        picture = drawn[3].ifthenelse(drawn[0:3], picture, blend=True)
    return picture.copy(interpretation="srgb")


def _raster(body: str, part: Box, width_px: int, height_px: int) -> Any:
    return libvips().Image.svgload_buffer(
        vectors.svg(body, part=part, width_px=width_px, height_px=height_px)
    )


def _window(scene: Scene, canvas: Canvas) -> tuple[int, int, int, int]:
    """Return where the opening is on the canvas: left, top, width, height in whole pixels."""
    box = scene.opening.box
    left = max(0, math.floor((box.left - canvas.part.left) * canvas.across) - 1)
    top = max(0, math.floor((box.top - canvas.part.top) * canvas.down) - 1)
    right = math.ceil((box.right - canvas.part.left) * canvas.across) + 1
    bottom = math.ceil((box.bottom - canvas.part.top) * canvas.down) + 1
    return (
        left,
        top,
        max(1, min(canvas.width_px, right) - left),
        max(1, min(canvas.height_px, bottom) - top),
    )


def _mask(scene: Scene, canvas: Canvas) -> Any:
    """Return where the photo shows. Under a border wide enough to hide it, its edge is coarse.

    A drawing is kept in two rows of squares of 2,000 pixels, which is most of a print's memory.
    """
    left, top, width, height = _window(scene, canvas)
    by = min(_COARSEST, max(1, math.floor(scene.border_mm * canvas.across / _COARSEST)))
    wide, high = math.ceil(width / by), math.ceil(height / by)
    start_x = canvas.part.left + left / canvas.across
    start_y = canvas.part.top + top / canvas.down
    part = Box(
        start_x, start_y, start_x + wide * by / canvas.across, start_y + high * by / canvas.down
    )
    inside = _raster(vectors.opening(scene), part, wide, high)[3]
    if by > 1:
        inside = inside.zoom(by, by).crop(0, 0, width, height)
    return inside.embed(left, top, canvas.width_px, canvas.height_px)


def _photo(scene: Scene, document: Document, source: bytes | Path, canvas: Canvas) -> Any:
    """Map the photo onto the canvas; outside the opening there is nothing."""
    whole = _load(source)
    width, height = whole.width, whole.height
    placed = place_photo(document.photo, scene.opening.box, width_px=width, height_px=height)
    scale = placed.mm_per_pixel * max(canvas.across, canvas.down)
    image = whole
    if scale < 1:
        shrink = next((by for by in _JPEG_SHRINKS if scale * by <= 1), 1)
        if shrink > 1:
            image = _load(source, shrink)
        image = image.resize(
            max(1, round(width * scale)) / image.width,
            vscale=max(1, round(height * scale)) / image.height,
        )
    # What is left of the map for the image as it is now; libvips counts from pixels' middles.
    over, under = width / image.width, height / image.height
    a, b = placed.a * over * canvas.across, placed.b * under * canvas.across
    c, d = placed.c * over * canvas.down, placed.d * under * canvas.down
    x = (placed.x - canvas.part.left) * canvas.across + (a + b - 1) / 2
    y = (placed.y - canvas.part.top) * canvas.down + (c + d - 1) / 2
    left, top, wide, high = _window(scene, canvas)
    drawn = image.affine(
        [a, b, c, d],
        interpolate=libvips().Interpolate.new("bicubic"),
        oarea=[left, top, wide, high],
        odx=x,
        ody=y,
        extend="copy",
    )
    return drawn.embed(left, top, canvas.width_px, canvas.height_px)


def _load(source: bytes | Path, shrink: int = 1) -> Any:
    image = libvips().Image
    if isinstance(source, bytes):
        return image.jpegload_buffer(source, shrink=shrink)
    return image.jpegload(str(source), shrink=shrink)


def _backdrop(scene: Scene, canvas: Canvas) -> Any:
    """Enlarge the small backdrop to the canvas."""
    sheet = scene.sheet
    small = _small_backdrop(scene)
    across = canvas.across * sheet.width / small.width
    down = canvas.down * sheet.height / small.height
    return small.affine(
        [across, 0, 0, down],
        interpolate=libvips().Interpolate.new("bilinear"),
        oarea=[0, 0, canvas.width_px, canvas.height_px],
        odx=(sheet.left - canvas.part.left) * canvas.across + (across - 1) / 2,
        ody=(sheet.top - canvas.part.top) * canvas.down + (down - 1) / 2,
        extend="copy",
    ).cast("uchar")


@lru_cache(maxsize=32)
def _small_backdrop(scene: Scene) -> Any:
    """Return colours, glow and shadow of the whole sheet on a coarse grid, in floats.

    All of it is smooth, so nothing is lost; as floats it does not show steps when it is enlarged.
    """
    sheet = scene.sheet
    longer = max(sheet.width, sheet.height)
    width, height = round(_GRID * sheet.width / longer), round(_GRID * sheet.height / longer)
    places = libvips().Image.xyz(width, height)
    colours = [vectors.rgb(colour) for colour in scene.colours]
    if scene.background == BackgroundKind.PLAIN:
        colours = colours[:1]
    base = _gradient((places[1] + 0.5) / height, colours)
    if scene.background == BackgroundKind.NIGHT:
        base = base + (base * -1 + 255) * _glow(scene, places, width, height) * _GLOW
    base = base * (_shadow(scene, width, height) * -_SHADOW + 1)
    # Half a step, because what follows cuts the decimals off.
    return (base + 0.5).copy_memory()


def _gradient(along: Any, colours: list[tuple[int, int, int]]) -> Any:
    """Return the colours one after the other where ``along`` goes from 0 to 1."""
    if len(colours) == 1:
        return along * 0 + list(colours[0])
    stretches = len(colours) - 1
    total = along * 0 + list(colours[0])
    for place, (start, end) in enumerate(pairwise(colours)):
        here = along * stretches - place
        here = (here > 0).ifthenelse(here, 0)
        here = (here < 1).ifthenelse(here, 1)
        total = total + here * [b - a for a, b in zip(start, end, strict=True)]
    return total


def _glow(scene: Scene, places: Any, width: int, height: int) -> Any:
    sheet, (x, y) = scene.sheet, scene.opening.box.centre
    reach = 0.62 * scene.spec.shorter_mm
    across = ((places[0] + 0.5) * (sheet.width / width) + (sheet.left - x)) / reach
    down = ((places[1] + 0.5) * (sheet.height / height) + (sheet.top - y)) / reach
    return ((across * across + down * down) * -1).exp()


def _shadow(scene: Scene, width: int, height: int) -> Any:
    """Return how dark the opening's shadow is, from 0 to 1."""
    unit = scene.spec.shorter_mm
    wide = scene.border_mm
    fallen = (
        f'<g transform="translate(0 {unit * _SHADOW_DROP:.3f})"><path d="{scene.opening.path}" '
        f'fill="#fff" stroke="#fff" stroke-width="{wide:.3f}"/></g>'
    )
    drawn = _raster(fallen, scene.sheet, width, height)[3].cast("float") / 255
    return drawn.gaussblur(unit * _SHADOW_BLUR * width / scene.sheet.width, precision="float")
