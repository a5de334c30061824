"""Parts of sentences about stock."""

from .contracts import Locations


def at(location: int | None, locations: Locations, *, longest: int | None = None) -> str:
    """Return " at Toronto"; "" for the total. ``longest``: where a name is cut off."""
    if location is None:
        return ""
    name = locations.get(location)
    return f" at {name[:longest] if name else f'location {location}'}"


def hours_words(hours: int) -> str:
    """Return "48 hours"."""
    return f"{hours:,} hour{'' if hours == 1 else 's'}"
