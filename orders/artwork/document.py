"""A design: what a customer chose, as a strict document.

The same choice is always the same document: numbers have four decimals, text is normalised, what
is left out has its default. So two designs are equal when their :func:`canonical` bytes are.
"""

import hashlib
import json
import math
import re
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from foundation.findings import DocumentErrors, Findings

from .contracts import (
    USUAL_NAME,
    USUAL_TEXT,
    VERSION,
    Background,
    BackgroundKind,
    Document,
    Frame,
    FrameKind,
    Lettering,
    Photo,
)
from .spec import PrintSpec
from .typefaces import FONTS

__all__ = [
    "DECIMALS",
    "MAX_NAME",
    "MAX_TEXT",
    "Background",
    "BackgroundKind",
    "Document",
    "Frame",
    "FrameKind",
    "Lettering",
    "Photo",
    "blank",
    "canonical",
    "checksum",
    "digest",
    "read_document",
    "to_json",
]

DECIMALS = 4
MAX_NAME, MAX_TEXT, MAX_LINES, MAX_COLOURS = 40, 200, 6, 3
_SQUARE, _WIDE = 0.9, 1.6
"""From which width, by the height, a format counts as square and as wide."""
_STRAYS = 5
"""Unknown keys named in one object; a stranger may send a million."""
_COLOUR = re.compile(r"#[0-9a-f]{6}")
# Joiners, variation selectors and tags make up emoji and join letters; other format characters
# (bidi overrides among them) change what is read without being seen.
_KEPT_FORMATS = re.compile("[\u200c\u200d\U000e0020-\U000e007f]")


def blank(photo_id: UUID | str, *, spec: PrintSpec | None = None) -> Document:
    """Return the design that a customer starts with: made for a format, or for a portrait one.

    On formats about as wide as high the frame leaves room for the words below it; on wide ones,
    such as a mug's, the name stands to its left and the text to its right.
    """
    photo = Photo(id=str(UUID(str(photo_id))))
    if spec is None or spec.width_mm < _SQUARE * spec.height_mm:
        return Document(photo=photo)
    if spec.width_mm < _WIDE * spec.height_mm:
        return Document(
            photo=photo,
            frame=Frame(size=0.74),
            name=replace(USUAL_NAME, size=0.11, y=0.855),
            text=replace(USUAL_TEXT, size=0.034, y=0.95),
        )
    frame = Frame(size=0.84)
    beside = round((1 - frame.size * spec.height_mm / spec.width_mm) / 4, DECIMALS)
    return Document(
        photo=photo,
        frame=frame,
        name=replace(USUAL_NAME, size=0.22, x=beside, y=0.5),
        text=replace(USUAL_TEXT, size=0.06, x=round(1 - beside, DECIMALS), y=0.5),
    )


def to_json(document: Document) -> dict[str, Any]:
    """Return the document as it is stored."""
    written = asdict(document)
    written["background"]["colours"] = list(document.background.colours)
    return written


