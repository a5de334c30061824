"""Designs as documents: one spelling for each, and each mistake at its place."""

import json
import math
import zlib
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.findings import DocumentErrors
from orders.artwork.document import (
    Background,
    BackgroundKind,
    Document,
    Frame,
    FrameKind,
    Lettering,
    Photo,
    blank,
    canonical,
    checksum,
    digest,
    read_document,
    to_json,
)
from orders.artwork.typefaces import FONTS

from .conftest import PHOTO_ID

ID = str(PHOTO_ID)
WHOLE = {
    "version": 1,
    "photo": {"id": ID.upper(), "x": 0.123449, "y": -0.5, "zoom": 2, "rotation": 270},
    "frame": {"kind": "heart", "size": 0.7, "border": 0, "colour": "#C8963E"},
    "background": {"kind": "gradient", "colours": ["#FFFFFF", "#000000", "#abcdef"]},
    "name": {
        "text": "  Bella\t the\u202e cat\n",
        "font": "caveat",
        "colour": "#010203",
        "size": 0.2,
        "x": 0.4,
        "y": 0.9,
    },
    "text": {"text": "Cafe\u0301\r\n\r\n 2019 ", "font": "baloo", "size": 0.05},
}


def errors(data: Any) -> dict[str, str]:
    with pytest.raises(DocumentErrors) as caught:
        read_document(data)
    return caught.value.errors


def test_a_whole_document_is_read() -> None:
    assert read_document(WHOLE) == Document(
        photo=Photo(id=ID, x=0.1234, y=-0.5, zoom=2.0, rotation=-90.0),
        frame=Frame(FrameKind.HEART, 0.7, 0.0, "#c8963e"),
        background=Background(BackgroundKind.GRADIENT, ("#ffffff", "#000000", "#abcdef")),
        name=Lettering("Bella the cat", "caveat", "#010203", 0.2, 0.4, 0.9),
        text=Lettering("Café\n\n2019", "baloo", "#e8dcc0", 0.05, 0.5, 0.935),
        version=1,
    )


def test_only_the_photo_must_be_said() -> None:
    assert read_document({"photo": {"id": ID}}) == blank(PHOTO_ID) == blank(ID)


def test_what_is_written_is_read_again() -> None:
    document = read_document(WHOLE)
    assert read_document(to_json(document)) == document
    assert read_document(json.loads(canonical(document))) == document


def test_the_canonical_bytes_of_the_first_design() -> None:
    """They are in databases: should they ever change, a version must tell."""
    said = canonical(blank(PHOTO_ID))
    assert said == (
        b'{"background":{"colours":["#1d2b53","#4a2b6b"],"kind":"night"},'
        b'"frame":{"border":0.012,"colour":"#c8963e","kind":"star","size":0.86},'
        b'"name":{"colour":"#ffffff","font":"pacifico","size":0.13,"text":"","x":0.5,"y":0.84},'
        b'"photo":{"id":"' + ID.encode() + b'","rotation":0.0,"x":0.0,"y":0.0,"zoom":1.0},'
        b'"text":{"colour":"#e8dcc0","font":"comfortaa","size":0.036,"text":"","x":0.5,"y":0.935},'
        b'"version":1}'
    )
    assert checksum(blank(PHOTO_ID)) == zlib.crc32(said)
    assert digest(blank(PHOTO_ID)) == sha256(said).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        {"photo": {"id": ID.replace("-", ""), "zoom": 1, "x": 0, "y": -0.0}},
        {"photo": {"id": f"{{{ID}}}", "zoom": Decimal("1.00001"), "rotation": 360}},
        {"photo": {"id": ID, "rotation": -360.0}, "text": None, "name": {"text": "\u200b \n"}},
        {"photo": {"id": ID}, "frame": {"colour": "#C8963E", "size": 0.860049}},
    ],
)
def test_the_same_design_has_the_same_bytes_however_it_was_written(other: Any) -> None:
    assert canonical(read_document(other)) == canonical(blank(PHOTO_ID))


