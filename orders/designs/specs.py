"""A size's print specification as the renderer and stored versions know it."""

from dataclasses import asdict
from typing import Any

from orders.artwork.spec import PrintSpec
from orders.models import PrintSize


def spec_of(size: PrintSize) -> PrintSpec:
    """Return how a size is printed now."""
    return PrintSpec(
        width_mm=float(size.width_mm),
        height_mm=float(size.height_mm),
        bleed_mm=float(size.bleed_mm),
        dpi=size.dpi,
        safe_mm=float(size.safe_mm),
    )


def spec_to_json(spec: PrintSpec) -> dict[str, Any]:
    """Return a specification as it is stored with a version."""
    return asdict(spec)


def spec_from_json(stored: dict[str, Any]) -> PrintSpec:
    """Return a stored specification."""
    return PrintSpec(**stored)
