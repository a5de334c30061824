"""Input of the print shop's pages, as typed values."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from orders.artwork.document import BackgroundKind

# Where a control's value goes in a document: section, key, whether it is a number.
FIELDS: dict[str, tuple[str, str, bool]] = {
    **{f"photo.{key}": ("photo", key, True) for key in ("x", "y", "zoom", "rotation")},
    "frame.kind": ("frame", "kind", False),
    "frame.colour": ("frame", "colour", False),
    "frame.size": ("frame", "size", True),
    "frame.border": ("frame", "border", True),
    **{
        f"{words}.{key}": (words, key, key in ("size", "x", "y"))
        for words in ("name", "text")
        for key in ("text", "font", "colour", "size", "x", "y")
    },
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class AddressOfMail(forms.Form):
    """Where a link is mailed to."""

    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": "Enter your e-mail address.",
            "invalid": "That is not an e-mail address. It looks like name@example.com.",
        },
    )


def document_said(before: dict[str, Any], posted: QueryDict) -> dict[str, Any]:
    """Return a design's document with what the designer's form says; it is not checked here.

    A number that is none stays what it was: the sliders cannot say one.
    """
    said = {
        section: dict(before[section])
        for section in ("photo", "frame", "background", "name", "text")
    }
    said["version"] = before["version"]
    for field, (section, key, number) in FIELDS.items():
        if field not in posted:
            continue
        value: Any = posted[field]
        if number:
            try:
                value = float(value)
            except ValueError:
                continue
        said[section][key] = value
    kind, *colours = (posted.get("backdrop", "") or "none").split()
    if kind in set(BackgroundKind) and colours and all(map(_COLOUR.fullmatch, colours)):
        said["background"] = {"kind": kind, "colours": colours}
    return said


def uuid_in(posted: QueryDict, name: str) -> UUID | None:
    """Return an id out of a form; None for anything else."""
    try:
        return UUID(posted.get(name, ""))
    except ValueError:
        return None


def quantity_in(posted: QueryDict, *, least: int = 1) -> int | None:
    """Return a number of pieces out of a form; None when it is none."""
    text = posted.get("quantity", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 4):  # noqa: PLR2004 -- digits
        return None
    return int(text) if int(text) >= least else None
