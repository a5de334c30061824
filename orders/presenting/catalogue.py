"""Products and sizes as the pages that set them up show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self
from uuid import UUID

from orders.designs.specs import spec_of
from orders.models import PrintProduct, PrintSize


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet in millimetres, to be drawn: paper with bleed, the trimmed format, the safe area.

    Texts with a point, whatever the language: they stand in SVG.
    """

    width: str
    height: str
    bleed: str
    trim_width: str
    trim_height: str
    inset: str
    safe_width: str
    safe_height: str

    @classmethod
    def of(cls, size: PrintSize) -> Self:
        """Measure a size's sheet."""
        width, height = float(size.width_mm), float(size.height_mm)
        bleed, safe = float(size.bleed_mm), float(size.safe_mm)
        measures = (
            *(width + 2 * bleed, height + 2 * bleed, bleed, width, height),
            *(bleed + safe, max(0.0, width - 2 * safe), max(0.0, height - 2 * safe)),
        )
        return cls(*(f"{each:g}" for each in measures))


@dataclass(frozen=True, slots=True)
class SizeRow:
    """A size as a line of its product; ``drafts``: unpaid orders that it is in."""

    size: PrintSize
    measures: str
    pixels: str
    megapixels: str
    sheet: Sheet
    drafts: int

    @classmethod
    def of(cls, size: PrintSize, drafts: int = 0) -> Self:
        """Put a size into words."""
        width, height = spec_of(size).pixels()
        return cls(
            size,
            f"{_centimetres(size.width_mm)} × {_centimetres(size.height_mm)} cm",
            f"{width:,} × {height:,}",
            f"{width * height / 1_000_000:,.1f}",
            Sheet.of(size),
            drafts,
        )

    @property
    def off_words(self) -> str:
        """Say what switching it off does."""
        return _off_words("This size", self.drafts)


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product with its sizes."""

    product: PrintProduct
    sizes: list[SizeRow]

    @classmethod
    def of(cls, product: PrintProduct, drafts: Mapping[UUID, int]) -> Self:
        """Put a product into words; its sizes have been read along."""
        return cls(
            product, [SizeRow.of(size, drafts.get(size.pk, 0)) for size in product.sizes.all()]
        )

    @property
    def sold(self) -> int:
        """How many of its sizes are sold."""
        return sum(row.size.active for row in self.sizes) if self.product.active else 0

    @property
    def drafts(self) -> int:
        """Unpaid orders that its sizes are in; one with two sizes counts twice."""
        return sum(row.drafts for row in self.sizes)

    @property
    def off_words(self) -> str:
        """Say what switching it off does."""
        return _off_words("This product", self.drafts)


def _centimetres(millimetres: Decimal) -> str:
    return f"{(millimetres / 10).normalize():f}"


def _off_words(thing: str, drafts: int) -> str:
    said = (
        f"{thing} is not offered any more, and nobody can order it again. What is paid is printed "
        "and sent as it was ordered; designs stay."
    )
    if not drafts:
        return f"{said} No unpaid order contains it now."
    orders = "1 unpaid order contains" if drafts == 1 else f"{drafts:,} unpaid orders contain"
    return f"{said} {orders} it: whoever goes on with one is told, and chooses another size."
