"""The print shop itself: opened once, changed later."""

import re
from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.core.validators import validate_email

from orders.models import PrintShop

from .fields import PlainField

_HOST: Final = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9-]{1,63})*")
MOST_HOSTS: Final = 10
MOST_COUNTRIES: Final = 60
_EMAIL: Final = "Write an e-mail address such as hello@example.com."


def _lines(label: str, *, most: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "Fill this in.",
            "max_length": f"Write {most} letters at most.",
        },
        **options,
    )


class OpenForm(forms.Form):
    """What only the merchant knows when a print shop is opened."""

    name = PlainField("Name of the print shop", most=120, placeholder="Pet Star")
    seller_name = PlainField("Who sells", most=200, help_text="The first line of receipts.")
    seller_address = _lines("Address of who sells", most=500, help_text="As it stands on receipts.")
    tax_number = PlainField(
        "Tax number", most=60, required=False, help_text="On receipts, such as a GST/HST number."
    )
    contact_email = forms.CharField(
        label="Where customers write to",
        max_length=254,
        widget=forms.EmailInput(),
        validators=[validate_email],
        error_messages={"required": _EMAIL, "invalid": _EMAIL},
    )

    def clean_contact_email(self) -> str:
        """Take it as it is."""
        return str(self.cleaned_data["contact_email"]).strip()


class PrintShopForm(OpenForm):
    """All of a print shop."""

    ships_to = forms.CharField(
        label="Countries it sends to",
        widget=forms.TextInput(attrs={"placeholder": "CA, US"}),
        required=False,
        help_text="Their two-letter codes, with commas between. Each needs shipping rates.",
    )
    hosts = forms.CharField(
        label="Names it is reached by",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "prints.example.com"}),
        help_text="One on each line, without https://. Empty: any name that leads to this house.",
    )
    open = forms.BooleanField(label="Open: customers can order", required=False)

    field_order = (
        "open",
        "name",
        "seller_name",
        "seller_address",
        "tax_number",
        "contact_email",
        "ships_to",
        "hosts",
    )

    @classmethod
    def of(cls, print_shop: PrintShop, data: Any = None) -> "PrintShopForm":
        """Return the form as the print shop is now, or as it was posted."""
        initial = {name: getattr(print_shop, name) for name in (*OpenForm.base_fields, "open")}
        initial["ships_to"] = ", ".join(print_shop.ships_to)
        initial["hosts"] = "\n".join(print_shop.hosts)
        return cls(data, initial=initial)

    def clean_ships_to(self) -> list[str]:
        """Read the codes, each once."""
        codes = _each(self.cleaned_data["ships_to"].upper())
        strange = [code for code in codes if not re.fullmatch(r"[A-Z]{2}", code)]
        if strange:
            message = f"{strange[0][:20]} is no country's two-letter code. Write such as CA, US."
            raise forms.ValidationError(message)
        if len(codes) > MOST_COUNTRIES:
            message = f"Name {MOST_COUNTRIES} countries at most."
            raise forms.ValidationError(message)
        return codes

    def clean_hosts(self) -> list[str]:
        """Read the names, each once."""
        names = _each(self.cleaned_data["hosts"].lower())
        strange = [name for name in names if not _HOST.fullmatch(name)]
        if strange:
            message = (
                f"{strange[0][:60]} is no name of a host. Write such as prints.example.com, "
                "without https:// and without a path."
            )
            raise forms.ValidationError(message)
        if len(names) > MOST_HOSTS:
            message = f"Name {MOST_HOSTS} hosts at most."
            raise forms.ValidationError(message)
        return names


def _each(text: str) -> list[str]:
    parts: Sequence[str] = [part for part in re.split(r"[\s,;]+", text) if part]
    return list(dict.fromkeys(parts))
