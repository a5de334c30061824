"""What a design is printed on."""

from dataclasses import dataclass

MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class PrintSpec:
    """A format in millimetres after trimming, what is printed beyond it, and how finely.

    ``bleed_mm`` is added on each side and cut off; nearer to the edge than ``safe_mm`` no letter
    stands.
    """

    width_mm: float
    height_mm: float
    bleed_mm: float = 3.0
    dpi: int = 300
    safe_mm: float = 8.0

    @property
    def shorter_mm(self) -> float:
        """What sizes in a document are fractions of."""
        return min(self.width_mm, self.height_mm)

    def pixels(self, *, dpi: int | None = None, bleed: bool = True) -> tuple[int, int]:
        """Return width and height in pixels, with the bleed or trimmed."""
        dots = self.dpi if dpi is None else dpi
        more = 2 * self.bleed_mm if bleed else 0.0
        return (
            round((self.width_mm + more) / MM_PER_INCH * dots),
            round((self.height_mm + more) / MM_PER_INCH * dots),
        )
