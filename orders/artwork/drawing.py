"""A scene as pixels, at any scale: what the preview and the print have in common.

From the back to the front: a backdrop of colours and soft shadow (computed small, enlarged), the
photo through one affine map where the opening is, and one overlay of paths. libvips computes
pieces as they are asked for, so a large print needs no more memory than its strips.
"""

import math
from array import array
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from foundation.untrusted.api import libvips

from . import vectors
from .document import BackgroundKind, Document
from .placing import Placement, place_photo
from .scene import Scene, lay_out
from .shapes import Box
from .spec import PrintSpec

PREVIEW_WIDTH = 800
PREVIEW_QUALITY = 82
PREVIEW_EFFORT = 2
"""Three bytes in a hundred more than with 4, in less than half the time."""
_GRID = 160
"""Points of the backdrop along the longer side of the sheet."""
_SHADOW, _SHADOW_BLUR, _SHADOW_DROP = 0.5, 0.022, 0.018
_GLOW, _GLOW_REACH = 0.14, 0.62
_JPEG_SHRINKS = (8, 4, 2)
_COARSEST = 4
_WINDOW_MORE = 1
"""Pixels around the opening."""


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
    encoded: bytes = image.webpsave_buffer(Q=PREVIEW_QUALITY, effort=PREVIEW_EFFORT, keep="none")
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
    more = _WINDOW_MORE
    left = max(0, math.floor((box.left - canvas.part.left) * canvas.across) - more)
    top = max(0, math.floor((box.top - canvas.part.top) * canvas.down) - more)
    right = math.ceil((box.right - canvas.part.left) * canvas.across) + more
    bottom = math.ceil((box.bottom - canvas.part.top) * canvas.down) + more
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
    image = _load(source)
    width, height = image.width, image.height
    placed = place_photo(document.photo, scene.opening.box, width_px=width, height_px=height)
    scale = placed.scale * max(canvas.across, canvas.down)
    shrink = next((by for by in _JPEG_SHRINKS if scale * by <= 1), 1)
    if shrink > 1:
        image = _load(source, shrink)
    # The map from pixels of the image as it is opened to those of the canvas.
    over, under = width / image.width, height / image.height
    map_ = Placement(
        placed.a * over * canvas.across,
        placed.b * under * canvas.across,
        placed.c * over * canvas.down,
        placed.d * under * canvas.down,
        (placed.x - canvas.part.left) * canvas.across,
        (placed.y - canvas.part.top) * canvas.down,
    )
    window = _window(scene, canvas)
    drawn = (
        _cut(image, map_, window) if scale <= 1 and not placed.b else _mapped(image, map_, window)
    )
    return drawn.embed(window[0], window[1], canvas.width_px, canvas.height_px)


def _cut(image: Any, map_: Placement, window: tuple[int, int, int, int]) -> Any:
    """Draw what is not turned and becomes smaller: cut between whole pixels, then reduced.

    That moves it by half a pixel of the photo at most, which is less than half a pixel here.
    """
    left, top, wide, high = window
    start_x, end_x = round((left - map_.x) / map_.a), round((left + wide - map_.x) / map_.a)
    start_y, end_y = round((top - map_.y) / map_.d), round((top + high - map_.y) / map_.d)
    # The window is a little larger than the opening that the photo covers.
    more = math.ceil(2 * _WINDOW_MORE / map_.a)
    padded = image.embed(more, more, image.width + 2 * more, image.height + 2 * more, extend="copy")
    part = padded.crop(start_x + more, start_y + more, end_x - start_x, end_y - start_y)
    return part.resize(wide / part.width, vscale=high / part.height)


def _mapped(image: Any, map_: Placement, window: tuple[int, int, int, int]) -> Any:
    """Draw what is turned or enlarged; what becomes smaller is reduced before it is turned."""
    scale = map_.scale
    a, b, c, d = map_.a, map_.b, map_.c, map_.d
    if scale < 1:
        width, height = image.width, image.height
        image = image.resize(
            max(1, round(width * scale)) / width, vscale=max(1, round(height * scale)) / height
        )
        over, under = width / image.width, height / image.height
        a, b, c, d = a * over, b * under, c * over, d * under
    return image.affine(
        [a, b, c, d],
        interpolate=libvips().Interpolate.new("bicubic"),
        oarea=list(window),
        # libvips counts from the middles of pixels, a placement from their corners.
        odx=map_.x + (a + b - 1) / 2,
        ody=map_.y + (c + d - 1) / 2,
        extend="copy",
    )


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
    picture = _column(_gradient(scene, height), width, bands=3)
    if scene.background == BackgroundKind.NIGHT:
        # A round light is the product of one across and one down.
        middle_x, middle_y = scene.opening.box.centre
        reach = _GLOW_REACH * scene.spec.shorter_mm
        across = _bell((middle_x - sheet.left) / sheet.width, reach / sheet.width, width)
        down = _bell((middle_y - sheet.top) / sheet.height, reach / sheet.height, height)
        light = _row(across, height) * _column(down, width) * _GLOW
        picture = picture + (picture * -1 + 255) * light
    picture = picture * (_shadow(scene, width, height) * -_SHADOW + 1)
    # Half a step, because what follows cuts the decimals off.
    return (picture + 0.5).copy_memory()


def _gradient(scene: Scene, height: int) -> list[float]:
    """Return the colours from the top to the bottom, three numbers in each row."""
    colours = [vectors.rgb(colour) for colour in scene.colours]
    if scene.background == BackgroundKind.PLAIN or len(colours) == 1:
        return [float(part) for part in colours[0]] * height
    found: list[float] = []
    for row in range(height):
        along = (row + 0.5) / height * (len(colours) - 1)
        stretch = min(int(along), len(colours) - 2)
        start, end = colours[stretch : stretch + 2]
        found += [a + (b - a) * (along - stretch) for a, b in zip(start, end, strict=True)]
    return found


def _bell(middle: float, reach: float, count: int) -> list[float]:
    return [math.exp(-((((at + 0.5) / count - middle) / reach) ** 2)) for at in range(count)]


def _column(values: list[float], width: int, *, bands: int = 1) -> Any:
    return _floats(values, 1, len(values) // bands, bands).replicate(width, 1)


def _row(values: list[float], height: int) -> Any:
    return _floats(values, len(values), 1, 1).replicate(1, height)


def _floats(values: list[float], width: int, height: int, bands: int) -> Any:
    data = array("f", values).tobytes()
    return libvips().Image.new_from_memory(data, width, height, bands, "float")


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
