"""Words on PDFs of ours: in whatever script a customer writes their name.

Letters of Western Europe are set in Helvetica, which every viewer has, so that they can be searched
and copied. All others are drawn as outlines of the bundled fonts, shaped as in prints; Chinese,
Japanese and Korean, which none of them has, in the fonts that PDF viewers bring for them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from orders.artwork.text import EM, missing_letters, outline

FONT: Final = "Helvetica"
BOLD: Final = "Helvetica-Bold"
_OURS: Final = "open-sans"
_LOST: Final = "?"
_CHINESE: Final = "STSong-Light"
_PATH = re.compile(r"([MLQCZ])([^MLQCZ]*)")
# The first whose letters are in a part sets it.
_EASTERN: Final = (
    (re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), "HYSMyeongJo-Medium"),
    (re.compile("[\u3040-\u30ff]"), "HeiseiMin-W3"),
    (re.compile("[\u2e80-\u2fdf\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"), _CHINESE),
)
_EAST: Final = re.compile(f"((?:{'|'.join(letters.pattern for letters, _ in _EASTERN)})+)")


def write(  # noqa: PLR0913 -- what a word on paper has, all by keyword
    canvas: Any,
    text: str,
    *,
    x: float,
    y: float,
    size: float,
    bold: bool = False,
    right: bool = False,
) -> None:
    """Write one line with its baseline at a point; ``right``: it ends there."""
    if right:
        x -= width_of(text, size=size, bold=bold)
    for part, font in _runs(tidy(text), bold=bold):
        if font:
            canvas.setFont(font, size)
            canvas.drawString(x, y, part)
        else:
            _draw(canvas, part, x, y, size / EM)
        x += _width(part, font, size)


def width_of(text: str, *, size: float, bold: bool = False) -> float:
    """Return how wide a line is, in points."""
    return sum(_width(part, font, size) for part, font in _runs(tidy(text), bold=bold))


def _width(part: str, font: str, size: float) -> float:
    if font:
        return float(pdfmetrics.stringWidth(part, font, size))
    return outline(part, font=_OURS).width * size / EM


def wrapped(text: str, *, width: float, size: float, bold: bool = False) -> Iterator[str]:
    """Break a text into lines that fit; a word that is too long alone is cut."""
    line = ""
    for word in tidy(text).split():
        longer = f"{line} {word}" if line else word
        if width_of(longer, size=size, bold=bold) <= width:
            line = longer
            continue
        if line:
            yield line
        *cut, line = _cut(word, width=width, size=size, bold=bold)
        yield from cut
    if line:
        yield line


def _cut(word: str, *, width: float, size: float, bold: bool) -> list[str]:
    """Cut a word into pieces that fit."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size=size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def fitted(text: str, *, width: float, size: float, bold: bool = False) -> str:
    """Return a text cut to one line."""
    if width_of(text, size=size, bold=bold) <= width:
        return text
    while text and width_of(f"{text}...", size=size, bold=bold) > width:
        text = text[:-1]
    return f"{text.rstrip()}..."


def tidy(text: str) -> str:
    """Return a text without what has no place in a line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _runs(text: str, *, bold: bool) -> Iterator[tuple[str, str]]:
    """Cut a line into parts, each with the font that sets it; empty: it is drawn."""
    for part in _EAST.split(text):
        font = _font_of(part, bold=bold)
        if part:
            yield (part if font else _drawable(part)), font


def _font_of(part: str, *, bold: bool) -> str:
    try:
        part.encode("cp1252")
    except UnicodeEncodeError:
        name = next((font for letters, font in _EASTERN if letters.search(part)), "")
        if name:
            _register(name)
        return name
    return BOLD if bold else FONT


@lru_cache(maxsize=len(_EASTERN))
def _register(name: str) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(name))


def _drawable(text: str) -> str:
    """Replace what no font of ours has, so that it is seen that something is missing."""
    for letter in missing_letters(text, font=_OURS):
        text = text.replace(letter, _LOST)
    return text


def _draw(canvas: Any, text: str, x: float, y: float, scale: float) -> None:
    path = canvas.beginPath()
    at = (0.0, 0.0)
    for command, said in _PATH.findall(outline(text, font=_OURS).path):
        numbers = [float(number) for number in said.split()]
        # Outlines grow downwards, pages upwards.
        points = [
            (x + left * scale, y - down * scale)
            for left, down in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        match command:
            case "M":
                path.moveTo(*points[0])
            case "L":
                path.lineTo(*points[0])
            case "Q":
                path.curveTo(*_raised(at, *points))
            case "C":
                path.curveTo(*(part for point in points for part in point))
            case _:
                path.close()
        if points:
            at = points[-1]
    canvas.drawPath(path, stroke=0, fill=1)


def _raised(
    start: tuple[float, float], middle: tuple[float, float], end: tuple[float, float]
) -> tuple[float, ...]:
    """Write a quadratic curve as a cubic one, which is all that PDF has."""
    first = [a + 2 / 3 * (b - a) for a, b in zip(start, middle, strict=True)]
    second = [c + 2 / 3 * (b - c) for b, c in zip(middle, end, strict=True)]
    return (*first, *second, *end)
