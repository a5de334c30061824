"""What customers choose from in the designer: frames, colours, fonts, in an order that pleases."""

from dataclasses import dataclass
from typing import Final

from orders.artwork.document import BackgroundKind, FrameKind
from orders.artwork.typefaces import FONTS


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour by its name."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A background that is ready to use; ``colours`` run from the top to the bottom."""

    name: str
    kind: BackgroundKind
    colours: tuple[str, ...]

    @property
    def value(self) -> str:
        """Return how a form says it."""
        return f"{self.kind} {' '.join(self.colours)}"

    @property
    def first(self) -> str:
        """The colour at the top."""
        return self.colours[0]

    @property
    def last(self) -> str:
        """The colour at the bottom."""
        return self.colours[-1]


@dataclass(frozen=True, slots=True)
class Face:
    """A font: its key in documents, its name for people, and how it is known in the style sheet."""

    key: str
    name: str
    manner: str


FRAMES: Final = (
    (FrameKind.STAR, "Star"),
    (FrameKind.HEART, "Heart"),
    (FrameKind.CIRCLE, "Circle"),
    (FrameKind.ARCH, "Arch"),
    (FrameKind.NONE, "Whole picture"),
)
BACKDROPS: Final = (
    Backdrop("Night sky", BackgroundKind.NIGHT, ("#1d2b53", "#4a2b6b")),
    Backdrop("Deep night", BackgroundKind.NIGHT, ("#0b1026", "#1f3a5f")),
    Backdrop("Aurora", BackgroundKind.NIGHT, ("#0f2f3f", "#2f6f62")),
    Backdrop("Rose dusk", BackgroundKind.GRADIENT, ("#f6c7b6", "#b96a86")),
    Backdrop("Morning", BackgroundKind.GRADIENT, ("#fdeecb", "#f3b477")),
    Backdrop("Sea", BackgroundKind.GRADIENT, ("#cfe8ef", "#5f9fb5")),
    Backdrop("Meadow", BackgroundKind.GRADIENT, ("#e6efcf", "#7fa66a")),
    Backdrop("Linen", BackgroundKind.PLAIN, ("#f4ede1",)),
    Backdrop("White", BackgroundKind.PLAIN, ("#ffffff",)),
    Backdrop("Charcoal", BackgroundKind.PLAIN, ("#2b2a30",)),
)
FRAME_COLOURS: Final = (
    Swatch("Gold", "#c8963e"),
    Swatch("Pale gold", "#ead9a8"),
    Swatch("Silver", "#b9bec8"),
    Swatch("White", "#ffffff"),
    Swatch("Rose", "#c9798b"),
    Swatch("Night", "#1d2b53"),
)
WORD_COLOURS: Final = (
    Swatch("White", "#ffffff"),
    Swatch("Cream", "#e8dcc0"),
    Swatch("Gold", "#c8963e"),
    Swatch("Rose", "#c9798b"),
    Swatch("Night", "#1d2b53"),
    Swatch("Black", "#1b1a1f"),
)
BACKGROUND_KINDS: Final = (
    (BackgroundKind.NIGHT, "Stars"),
    (BackgroundKind.GRADIENT, "Two colours"),
    (BackgroundKind.PLAIN, "One colour"),
)


def faces() -> list[Face]:
    """Return the fonts: "Pacifico, brush script" is a name and a manner."""
    found = []
    for key, typeface in FONTS.items():
        name, _, manner = typeface.label.partition(", ")
        found.append(Face(key, name, manner))
    return found
