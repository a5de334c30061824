"""Words as outlines: the same at every resolution, because no size is known here.

A line is cut into clusters (what a reader takes for one letter), ordered by the bidirectional
algorithm, given to the first font that has all of a cluster, and shaped by HarfBuzz. What comes
out is one path in thousandths of an em. No font of the machine is ever asked.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any

import uharfbuzz as hb
from bidi import algorithm as bidi

from .typefaces import EMOJI, FONTS, HELPERS

EM = 1000
"""Units of an em in outlines."""
_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)
_KEYCAP = "\u20e3"


@dataclass(frozen=True, slots=True)
class Outline:
    """One line, from the start of its baseline; y grows downwards; all in thousandths of an em.

    ``left`` to ``bottom`` enclose the ink (all 0 where there is none).
    """

    path: str
    width: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _Font:
    font: Any
    letters: frozenset[int]
    scale: float


@dataclass(frozen=True, slots=True)
class _Cluster:
    text: str
    font: Path
    level: int


def missing_letters(text: str, *, font: str) -> list[str]:
    """Return what no bundled font can draw, each once, in the order of the text."""
    lost = [cluster for cluster in _clusters(text) if _font_of(cluster, FONTS[font].path) is None]
    return list(dict.fromkeys(lost))


@lru_cache(maxsize=512)
def outline(text: str, *, font: str) -> Outline:
    """Draw one line. A letter that no font has is left out (see :func:`missing_letters`)."""
    pen = _Pen()
    for run in _visual_runs(text, FONTS[font].path):
        _shape(run, pen)
    return pen.outline()


@lru_cache(maxsize=16)
def cap_height(font: str) -> float:
    """Return how high a capital stands over the baseline, in thousandths of an em."""
    return -outline("H", font=font).top


def _clusters(text: str) -> Iterator[str]:
    """Cut a line into what belongs together: marks, joined emoji, flags, tags, skin tones."""
    cluster = ""
    for letter in text:
        if cluster and _continues(cluster, letter):
            cluster += letter
            continue
        if cluster:
            yield cluster
        # A joiner or mark with nothing before it joins nothing.
        cluster = "" if unicodedata.bidirectional(letter) == "BN" else letter
    if cluster:
        yield cluster


def _continues(cluster: str, letter: str) -> bool:
    code = ord(letter)
    if code in _FLAGS:
        return len(cluster) == 1 and ord(cluster) in _FLAGS
    return (
        unicodedata.category(letter).startswith("M")
        or unicodedata.bidirectional(letter) == "BN"
        or code in _SKIN
        or code in _TAGS
        or letter == _KEYCAP
        or (cluster.endswith(_JOINER) and unicodedata.category(letter) == "So")
    )


def _visual_runs(text: str, chosen: Path) -> Iterator[list[_Cluster]]:
    """Yield runs of one font and one direction from left to right, each in reading order."""
    clusters = list(_clusters(text))
    placed: list[_Cluster] = []
    for cluster, level in zip(clusters, _levels("".join(c[0] for c in clusters)), strict=True):
        font = _font_of(cluster, chosen)
        if font is None:
            continue
        if cluster == " " and placed and placed[-1].font != EMOJI:
            font = placed[-1].font
        placed.append(_Cluster(cluster, font, level))
    runs = [list(run) for _, run in groupby(placed, key=lambda one: (one.font, one.level))]
    highest = max((run[0].level for run in runs), default=0)
    # Rule L2 of the algorithm, over runs instead of letters: shaping reverses inside them.
    for level in range(highest, 0, -1):
        ordered: list[list[_Cluster]] = []
        for inside, group in groupby(runs, key=partial(_reaches, level)):
            alike = list(group)
            ordered += reversed(alike) if inside else alike
        runs = ordered
    yield from runs


def _reaches(level: int, run: list[_Cluster]) -> bool:
    return run[0].level >= level


def _levels(heads: str) -> list[int]:
    """Return each letter's embedding level; even ones run to the right."""
    base = bidi.get_base_level(heads)
    storage: dict[str, Any] = bidi.get_empty_storage()
    storage |= {"base_level": base, "base_dir": "LR"[base]}
    bidi.get_embedding_levels(heads, storage)
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    bidi.resolve_neutral_types(storage, debug=False)
    bidi.resolve_implicit_levels(storage, debug=False)
    return [letter["level"] for letter in storage["chars"]]


