"""Products and their sizes."""

from decimal import Decimal
from typing import Any, Final

from django import forms

from foundation.currencies import digits_of
from orders.artwork.spec import PrintSpec
from orders.enums import ParcelClass, ProductKind

from .fields import AmountField, NumberField, PlainField, WholeField

MOST_PIXELS: Final = 200_000_000
"""A sheet with its bleed; a canvas of 100 by 75 cm has 186 million at 400 DPI."""


class ProductForm(forms.Form):
    """What a product is called and made of."""

    name = PlainField("Name", most=120, placeholder="Poster")
    kind = forms.ChoiceField(label="Kind", choices=ProductKind.choices)
    material = PlainField(
        "Material", most=120, required=False, placeholder="Matte paper of 200 g/m²"
    )
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Two or three sentences that customers read when they choose.",
        error_messages={"max_length": "Write 2,000 letters at most."},
    )


def _millimetres(label: str, *, least: int, most: int, example: str, **options: Any) -> NumberField:
    return NumberField(
        f"{label}, mm", least=least, most=most, decimals=1, example=example, unit="mm", **options
    )


class SizeForm(forms.Form):
    """A size: how it is printed, what it costs, what it travels in."""

    name = PlainField("Name", most=60, placeholder="30 × 45 cm")
    sku = PlainField("SKU", most=60, placeholder="PST-3045")
    width_mm = _millimetres("Width", least=20, most=2000, example="300")
    height_mm = _millimetres("Height", least=20, most=2000, example="450")
    bleed_mm = _millimetres(
        "Bleed", least=0, most=50, example="3", help_text="Printed beyond each side and cut off."
    )
    safe_mm = _millimetres(
        "Safe distance",
        least=0,
        most=100,
        example="8",
        help_text="Text keeps so far from the edge.",
    )
    dpi = WholeField("DPI", least=72, most=600, example="300", help_text="Print dots per inch.")
    price = AmountField("Price", currency="", help_text="Before tax.")
    weight_grams = WholeField(
        "Weight, g", least=1, most=100_000, example="120", unit="g", help_text="Of one piece."
    )
    parcel_class = forms.ChoiceField(
        label="Travels as", choices=ParcelClass.choices, help_text="Shipping rates are per parcel."
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """``currency`` is the shop's."""
        super().__init__(*args, **kwargs)
        # A print for nothing could not be paid by card.
        least = Decimal(1).scaleb(-min(2, digits_of(currency)))
        self.fields["price"] = AmountField(
            "Price", currency=currency, least=least, help_text="Of one piece, before tax."
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a safe distance that leaves no room, and more pixels than are printed."""
        values = self.cleaned_data
        if self.errors:
            return values
        shorter = min(values["width_mm"], values["height_mm"])
        if values["safe_mm"] * 2 >= shorter:
            self.add_error(
                "safe_mm",
                f"It leaves no room for text: write less than {(shorter / 2).normalize():f} mm.",
            )
            return values
        width, height = self.spec_of(values).pixels()
        if width * height > MOST_PIXELS:
            self.add_error(
                "dpi",
                f"{width:,} × {height:,} pixels are more than the {MOST_PIXELS // 1_000_000} "
                "million that are printed. Write a lower resolution.",
            )
        return values

    @staticmethod
    def spec_of(values: dict[str, Any]) -> PrintSpec:
        """Return the print specification of valid values."""
        return PrintSpec(
            width_mm=float(values["width_mm"]),
            height_mm=float(values["height_mm"]),
            bleed_mm=float(values["bleed_mm"]),
            dpi=values["dpi"],
            safe_mm=float(values["safe_mm"]),
        )
