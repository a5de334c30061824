"""Fields of what merchants set up: each says in a sentence what to enter instead."""

import re
from decimal import Decimal
from typing import Any, Final

from django import forms

from foundation.currencies import digits_of
from foundation.untrusted.api import is_formula

MOST_AMOUNT: Final = Decimal("999999.99")
"""The most that Stripe takes in one payment, in most currencies."""
_DECIMAL_COMMA: Final = re.compile(r"\s*-?\d+,\d{1,4}\s*")
_LARGEST: Final = 15
_CODE: Final = re.compile(r"[A-Z]{2}")
_PROVINCE: Final = re.compile(r"[A-Z0-9]{0,3}")


def typed(placeholder: str = "", **attributes: Any) -> forms.TextInput:
    """Return an input for text that no browser completes."""
    return forms.TextInput(attrs={"placeholder": placeholder, "autocomplete": "off", **attributes})


class NumberField(forms.DecimalField):
    """A number within limits, with so many decimals; a decimal comma is one, too."""

    def __init__(  # noqa: PLR0913 -- label, limits, and the words for what is wrong
        self,
        label: str,
        *,
        least: Decimal | int,
        most: Decimal | int,
        decimals: int,
        example: str,
        unit: str = "",
        **options: Any,
    ) -> None:
        """``example`` is a number that is fine; ``unit`` stands behind the limits."""
        # Django fills its limits into these sentences, by percent signs.
        after = f" {unit}".replace("%", "%%") if unit else ""
        finer = (
            "Write a whole number"
            if decimals == 0
            else f"Write at most {decimals} digit{'' if decimals == 1 else 's'} behind the point"
        )
        within = f"Write {least:,} to {most:,}{after}."
        super().__init__(
            label=label,
            min_value=least,
            max_value=most,
            widget=typed(inputmode="decimal" if decimals else "numeric"),
            error_messages={
                "required": f"Write a number such as {example}.",
                "invalid": f"Write a number such as {example}.",
                "min_value": within,
                "max_value": within,
            },
            **options,
        )
        self._decimals = decimals
        self._finer = f"{finer}, such as {example}."

    def to_python(self, value: Any) -> Any:
        """Take ``12,50`` for ``12.50``; refuse what is too fine before its limits are looked at."""
        if isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value):
            value = value.replace(",", ".")
        read: Decimal | None = super().to_python(value)
        if read is None:
            return None
        if not read.is_finite() or read.adjusted() > _LARGEST:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if read != round(read, self._decimals):
            raise forms.ValidationError(self._finer, code="finer")
        return round(read, self._decimals)


class WholeField(NumberField):
    """A whole number within limits."""

    def __init__(self, label: str, *, least: int, most: int, example: str, **options: Any) -> None:
        """As :class:`NumberField`."""
        super().__init__(label, least=least, most=most, decimals=0, example=example, **options)

    def clean(self, value: Any) -> Any:
        """Return an integer."""
        read = super().clean(value)
        return None if read is None else int(read)


class AmountField(NumberField):
    """An amount of money, with as many decimals as the currency has."""

    def __init__(
        self, label: str, *, currency: str, least: Decimal = Decimal(0), **options: Any
    ) -> None:
        """``currency`` is the shop's."""
        digits = min(2, digits_of(currency))
        super().__init__(
            f"{label}, {currency}",
            least=least,
            most=round(MOST_AMOUNT, digits),
            decimals=digits,
            example="12.50" if digits else "1250",
            **options,
        )


class PlainField(forms.CharField):
    """One line of text that no spreadsheet takes for a formula."""

    def __init__(self, label: str, *, most: int, placeholder: str = "", **options: Any) -> None:
        """``most`` letters."""
        super().__init__(
            label=label,
            max_length=most,
            widget=typed(placeholder),
            error_messages={
                "required": "Fill this in.",
                "max_length": f"Write {most} letters at most.",
            },
            **options,
        )

    def clean(self, value: Any) -> str:
        """Bring it onto one line."""
        text = " ".join(str(super().clean(value)).split())
        if not text.isprintable():
            raise forms.ValidationError("There are letters in it that cannot be printed.")
        if is_formula(text):
            raise forms.ValidationError("Begin with a letter or a digit, not with a sign.")
        return text


class CountryField(PlainField):
    """An ISO 3166 code of a country."""

    def __init__(self, label: str = "Country", **options: Any) -> None:
        """Such as CA."""
        super().__init__(label, most=2, placeholder="CA", **options)
        self.error_messages["max_length"] = "Write the two letters of a country, such as CA."

    def clean(self, value: Any) -> str:
        """Write it in capitals."""
        code = super().clean(value).upper()
        if code and not _CODE.fullmatch(code):
            raise forms.ValidationError(self.error_messages["max_length"])
        return code


class ProvinceField(PlainField):
    """An ISO 3166-2 code of a province, without the country; empty: all of the country."""

    def __init__(self, label: str = "Province", **options: Any) -> None:
        """Such as ON."""
        super().__init__(label, most=3, placeholder="ON", required=False, **options)
        self.error_messages["max_length"] = "Write a province's code such as ON, or nothing."

    def clean(self, value: Any) -> str:
        """Write it in capitals."""
        code = super().clean(value).upper()
        if not _PROVINCE.fullmatch(code):
            raise forms.ValidationError(self.error_messages["max_length"])
        return code
