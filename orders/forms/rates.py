"""Rows of the tables of shipping and taxes, the search for what an order costs, and CSV files."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from django import forms

from orders.assortment.tables import SHIPPING, TAXES, Line, Table
from orders.enums import ParcelClass
from orders.models import PrintSize
from orders.sales.addresses import PROVINCES
from orders.sales.lines import MOST_PIECES

from .fields import AmountField, CountryField, NumberField, PlainField, ProvinceField, WholeField

_FIRST_DAY: Final = dt.date(1990, 1, 1)
_LAST_DAY: Final = dt.date(2100, 1, 1)
_DAYS: Final = 200
_FINEST: Final = -10


class _PlaceForm(forms.Form):
    """A row that holds for a country or one of its provinces."""

    table: ClassVar[Table]

    country = CountryField()
    province = ProvinceField(help_text="Empty: the whole country. The province's own row counts.")

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """``currency`` is the shop's."""
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean(self) -> dict[str, Any]:
        """Refuse provinces that Canada does not have."""
        values = self.cleaned_data
        province = values.get("province")
        if values.get("country") == "CA" and province and province not in PROVINCES:
            self.add_error("province", f"Choose one of {', '.join(PROVINCES)}, or nothing.")
        return values

    @property
    def line(self) -> dict[str, str]:
        """Return a valid row as texts."""
        return self.table.line_from(self.cleaned_data)


class ShippingRateForm(_PlaceForm):
    """What sending a parcel class somewhere costs."""

    table = SHIPPING

    method = PlainField("Method", most=40, placeholder="Standard", help_text="Customers choose it.")
    parcel_class = forms.ChoiceField(
        label="Parcel",
        choices=ParcelClass.choices,
        error_messages={
            "required": f"Write one of {', '.join(ParcelClass.values)}.",
            "invalid_choice": f"Write one of {', '.join(ParcelClass.values)}.",
        },
    )
    first_piece = AmountField("First piece", currency="")
    each_further = AmountField("Each further", currency="")
    days_least = WholeField(
        "Days at least", least=0, most=_DAYS, example="3", help_text="Business days on the way."
    )
    days_most = WholeField("Days at most", least=0, most=_DAYS, example="8")

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        """``currency`` is the shop's."""
        super().__init__(*args, currency=currency, **kwargs)
        for name, label in (("first_piece", "First piece"), ("each_further", "Each further")):
            self.fields[name] = AmountField(label, currency=currency)

    def clean(self) -> dict[str, Any]:
        """Refuse more days at least than at most."""
        values = super().clean()
        least, most = values.get("days_least"), values.get("days_most")
        if least is not None and most is not None and most < least:
            self.add_error("days_most", f"Write {least} or more: it takes so many at least.")
        return values

    @staticmethod
    def data_of(line: Line) -> dict[str, str]:
        """Return what the fields of a row say, from its line."""
        return dict(line)


class TaxRateForm(_PlaceForm):
    """A tax on orders sent to a place; written in percent, kept as a share."""

    table = TAXES

    name = PlainField("Name", most=20, placeholder="HST", help_text="As receipts say it.")
    percent = NumberField("Rate, %", least=0, most=100, decimals=4, example="13", unit="%")
    valid_from = forms.DateField(
        label="From",
        widget=forms.DateInput(attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        help_text="The newest row that has begun counts; of one name, the province's.",
        error_messages={
            "required": "Write a day such as 2026-07-01.",
            "invalid": "Write a day such as 2026-07-01.",
        },
    )

    def clean_valid_from(self) -> dt.date:
        """Refuse days that nobody means."""
        day: dt.date = self.cleaned_data["valid_from"]
        if not _FIRST_DAY <= day <= _LAST_DAY:
            message = f"Write a day from {_FIRST_DAY} to {_LAST_DAY}."
            raise forms.ValidationError(message)
        return day

    def clean(self) -> dict[str, Any]:
        """Keep the rate as a share."""
        values = super().clean()
        if values.get("percent") is not None:
            values["rate"] = values["percent"] / 100
        return values

    @staticmethod
    def data_of(line: Line) -> dict[str, str]:
        """Return what the fields of a row say, from its line; a file may say ``0.13`` or ``13 %``.

        A bare number above 1 is refused: nobody could tell which of both it is.
        """
        said = dict(line)
        rate = said.pop("rate", "").strip()
        if rate.endswith("%"):
            said["percent"] = rate[:-1].strip()
            return said
        try:
            share = Decimal(rate.replace(",", "."))
        except InvalidOperation:
            said["percent"] = rate
            return said
        sensible = share.is_finite() and share <= 1 and share.adjusted() > _FINEST
        said["percent"] = f"{(share * 100).normalize():f}" if sensible else "?"
        return said


FORMS: Final[dict[str, type[ShippingRateForm] | type[TaxRateForm]]] = {
    SHIPPING.name: ShippingRateForm,
    TAXES.name: TaxRateForm,
}


class TrialForm(forms.Form):
    """What is to be ordered, and where it goes."""

    size = forms.ChoiceField(label="Size", error_messages={"required": "Choose a size."})
    quantity = WholeField("Pieces", least=1, most=MOST_PIECES, example="1", initial=1)
    country = forms.ChoiceField(label="Country")
    province = ProvinceField()

    def __init__(
        self, *args: Any, sizes: Sequence[PrintSize], countries: Sequence[str], **kwargs: Any
    ) -> None:
        """``sizes`` are those that are sold; ``countries`` those that are sent to."""
        super().__init__(*args, **kwargs)
        self._sizes = {str(size.pk): size for size in sizes}
        size_field, country_field = self.fields["size"], self.fields["country"]
        assert isinstance(size_field, forms.ChoiceField)  # noqa: S101 -- declared above
        assert isinstance(country_field, forms.ChoiceField)  # noqa: S101 -- declared above
        size_field.choices = [(pk, str(size)) for pk, size in self._sizes.items()]
        country_field.choices = [(code, code) for code in countries]

    @property
    def chosen_size(self) -> PrintSize:
        """The size of a valid form."""
        return self._sizes[self.cleaned_data["size"]]

    def clean(self) -> dict[str, Any]:
        """Ask for the province where rates go by it."""
        values = self.cleaned_data
        if values.get("country") == "CA" and values.get("province") not in PROVINCES:
            self.add_error("province", f"Write one of {', '.join(PROVINCES)}.")
        return values
