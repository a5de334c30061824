"""Words set on a format: sizes, lines and places in millimetres."""

from collections.abc import Iterable
from dataclasses import dataclass

from .document import Lettering
from .shapes import Box
from .spec import PrintSpec
from .text import EM, Outline, cap_height, outline

_LEADING = 1.35
"""From baseline to baseline, by the size."""
_TALLEST = 0.34
"""What a block may take of the format's height before its letters shrink."""
_NARROWEST = 0.25
_SMALLER = 0.95
_STEPS = 80


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line in place: path data in units of ``scale`` millimetres, and what its ink encloses."""

    path: str
    x: float
    y: float
    scale: float
    colour: str
    box: Box


def set_words(words: Lettering, spec: PrintSpec, *, wrapped: bool) -> tuple[SetLine, ...]:
    """Set words around their place: centred, inside the safe area, smaller where need be.

    ``wrapped``: lines that are too long are broken between words, into lines of about one length.
    """
    if not words.text:
        return ()
    safe = Box(0.0, 0.0, spec.width_mm, spec.height_mm).grown(-spec.safe_mm)
    size = words.size * spec.shorter_mm
    # As wide as it may be around its place; near an edge it is shifted instead.
    widest = max(
        2 * min(words.x, 1 - words.x) * spec.width_mm - 2 * spec.safe_mm, _NARROWEST * safe.width
    )
    lines = _drawn(words, words.text.split("\n"))
    for _ in range(_STEPS):
        if wrapped:
            lines = _drawn(words, _wrapped(words, widest * EM / size))
        if _height(lines, size) <= _TALLEST * spec.height_mm and (
            not wrapped or _width(lines, size) <= widest
        ):
            break
        size *= _SMALLER
    size *= min(1.0, widest / max(_width(lines, size), 1e-9))
    return _placed(words, spec, lines, size, safe)


def _drawn(words: Lettering, texts: Iterable[str]) -> list[Outline]:
    return [outline(text, font=words.font) for text in texts]


def _width(lines: list[Outline], size: float) -> float:
    return max(line.right - line.left for line in lines) * size / EM


def _height(lines: list[Outline], size: float) -> float:
    return ((len(lines) - 1) * _LEADING + 1.0) * size


def _wrapped(words: Lettering, limit: float) -> list[str]:
    """Break each line of the text into as few as fit, then make them about equally long."""
    space = outline(" ", font=words.font).width
    broken: list[str] = []
    for line in words.text.split("\n"):
        pieces = [(piece, outline(piece, font=words.font).width) for piece in line.split(" ")]
        best = _filled(pieces, space, limit)
        low, high = 0.0, limit
        # Narrower as long as the lines stay as many.
        for _ in range(12):
            middle = (low + high) / 2
            tried = _filled(pieces, space, middle)
            if len(tried) > len(best):
                low = middle
            else:
                high, best = middle, tried
        broken += best
    return broken


def _filled(pieces: list[tuple[str, float]], space: float, limit: float) -> list[str]:
    lines: list[str] = []
    current, length = "", 0.0
    for piece, width in pieces:
        if current and length + space + width > limit:
            lines.append(current)
            current, length = piece, width
        else:
            length = length + space + width if current else width
            current = f"{current} {piece}" if current else piece
    return [*lines, current]


def _placed(
    words: Lettering, spec: PrintSpec, lines: list[Outline], size: float, safe: Box
) -> tuple[SetLine, ...]:
    scale = size / EM
    leading = _LEADING * size
    middle = words.y * spec.height_mm
    first = middle + (cap_height(words.font) * scale - (len(lines) - 1) * leading) / 2
    placed = []
    for place, line in enumerate(lines):
        x = words.x * spec.width_mm - (line.left + line.right) / 2 * scale
        y = first + place * leading
        box = Box(
            x + line.left * scale,
            y + line.top * scale,
            x + line.right * scale,
            y + line.bottom * scale,
        )
        placed.append((line, x, y, box))
    aside = _into(
        min(p[3].left for p in placed), max(p[3].right for p in placed), safe.left, safe.right
    )
    down = _into(
        min(p[3].top for p in placed), max(p[3].bottom for p in placed), safe.top, safe.bottom
    )
    return tuple(
        SetLine(
            line.path,
            x + aside,
            y + down,
            scale,
            words.colour,
            Box(box.left + aside, box.top + down, box.right + aside, box.bottom + down),
        )
        for line, x, y, box in placed
        if line.path
    )


def _into(low: float, high: float, least: float, most: float) -> float:
    """Return the shift that brings a stretch from low to high between least and most."""
    return least - low if low < least else min(0.0, most - high)