def canonical(document: Document) -> bytes:
    """Return the one spelling of a design: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        to_json(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def checksum(document: Document) -> int:
    """Return the CRC32 of the canonical bytes: quick to compare, not enough to be equal."""
    return zlib.crc32(canonical(document))


def digest(document: Document) -> str:
    """Return the SHA-256 of the canonical bytes in hexadecimal: equal for equal designs only."""
    return hashlib.sha256(canonical(document)).hexdigest()


def read_document(data: Any) -> Document:
    """Read a design from JSON values.

    Only the photo must be said; everything else has a default. Raises
    :class:`~foundation.findings.DocumentErrors` with everything that is wrong, each at its place.
    """
    findings = Findings(DocumentErrors)
    document = _Reader(findings).document(data)
    findings.raise_if_any()
    return document


_Choice = TypeVar("_Choice", bound=StrEnum)


class _Reader:
    """Reads objects at their place. What cannot be read becomes its default, which stays inside."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def document(self, raw: Any) -> Document:
        data = self._object("", raw, ("version", "photo", "frame", "background", "name", "text"))
        version = data.get("version", VERSION)
        if isinstance(version, bool) or version != VERSION:
            self._findings.add("version", f"Enter {VERSION}: other versions are not known.")
        return Document(
            photo=self._photo(data.get("photo")),
            frame=self._frame(data.get("frame", {})),
            background=self._background(data.get("background", {})),
            name=self._lettering("name", data.get("name", {}), USUAL_NAME, most=MAX_NAME),
            text=self._lettering("text", data.get("text", {}), USUAL_TEXT, most=MAX_TEXT),
        )

    def _photo(self, raw: Any) -> Photo:
        data = self._object("photo", raw, ("id", "x", "y", "zoom", "rotation"))
        rotation = self._number("photo.rotation", data.get("rotation", 0.0), -360.0, 360.0)
        return Photo(
            id=self._id("photo.id", data.get("id")),
            x=self._number("photo.x", data.get("x", 0.0), -2.0, 2.0),
            y=self._number("photo.y", data.get("y", 0.0), -2.0, 2.0),
            zoom=self._number("photo.zoom", data.get("zoom", 1.0), 1.0, 8.0),
            rotation=_turned(rotation),
        )

    def _frame(self, raw: Any) -> Frame:
        data = self._object("frame", raw, ("kind", "size", "border", "colour"))
        usual = Frame()
        return Frame(
            kind=self._choice("frame.kind", data.get("kind", usual.kind), FrameKind, usual.kind),
            size=self._number("frame.size", data.get("size", usual.size), 0.2, 1.0),
            border=self._number("frame.border", data.get("border", usual.border), 0.0, 0.06),
            colour=self._colour("frame.colour", data.get("colour", usual.colour)),
        )

    def _background(self, raw: Any) -> Background:
        data = self._object("background", raw, ("kind", "colours"))
        usual = Background()
        given = data.get("colours", usual.colours)
        colours = usual.colours
        if isinstance(given, list | tuple) and 1 <= len(given) <= MAX_COLOURS:
            colours = tuple(
                self._colour(f"background.colours.{place}", colour)
                for place, colour in enumerate(given)
            )
        else:
            self._findings.add(
                "background.colours", f"Enter a list of one to {MAX_COLOURS} colours."
            )
        kind = data.get("kind", usual.kind)
        return Background(
            self._choice("background.kind", kind, BackgroundKind, usual.kind), colours
        )

    def _lettering(self, place: str, raw: Any, usual: Lettering, *, most: int) -> Lettering:
        data = self._object(place, raw, ("text", "font", "colour", "size", "x", "y"))
        font = data.get("font", usual.font)
        if not isinstance(font, str) or font not in FONTS:
            self._findings.add(f"{place}.font", f"Choose one of: {', '.join(FONTS)}.")
            font = usual.font
        return Lettering(
            text=self._words(f"{place}.text", data.get("text", ""), most),
            font=font,
            colour=self._colour(f"{place}.colour", data.get("colour", usual.colour)),
            size=self._number(f"{place}.size", data.get("size", usual.size), 0.01, 0.5),
            x=self._number(f"{place}.x", data.get("x", usual.x), 0.0, 1.0),
            y=self._number(f"{place}.y", data.get("y", usual.y), 0.0, 1.0),
        )

    def _words(self, place: str, raw: Any, most: int) -> str:
        if not isinstance(raw, str):
            self._findings.add(place, "Enter a text.")
            return ""
        # Before anything costs time: a stranger may send megabytes.
        if len(raw) > 2 * most:
            self._findings.add(place, _too_long(len(raw), most))
            return ""
        try:
            raw.encode()
        except UnicodeEncodeError:
            self._findings.add(place, "Enter a text without half a surrogate pair.")
            return ""
        text = _tidy(raw, lines=place.startswith("text"))
        if len(text) > most:
            self._findings.add(place, _too_long(len(text), most))
        elif text.count("\n") >= MAX_LINES:
            self._findings.add(place, f"Enter at most {MAX_LINES} lines.")
        return text

    def _object(self, place: str, raw: Any, keys: tuple[str, ...]) -> dict[str, Any]:
        """Return what an object says under these keys; null says nothing."""
        if not isinstance(raw, Mapping):
            self._findings.add(place, f"Enter an object with {', '.join(keys)}.")
            return {}
        for key in islice((key for key in raw if key not in keys), _STRAYS):
            self._findings.add(
                f"{place}.{str(key)[:40]}".lstrip("."),
                f"Leave it out: known here are {', '.join(keys)}.",
            )
        return {key: raw[key] for key in keys if raw.get(key) is not None}

    def _id(self, place: str, raw: Any) -> str:
        try:
            return str(UUID(raw if isinstance(raw, str) else ""))
        except ValueError:
            self._findings.add(place, "Enter the id of a photo.")
            return ""

    def _choice(self, place: str, raw: Any, choices: type[_Choice], usual: _Choice) -> _Choice:
        known = [str(choice) for choice in choices]
        if isinstance(raw, str) and raw in known:
            return choices(raw)
        self._findings.add(place, f"Choose one of: {', '.join(known)}.")
        return usual

    def _colour(self, place: str, raw: Any) -> str:
        if isinstance(raw, str) and _COLOUR.fullmatch(raw.lower()):
            return raw.lower()
        self._findings.add(place, "Enter a colour such as #c8963e.")
        return "#000000"

    def _number(self, place: str, raw: Any, least: float, most: float) -> float:
        if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
            try:
                # Adding nought makes minus nought nought.
                number = round(float(raw), DECIMALS) + 0.0
            except OverflowError:
                number = math.inf
            if least <= number <= most:
                return number
        self._findings.add(place, f"Enter a number from {least:g} to {most:g}.")
        return least


def _turned(degrees: float) -> float:
    """Return the same turn as more than -180 and at most 180 degrees."""
    turned = round(degrees % 360.0, DECIMALS)
    return (turned - 360.0 if turned > 180.0 else turned) + 0.0  # noqa: PLR2004 -- half a turn


def _too_long(length: int, most: int) -> str:
    return f"Shorten it to {most} characters: there are {length:,}."


def _tidy(raw: str, *, lines: bool) -> str:
    """Return the text as it is drawn: composed, without what is not seen, single spaces."""
    text = unicodedata.normalize("NFC", re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", raw))
    text = "".join(
        letter
        for letter in text
        if letter in "\n\t"
        or unicodedata.category(letter) not in {"Cc", "Cf"}
        or _KEPT_FORMATS.match(letter)
    )
    kept = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join(kept).strip("\n") if lines else " ".join(kept).strip()
