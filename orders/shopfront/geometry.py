"""What the browser must know to show a photo at its place at once, before the true picture comes.

The shapes are the renderer's own; ``static/print_shop/placing.js`` computes with them as
``orders.artwork.placing`` does, and a test compares the two.
"""

from functools import cache
from typing import Any
from uuid import UUID

from orders.artwork.document import FrameKind, blank, to_json
from orders.artwork.shapes import shape_of
from orders.designs.specs import spec_of
from orders.models import PrintSize

UNIT = 1000
"""The larger side of a shape's box as it is told."""


@cache
def shapes() -> dict[str, Any]:
    """Return each opening's path around 0, 0 with its box: width and height."""
    told = {}
    for kind in FrameKind:
        if kind == FrameKind.NONE:
            continue
        shape = shape_of(kind, centre=(0.0, 0.0), size=UNIT)
        told[str(kind)] = {
            "path": shape.path,
            "width": round(shape.box.width, 3),
            "height": round(shape.box.height, 3),
        }
    return told


def size_told(size: PrintSize, *, photo_id: UUID) -> dict[str, Any]:
    """Return a size's measures in millimetres, and the design one begins with on it."""
    return {
        "id": str(size.pk),
        "name": f"{size.product.name}, {size.name}",
        "width": float(size.width_mm),
        "height": float(size.height_mm),
        "bleed": float(size.bleed_mm),
        "start": to_json(blank(photo_id, spec=spec_of(size))),
    }
