"""A scene as SVG: paths and gradients only.

There is no text, no image and no reference in it, so it looks the same wherever and however large
it is drawn, and asks no font of the machine.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from .scene import Scene, Star
from .shapes import Box

_FADE = 0.1
_HALF_BRIGHT = 382
_WARM, _COLD = "#ffe7ad", "#ffffff"


def svg(body: str, *, part: Box, width_px: int, height_px: int) -> bytes:
    """Return a drawing of the part of the sheet that fills so many pixels."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_px}" height="{height_px}" '
        f'viewBox="{part.left:.6f} {part.top:.6f} {part.width:.6f} {part.height:.6f}" '
        f'preserveAspectRatio="none">{body}</svg>'
    ).encode()


def opening(scene: Scene) -> str:
    """Return the opening, filled with white."""
    return f'<path d="{scene.opening.path}" fill="#ffffff"/>'


@lru_cache(maxsize=64)
def overlay(scene: Scene) -> str:
    """Return all that is drawn with sharp edges: stars, border and words."""
    return "".join([*_stars(scene.stars), *_shades(scene), *_border(scene), *_words(scene)])


def _stars(stars: Iterable[Star]) -> Iterable[str]:
    def look(star: Star) -> tuple[bool, float]:
        return star.warm, round(star.opacity, 1)

    for (warm, opacity), alike in groupby(sorted(stars, key=look), key=look):
        path = "".join(_sparkle(star) if star.rays else _dot(star) for star in alike)
        yield f'<path d="{path}" fill="{_WARM if warm else _COLD}" fill-opacity="{opacity}"/>'


def _dot(star: Star) -> str:
    r = star.radius
    turn = f"a{r:.3f} {r:.3f} 0 1 0"
    return f"M{star.x - r:.3f} {star.y:.3f}{turn} {2 * r:.3f} 0{turn} {-2 * r:.3f} 0Z"


def _sparkle(star: Star) -> str:
    """Four rays, hollow between them."""
    x, y, r = star.x, star.y, star.radius
    near = r * 0.09
    tips = [(x, y - r), (x + r * 0.7, y), (x, y + r), (x - r * 0.7, y)]
    said = [f"M{tips[0][0]:.3f} {tips[0][1]:.3f}"]
    for place, (side, way) in enumerate(((1, -1), (1, 1), (-1, 1), (-1, -1))):
        tip_x, tip_y = tips[(place + 1) % 4]
        said.append(f"Q{x + side * near:.3f} {y + way * near:.3f} {tip_x:.3f} {tip_y:.3f}")
    return "".join(said) + "Z"


def _shades(scene: Scene) -> Iterable[str]:
    """Darken a photo without a frame under its words (or lighten it, under dark ones)."""
    if scene.framed:
        return
    sheet, spec = scene.sheet, scene.spec
    lower = [line for line in scene.words if line.box.centre[1] > spec.height_mm / 2]
    upper = [line for line in scene.words if line not in lower]
    for name, lines in (("below", lower), ("above", upper)):
        if not lines:
            continue
        more = _FADE * spec.height_mm
        if name == "below":
            near, far = min(line.box.top for line in lines) - more, sheet.bottom
        else:
            near, far = max(line.box.bottom for line in lines) + more, sheet.top
        tone = "#000000" if sum(rgb(lines[0].colour)) > _HALF_BRIGHT else "#ffffff"
        yield (
            f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="0" x2="0" '
            f'y1="{near:.3f}" y2="{far:.3f}">'
            f'<stop offset="0" stop-color="{tone}" stop-opacity="0"/>'
            f'<stop offset="0.5" stop-color="{tone}" stop-opacity="0.42"/>'
            f'<stop offset="1" stop-color="{tone}" stop-opacity="0.6"/></linearGradient>'
            f'<path d="M{sheet.left:.3f} {near:.3f}H{sheet.right:.3f}V{far:.3f}'
            f'H{sheet.left:.3f}Z" fill="url(#{name})"/>'
        )


def _border(scene: Scene) -> Iterable[str]:
    """A rim of metal: light from the upper left, a dark edge against the photo, a bright line."""
    wide = scene.border_mm
    if not wide:
        return
    colour = scene.border_colour
    stops = ((0, 0.55), (0.28, 0.0), (0.5, 0.42), (0.74, -0.28), (1, 0.1))
    yield '<linearGradient id="metal" x1="0" y1="0" x2="1" y2="1">'
    for place, light in stops:
        yield f'<stop offset="{place}" stop-color="{_shade(colour, light)}"/>'
    yield "</linearGradient>"
    path = f'<path d="{scene.opening.path}" fill="none" stroke-linejoin="round" '
    yield f'{path}stroke="#000000" stroke-opacity="0.1" stroke-width="{wide * 1.7:.3f}"/>'
    yield f'{path}stroke="#000000" stroke-opacity="0.22" stroke-width="{wide * 1.24:.3f}"/>'
    yield f'{path}stroke="url(#metal)" stroke-width="{wide:.3f}"/>'
    bright = _shade(colour, 0.7)
    yield f'{path}stroke="{bright}" stroke-opacity="0.5" stroke-width="{wide * 0.16:.3f}"/>'


def _words(scene: Scene) -> Iterable[str]:
    for line in scene.words:
        yield (
            f'<path d="{line.path}" fill="{line.colour}" '
            f'transform="translate({line.x:.4f} {line.y:.4f}) scale({line.scale:.8f})"/>'
        )


def rgb(colour: str) -> tuple[int, int, int]:
    """Return the parts of a colour such as #c8963e."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _shade(colour: str, light: float) -> str:
    """Mix with white (up to 1) or black (down to -1)."""
    towards = 255 if light > 0 else 0
    mixed = (round(part + (towards - part) * abs(light)) for part in rgb(colour))
    return "#" + "".join(f"{part:02x}" for part in mixed)
