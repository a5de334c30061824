"""What a design says, as values; ``document`` reads and writes them."""

from dataclasses import dataclass
from enum import StrEnum

VERSION = 1


class FrameKind(StrEnum):
    """The shape of the opening in which the photo shows."""

    STAR = "star"
    CIRCLE = "circle"
    HEART = "heart"
    ARCH = "arch"
    NONE = "none"


class BackgroundKind(StrEnum):
    """What is around the opening."""

    PLAIN = "plain"
    GRADIENT = "gradient"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Photo:
    """Which photo, and how it lies in the opening.

    ``x`` and ``y`` shift its centre by fractions of the opening; at ``zoom`` 1 it just covers the
    opening; ``rotation`` is in degrees clockwise.
    """

    id: str
    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0
    rotation: float = 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The opening. ``size`` and ``border`` are fractions of the format's shorter side."""

    kind: FrameKind = FrameKind.STAR
    size: float = 0.86
    border: float = 0.012
    colour: str = "#c8963e"


@dataclass(frozen=True, slots=True)
class Background:
    """What is around the opening; colours run from the top to the bottom."""

    kind: BackgroundKind = BackgroundKind.NIGHT
    colours: tuple[str, ...] = ("#1d2b53", "#4a2b6b")


@dataclass(frozen=True, slots=True)
class Lettering:
    """Words: their centre in fractions of the format, their size in those of its shorter side."""

    text: str = ""
    font: str = "baloo"
    colour: str = "#ffffff"
    size: float = 0.1
    x: float = 0.5
    y: float = 0.8


USUAL_NAME = Lettering(font="pacifico", size=0.13, y=0.84)
USUAL_TEXT = Lettering(font="comfortaa", colour="#e8dcc0", size=0.036, y=0.935)
"""Words in a portrait format as they stand at first."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole design."""

    photo: Photo
    frame: Frame = Frame()
    background: Background = Background()
    name: Lettering = USUAL_NAME
    text: Lettering = USUAL_TEXT
    version: int = VERSION
