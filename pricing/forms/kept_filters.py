"""The filters of the lists of what a shop keeps, from the address."""

from django import forms

from pricing.enums import PriceFileState
from pricing.queries.keeping import LockFilter
from pricing.queries.lists import PriceListFilter

from .filters import _Filters


class LockFilterForm(_Filters):
    """The filters of the list of price locks."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "SKU, title or reason"}),
    )
    kind = forms.ChoiceField(
        label="Of what",
        choices=[
            ("", "Everything"),
            ("variant", "Variants"),
            ("product", "Products"),
            ("filter", "Filters"),
        ],
        required=False,
    )

    def said(self) -> dict[str, str]:
        """Return what is chosen, to be posted again."""
        return {name: value for name, value in self._said().items() if value}

    def chosen(self) -> LockFilter:
        """Return the filter."""
        return LockFilter(**self._said())


class PriceListFilterForm(_Filters):
    """The filters of the list of price lists."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "Name of a file"}),
    )
    state = forms.ChoiceField(
        label="State", choices=[("", "Every state"), *PriceFileState.choices], required=False
    )

    def chosen(self) -> PriceListFilter:
        """Return the filter."""
        said = self._said()
        return PriceListFilter(text=said["q"], state=said["state"])