def _font_of(cluster: str, chosen: Path) -> Path | None:
    wanted = [letter for letter in cluster if not _is_silent(letter)]
    first = (EMOJI,) if _EMOJI_STYLE in cluster or _KEYCAP in cluster else ()
    asked: tuple[Path, ...] = (*first, chosen, *HELPERS)
    for path in asked:
        if all(_has(_load(path).letters, letter) for letter in wanted):
            return path
    return None


def _has(letters: frozenset[int], letter: str) -> bool:
    """Tell whether a font draws a letter, if need be from its parts as HarfBuzz does."""
    parts = unicodedata.normalize("NFD", letter)
    return ord(letter) in letters or (
        parts != letter and all(ord(part) in letters for part in parts)
    )


def _is_silent(letter: str) -> bool:
    return unicodedata.bidirectional(letter) == "BN" or 0xFE00 <= ord(letter) <= 0xFE0F  # noqa: PLR2004 -- variation selectors


@lru_cache(maxsize=32)
def _load(path: Path) -> _Font:
    face = hb.Face(hb.Blob.from_file_path(str(path)))
    return _Font(hb.Font(face), frozenset(face.unicodes), EM / face.upem)


def _shape(run: list[_Cluster], pen: "_Pen") -> None:
    loaded = _load(run[0].font)
    buffer = hb.Buffer()
    buffer.add_str("".join(cluster.text for cluster in run))
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if run[0].level % 2 else "ltr"
    hb.shape(loaded.font, buffer)
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        for command, points in _glyph(run[0].font, info.codepoint):
            pen.draw(
                command,
                [
                    (
                        pen.x + (x + position.x_offset) * loaded.scale,
                        -(y + position.y_offset) * loaded.scale,
                    )
                    for x, y in points
                ],
            )
        pen.x += position.x_advance * loaded.scale


@lru_cache(maxsize=4096)
def _glyph(path: Path, glyph: int) -> tuple[tuple[str, tuple[tuple[float, float], ...]], ...]:
    recorder = _Recorder()
    _load(path).font.draw_glyph_with_pen(glyph, recorder)
    return tuple(recorder.commands)


class _Recorder:
    """Takes a glyph's outline as HarfBuzz tells it; the names are its protocol."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, tuple[tuple[float, float], ...]]] = []

    def moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 -- the protocol's
        self.commands.append(("M", (point,)))

    def lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802 -- the protocol's
        self.commands.append(("L", (point,)))

    def qCurveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802 -- the protocol's
        self.commands.append(("Q", points))

    def curveTo(self, *points: tuple[float, float]) -> None:  # noqa: N802 -- the protocol's
        self.commands.append(("C", points))

    def closePath(self) -> None:  # noqa: N802 -- the protocol's
        self.commands.append(("Z", ()))

    def endPath(self) -> None:  # noqa: N802 -- the protocol's
        """Nothing to do: contours of fonts are closed."""


class _Pen:
    """Writes path data and remembers its points."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.x = 0.0
        self.points: list[tuple[float, float]] = []

    def draw(self, command: str, points: list[tuple[float, float]]) -> None:
        self.path.append(command + " ".join([f"{x:.1f} {y:.1f}" for x, y in points]))
        self.points += points

    def outline(self) -> Outline:
        """Return what was drawn."""
        if not self.points:
            return Outline("", round(self.x, 1), 0.0, 0.0, 0.0, 0.0)
        across, down = [x for x, _ in self.points], [y for _, y in self.points]
        box = (min(across), min(down), max(across), max(down))
        return Outline("".join(self.path), round(self.x, 1), *box)
