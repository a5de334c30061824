"""The bundled fonts: those to choose from, and those that help out where they lack a letter.

All are under the SIL Open Font License, which stands beside each. Those with a reserved name are
as their makers published them; the others are cut down to the scripts they are used for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parent / "fonts"


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font that customers choose: what it is called on pages, and its file (TrueType)."""

    label: str
    path: Path


FONTS: Mapping[str, Typeface] = MappingProxyType(
    {
        "baloo": Typeface("Baloo, bold and round", _FOLDER / "Baloo2-Bold.ttf"),
        "pacifico": Typeface("Pacifico, brush script", _FOLDER / "Pacifico-Regular.ttf"),
        "great-vibes": Typeface("Great Vibes, calligraphy", _FOLDER / "GreatVibes-Regular.ttf"),
        "caveat": Typeface("Caveat, handwriting", _FOLDER / "Caveat-Bold.ttf"),
        "playfair": Typeface("Playfair, classic serif", _FOLDER / "PlayfairDisplay-Bold.ttf"),
        "comfortaa": Typeface("Comfortaa, soft and wide", _FOLDER / "Comfortaa-Bold.ttf"),
        "open-sans": Typeface("Open Sans, plain", _FOLDER / "OpenSans-Bold.ttf"),
    }
)

EMOJI = _FOLDER / "NotoEmoji-Bold.ttf"

HELPERS = (
    FONTS["comfortaa"].path,
    FONTS["open-sans"].path,
    _FOLDER / "NotoSansArabic-Bold.ttf",
    EMOJI,
    _FOLDER / "NotoSansSymbols2-Regular.ttf",
)
"""Asked in this order for a letter that the chosen font lacks."""
