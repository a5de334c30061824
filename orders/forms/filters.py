"""The filters of the list of orders, from the address; what makes no sense counts as not said."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from foundation.zones import moment_in
from orders.enums import OrderStatus, PaymentStatus
from orders.queries.attention import Attention
from orders.queries.orders import OrderFilter


class OrderFilterForm(forms.Form):
    """The filters of the list; days are those of the shop's calendar."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "Number, name or e-mail", "type": "search"}),
    )
    payment = forms.ChoiceField(
        label="Money", choices=[("", "Any"), *PaymentStatus.choices], required=False
    )
    product = forms.TypedChoiceField(
        label="Product", choices=[("", "Any")], required=False, coerce=UUID, empty_value=None
    )
    since = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label="To", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    status = forms.ChoiceField(
        choices=[("", "All"), *OrderStatus.choices], required=False, widget=forms.HiddenInput()
    )
    attention = forms.ChoiceField(
        choices=[("", ""), *Attention.choices], required=False, widget=forms.HiddenInput()
    )

    def __init__(
        self, *args: Any, products: Iterable[tuple[UUID, str]] = (), **options: Any
    ) -> None:
        """``products`` are those of the shop."""
        super().__init__(*args, **options)
        field = self.fields["product"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 -- declared above
        field.choices = [("", "Any"), *((str(key), name) for key, name in products)]

    def _said(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the tab is chosen."""
        return any(self._said(name) for name in ("q", "payment", "product", "since", "until"))

    def params(self) -> dict[str, str]:
        """Return what is chosen as texts, as the address and an export carry it."""
        return {name: str(said) for name in self.fields if (said := self._said(name))}

    def chosen(self, zone: str) -> OrderFilter:
        """Return the filter; ``zone`` is the shop's."""
        last: dt.date | None = self._said("until")
        return OrderFilter(
            status=self._said("status") or "",
            payment_status=self._said("payment") or "",
            text=self._said("q") or "",
            attention=self._said("attention") or "",
            product_id=self._said("product"),
            since=_midnight(self._said("since"), zone),
            until=_midnight(last + dt.timedelta(days=1) if last else None, zone),
        )


def _midnight(day: dt.date | None, zone: str) -> dt.datetime | None:
    return moment_in(zone, dt.datetime.combine(day, dt.time())) if day else None
