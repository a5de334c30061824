"""Designs in words: what a document says, whose it is, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from foundation.cards import Tone
from foundation.findings import DocumentErrors
from orders.artwork.contracts import BackgroundKind, FrameKind, Lettering
from orders.artwork.document import Document, read_document
from orders.artwork.resolution import Verdict, judge
from orders.artwork.typefaces import FONTS
from orders.designs.specs import spec_of
from orders.enums import DesignStatus
from orders.models import Design

STATUS_TONES: Mapping[str, Tone] = {
    DesignStatus.QUEUED: Tone.BUSY,
    DesignStatus.READY: Tone.GOOD,
    DesignStatus.FAILED: Tone.BAD,
}
VERDICT_TONES: Mapping[str, Tone] = {
    "excellent": Tone.GOOD,
    "good": Tone.GOOD,
    "soft": Tone.WARN,
    "too_small": Tone.BAD,
}
FRAME_WORDS: Mapping[FrameKind, str] = {
    FrameKind.STAR: "Star",
    FrameKind.CIRCLE: "Circle",
    FrameKind.HEART: "Heart",
    FrameKind.ARCH: "Arch",
    FrameKind.NONE: "No frame",
}
BACKGROUND_WORDS: Mapping[BackgroundKind, str] = {
    BackgroundKind.PLAIN: "One colour",
    BackgroundKind.GRADIENT: "From colour to colour",
    BackgroundKind.NIGHT: "Night sky",
}


def read_or_none(raw: Any) -> Document | None:
    """Read a stored document; None for one that no running code understands."""
    try:
        return read_document(raw)
    except DocumentErrors:
        return None


@dataclass(frozen=True, slots=True)
class Said:
    """One part of a document: its name, what it says, its colours."""

    label: str
    words: str
    colours: Sequence[str] = ()


def document_words(document: Document) -> list[Said]:
    """Say what a design looks like."""
    photo, frame, background = document.photo, document.frame, document.background
    around = (frame.colour,) if frame.border and frame.kind is not FrameKind.NONE else ()
    turned = f", turned by {photo.rotation:g}°" if photo.rotation else ""
    shifted = ", moved" if photo.x or photo.y else ""
    return [
        Said("Frame", f"{FRAME_WORDS[frame.kind]}, {frame.size * 100:g} % of the format", around),
        Said("Background", BACKGROUND_WORDS[background.kind], background.colours),
        Said("Photo", f"{photo.zoom:g} × as large as the frame needs{turned}{shifted}"),
        _lettering("Name", document.name),
        _lettering("Text", document.text),
    ]


def _lettering(label: str, lettering: Lettering) -> Said:
    if not lettering.text:
        return Said(label, "none")
    font = FONTS[lettering.font].label if lettering.font in FONTS else lettering.font
    return Said(label, f"“{lettering.text}” in {font}", (lettering.colour,))


@dataclass(frozen=True, slots=True)
class DesignRow:
    """A design as a line of the list. ``picture``: whether there is one to be shown."""

    design: Design
    name: str
    looks: str
    owner: str
    state: str
    tone: str
    picture: bool
    gone: str

    @classmethod
    def of(cls, design: Design) -> Self:
        """Put a design into words; size, product, photo and owner have been read along."""
        document = read_or_none(design.document)
        gone = gone_words(design)
        return cls(
            design,
            document.name.text if document else "",
            _looks(document),
            owner_words(design),
            "Thrown away" if design.deleted_at else str(DesignStatus(design.status).label),
            Tone.NEUTRAL if design.deleted_at else STATUS_TONES.get(design.status, Tone.NEUTRAL),
            not gone,
            gone,
        )


def _looks(document: Document | None) -> str:
    if document is None:
        return "Its document cannot be read any more."
    font = FONTS[document.name.font].label.partition(",")[0]
    return f"{FRAME_WORDS[document.frame.kind]}, {font}"


def owner_words(design: Design) -> str:
    """Name whom a design belongs to."""
    if design.customer is not None:
        return design.customer.email
    if design.visitor is not None and design.visitor.customer is not None:
        return design.visitor.customer.email
    return "a guest" if design.visitor_id else "made by staff"


def gone_words(design: Design) -> str:
    """Say why there is no picture of a design; empty when there is."""
    if design.deleted_at is not None:
        return "thrown away"
    if design.photo.forgotten_at is not None:
        return "photo deleted"
    return ""


def verdict_of(design: Design, document: Document | None) -> Verdict | None:
    """Judge how sharp a design's print will be; None when nobody can tell."""
    if document is None:
        return None
    photo = design.photo
    return judge(document, spec_of(design.size), width_px=photo.width, height_px=photo.height)
