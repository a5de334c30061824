"""A photo whose places are known, and what is printed on."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from orders.artwork.document import Document, blank, read_document, to_json
from orders.artwork.spec import PrintSpec

PHOTO_ID = uuid.UUID("0b8f6c9e-7a2d-4c55-9a0e-1d2c3b4a5f60")
QUARTERS = {
    "red": (200, 40, 40),
    "green": (40, 160, 60),
    "blue": (40, 60, 190),
    "sand": (220, 200, 150),
}

Design = Callable[..., Document]


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 by 800 pixels in four colours: red and green above, blue and sand below."""
    image = Image.new("RGB", (600, 800))
    for place, colour in enumerate(QUARTERS.values()):
        x, y = 300 * (place % 2), 400 * (place // 2)
        image.paste(colour, (x, y, x + 300, y + 400))
    path = tmp_path_factory.mktemp("artwork") / "photo.jpg"
    image.save(path, "JPEG", quality=95, subsampling=0)
    return path


@pytest.fixture(scope="session")
def small() -> PrintSpec:
    """A small format, so that tests are quick: 80 by 100 mm at 150 DPI, 3 mm of bleed."""
    return PrintSpec(width_mm=80, height_mm=100, bleed_mm=3, dpi=150, safe_mm=4)


@pytest.fixture(scope="session")
def design() -> Design:
    """Give a function that changes parts of the design a customer starts with."""

    def changed(**parts: dict[str, Any]) -> Document:
        said = to_json(blank(PHOTO_ID))
        for part, values in parts.items():
            said[part] |= values
        return read_document(said)

    return changed
