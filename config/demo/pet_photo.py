"""The photo that pictures are measured with: a synthetic cat, the same each time."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from foundation.untrusted.api import libvips

if TYPE_CHECKING:
    from pathlib import Path

WIDTH, HEIGHT = 3000, 4000
QUALITY = 92
_VIEW = 'viewBox="0 0 600 800"'
_HAIRS = 5200
_WALL = (
    '<defs><linearGradient id="wall" x1="0" y1="0" x2="0.4" y2="1">'
    '<stop offset="0" stop-color="#9fb6b0"/><stop offset="0.62" stop-color="#cfd3c2"/>'
    '<stop offset="0.63" stop-color="#a98865"/><stop offset="1" stop-color="#7d5f45"/>'
    '</linearGradient><radialGradient id="iris"><stop offset="0.3" stop-color="#d9c24a"/>'
    '<stop offset="1" stop-color="#6f7d2c"/></radialGradient></defs>'
    '<rect width="600" height="800" fill="url(#wall)"/>'
)
_HEAD = (
    '<path d="M150 800C120 620 190 520 300 520S480 620 450 800Z" fill="#8a5a34"/>'
    '<path d="M165 300L150 120L270 205ZM435 300L450 120L330 205Z" fill="#7c4f2d"/>'
    '<path d="M178 270L170 160L245 212ZM422 270L430 160L355 212Z" fill="#d9a08c"/>'
    '<ellipse cx="300" cy="345" rx="165" ry="150" fill="#9a6538"/>'
)
_MOUTH = (
    '<path d="M282 392L318 392L300 412Z" fill="#c9736d"/>'
    '<path d="M300 412V428M300 428C288 444 270 442 262 432M300 428C312 444 330 442 338 432" '
    'fill="none" stroke="#5b3a2a" stroke-width="3" stroke-linecap="round"/>'
)


def write_photo(path: Path, *, width: int = WIDTH, height: int = HEIGHT) -> Path:
    """Write a JPEG of so many pixels: soft background, fur of thousands of hairs, a sensor's noise.

    Noise alone would compress like nothing a camera sees, plain colours like nothing either.
    """
    image = libvips().Image
    drawn = image.svgload_buffer(_portrait(width, height)).flatten(background=[128, 128, 128])
    noise = image.gaussnoise(width, height, sigma=3.5, mean=0.0, seed=7)
    soft = drawn.gaussblur(max(0.3, width / 2600))
    (soft + noise).cast("uchar").copy(interpretation="srgb").jpegsave(str(path), Q=QUALITY)
    return path


def _portrait(width: int, height: int) -> bytes:
    chance = random.Random(5)  # noqa: S311 -- the same hairs each time
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {_VIEW}>',
        _WALL,
        *_lights(chance),
        _HEAD,
        *_fur(chance),
        '<ellipse cx="300" cy="420" rx="72" ry="52" fill="#f1e4d3"/>',
        *(_eye(x) for x in (232, 368)),
        _MOUTH,
        *_whiskers(chance),
        "</svg>",
    ]
    return "".join(parts).encode()


def _lights(chance: random.Random) -> list[str]:
    return [
        f'<circle cx="{chance.uniform(0, 600):.1f}" cy="{chance.uniform(0, 460):.1f}" '
        f'r="{chance.uniform(8, 46):.1f}" fill="#fff6d8" '
        f'fill-opacity="{chance.uniform(0.05, 0.2):.2f}"/>'
        for _ in range(60)
    ]


def _fur(chance: random.Random) -> list[str]:
    hairs = []
    for _ in range(_HAIRS):
        in_face = chance.random() < 0.6  # noqa: PLR2004 -- more of them where one looks
        turn, far = chance.uniform(0, 6.2832), chance.random() ** 0.5
        middle_x, middle_y, across, down = (300, 345, 165, 150) if in_face else (300, 700, 150, 180)
        x = middle_x + across * far * math.cos(turn)
        y = middle_y + down * far * math.cos(turn - 1.5708)
        out_x, out_y = (x - middle_x) * 0.12, abs(y - middle_y) * 0.05 + 9
        tone = chance.choice(("#b9824c", "#6f4423", "#d5a56d", "#54341c", "#a36d3d", "#e3bf8f"))
        hairs.append(
            f'<path d="M{x:.1f} {y:.1f}q{out_x:.1f} {out_y / 2:.1f} '
            f'{out_x + chance.uniform(-4, 4):.1f} {out_y:.1f}" fill="none" stroke="{tone}" '
            f'stroke-width="{chance.uniform(0.4, 1.5):.2f}" stroke-opacity="0.75"/>'
        )
    return hairs


def _eye(x: int) -> str:
    return (
        f'<circle cx="{x}" cy="335" r="31" fill="#2a1a10"/>'
        f'<circle cx="{x}" cy="335" r="27" fill="url(#iris)"/>'
        f'<ellipse cx="{x}" cy="335" rx="9" ry="21" fill="#0d0a08"/>'
        f'<circle cx="{x - 8}" cy="324" r="6" fill="#ffffff"/>'
    )


def _whiskers(chance: random.Random) -> list[str]:
    drawn: list[str] = []
    for side in (-1, 1):
        for _ in range(7):
            x, y = 300 + side * chance.uniform(40, 62), chance.uniform(404, 436)
            drawn.append(
                f'<path d="M{x:.1f} {y:.1f}q{side * 70} {chance.uniform(-30, 4):.1f} '
                f'{side * 150} {chance.uniform(-22, 42):.1f}" fill="none" stroke="#fffaf0" '
                'stroke-width="1.1" stroke-opacity="0.85"/>'
            )
    return drawn
