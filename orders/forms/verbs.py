"""What a person types to do something to an order."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import URLValidator

from foundation.currencies import digits_of
from orders.models import OrderLine
from orders.sales.noting import MOST as MOST_NOTE

MOST_REASON = 300
_HTTP = URLValidator(schemes=["http", "https"])


def _reason(help_text: str) -> forms.CharField:
    return forms.CharField(
        label="Reason",
        max_length=MOST_REASON,
        help_text=help_text,
        error_messages={"required": "Say why; it stays with the order."},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RefundForm(forms.Form):
    """Pay money back. ``refund_id`` is the form's own, so a second click asks for nothing."""

    refund_id = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput())
    amount = forms.DecimalField(
        label="Amount", min_value=Decimal("0.01"), max_digits=12, localize=False
    )
    reason = _reason("Kept in the order's history. The customer's mail does not have it.")

    def __init__(self, *args: Any, left: Decimal, currency: str, **options: Any) -> None:
        """``left`` can still be paid back."""
        super().__init__(*args, **options)
        digits = digits_of(currency)
        field = self.fields["amount"]
        assert isinstance(field, forms.DecimalField)  # noqa: S101 -- declared above
        field.decimal_places = digits
        field.label = f"Amount in {currency}"
        field.help_text = f"At most {left:,.{digits}f} {currency}."
        field.initial = left
        field.widget.attrs.update({"inputmode": "decimal", "step": "any", "max": str(left)})
        field.validators.append(self._most(left, digits, currency))
        self._digits = digits

    @staticmethod
    def _most(left: Decimal, digits: int, currency: str) -> Any:
        def check(amount: Decimal) -> None:
            if amount > left:
                message = f"At most {left:,.{digits}f} {currency} can still be paid back."
                raise forms.ValidationError(message)

        return check

    def clean_amount(self) -> Decimal:
        """Refuse parts of a cent."""
        amount: Decimal = self.cleaned_data["amount"]
        if amount != round(amount, self._digits):
            message = f"Write at most {self._digits} digits behind the point."
            raise forms.ValidationError(message)
        return amount


class ReasonForm(forms.Form):
    """A deed that has to be explained."""

    reason = _reason("Kept in the order's history, with your name.")


class DecideForm(ReasonForm):
    """Take a payment of another amount, or pay it back."""

    field_order = ("verdict", "reason")

    verdict = forms.ChoiceField(
        label="What becomes of it",
        choices=[("refund", "Pay it back"), ("accept", "Accept it for the order")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )


class ParcelForm(forms.Form):
    """What is known of a parcel."""

    carrier = forms.CharField(label="Carrier", max_length=60, required=False)
    tracking_number = forms.CharField(label="Tracking number", max_length=80, required=False)
    tracking_url = forms.URLField(
        label="Tracking page",
        max_length=300,
        required=False,
        assume_scheme="https",
        validators=[_HTTP],
        help_text="Where the customer follows the parcel; it stands in the mail.",
    )

    def parcel(self) -> dict[str, str]:
        """Return what was said."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class ReprintForm(ReasonForm):
    """Print lines of an order again, free of charge."""

    lines = forms.TypedMultipleChoiceField(
        label="What is printed again",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one line."},
    )
    field_order = ("lines", "reason")

    def __init__(self, *args: Any, lines: list[OrderLine], **options: Any) -> None:
        """``lines`` are those of the order that have a print."""
        super().__init__(*args, **options)
        field = self.fields["lines"]
        assert isinstance(field, forms.TypedMultipleChoiceField)  # noqa: S101 -- declared above
        field.choices = [(line.position, f"{line.quantity} × {line.title}") for line in lines]
        if len(lines) == 1:
            field.initial = [lines[0].position]


class NoteForm(forms.Form):
    """The note of staff; ``seen`` is what it said when the person began to write."""

    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput())
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For staff, and on the job ticket. Customers never see it.",
    )


class ParcelListForm(forms.Form):
    """A pasted list of orders with their tracking numbers."""

    text = forms.CharField(
        label="List",
        max_length=60_000,
        widget=forms.Textarea(
            attrs={"rows": 10, "class": "fr-mono", "placeholder": "1042, 1Z999AA10123456784"}
        ),
        help_text="A line per order: its number, then the tracking number; as copied from a sheet.",
        error_messages={"required": "Paste at least one line."},
    )
    carrier = forms.CharField(label="Carrier of all of them", max_length=60, required=False)
    tracking_page = forms.CharField(
        label="The carrier's tracking page",
        max_length=200,
        required=False,
        help_text="An address with {tracking} where the number goes. Empty: no link in the mail.",
        widget=forms.TextInput(attrs={"placeholder": "https://carrier.example/track/{tracking}"}),
    )

    def clean_tracking_page(self) -> str:
        """Refuse an address that no browser would open."""
        said: str = self.cleaned_data["tracking_page"].strip()
        if said:
            if "{tracking}" not in said:
                message = "Write {tracking} where the number goes."
                raise forms.ValidationError(message)
            _HTTP(said.replace("{tracking}", "1"))
        return said