@given(st.floats(-2, 2), st.floats(1, 8), st.floats(-360, 360))
def test_numbers_keep_their_spelling_when_they_are_read_again(
    x: float, zoom: float, rotation: float
) -> None:
    data = {"photo": {"id": ID, "x": x, "zoom": zoom, "rotation": rotation}}
    once = read_document(data)
    again = read_document(json.loads(canonical(once), parse_float=Decimal))
    assert canonical(again) == canonical(once)
    assert -180 < once.photo.rotation <= 180
    assert math.isclose(
        math.cos(math.radians(once.photo.rotation)), math.cos(math.radians(rotation)), abs_tol=1e-5
    )


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert errors(
        {
            "version": 2,
            "photo": {"id": "../../etc/passwd", "x": True, "zoom": 0.5, "rotation": "90"},
            "frame": {"kind": "moon", "size": 1e999, "border": float("nan"), "colour": "red"},
            "background": {"kind": 1, "colours": ["#12345", "url(#x)"], "image": "http://x"},
            "name": {"text": 5, "font": "/etc/fonts", "colour": '"/><script>', "size": 0},
            "text": ["a"],
            "script": "x",
        }
    ) == {
        "version": "Enter 1: other versions are not known.",
        "photo.id": "Enter the id of a photo.",
        "photo.x": "Enter a number from -2 to 2.",
        "photo.zoom": "Enter a number from 1 to 8.",
        "photo.rotation": "Enter a number from -360 to 360.",
        "frame.kind": "Choose one of: star, circle, heart, arch, none.",
        "frame.size": "Enter a number from 0.2 to 1.",
        "frame.border": "Enter a number from 0 to 0.06.",
        "frame.colour": "Enter a colour such as #c8963e.",
        "background.kind": "Choose one of: plain, gradient, night.",
        "background.colours.0": "Enter a colour such as #c8963e.",
        "background.colours.1": "Enter a colour such as #c8963e.",
        "background.image": "Leave it out: known here are kind, colours.",
        "name.text": "Enter a text.",
        "name.font": f"Choose one of: {', '.join(FONTS)}.",
        "name.colour": "Enter a colour such as #c8963e.",
        "name.size": "Enter a number from 0.01 to 0.5.",
        "text": "Enter an object with text, font, colour, size, x, y.",
        "script": "Leave it out: known here are version, photo, frame, background, name, text.",
    }


@pytest.mark.parametrize("data", [None, [], "text", 5, {}])
def test_what_is_no_design_is_refused(data: Any) -> None:
    assert "photo.id" in errors(data) or "" in errors(data)


@pytest.mark.parametrize(
    ("part", "text", "said"),
    [
        ("name", "x" * 5_000, "Shorten it to 40 characters: there are 5,000."),
        ("name", "x" * 41, "Shorten it to 40 characters: there are 41."),
        ("text", "x" * 5_000, "Shorten it to 200 characters: there are 5,000."),
        ("text", "x " * 101 + "y", "Shorten it to 200 characters: there are 203."),
        ("text", "\n".join("abcdefg"), "Enter at most 6 lines."),
        ("name", "half \ud83d", "Enter a text without half a surrogate pair."),
    ],
)
def test_text_has_limits(part: str, text: str, said: str) -> None:
    assert errors({"photo": {"id": ID}, part: {"text": text}}) == {f"{part}.text": said}


def test_a_million_unknown_keys_are_not_all_named() -> None:
    strays = {f"stray{n}": n for n in range(100_000)}
    assert len(errors({"photo": {"id": ID}, "frame": strays})) == 5


def test_emoji_and_joined_letters_keep_what_joins_them() -> None:
    kept = "👩‍👩‍👧 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 می‌خوا"
    hidden = "\u2066\u202a\u200f\u00ad\ufeff\x07"
    name = {"text": hidden + kept + hidden}
    assert read_document({"photo": {"id": ID}, "name": name}).name.text == kept
