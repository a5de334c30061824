"""Input of the catalogue's pages: the filters in the URL."""

from django import forms

from .contracts import InvalidSelection, Selection
from .enums import ProductStatus

_FACETS = ("vendor", "product_type", "tag")


class ProductFilterForm(forms.Form):
    """The filters of the product list, from the URL; facets are links and ride along hidden."""

    text = forms.CharField(
        label="Search",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "Title, SKU, barcode…", "type": "search"}),
    )
    status = forms.ChoiceField(
        label="Status", choices=[("", "Any status"), *ProductStatus.choices], required=False
    )
    stock_min = forms.CharField(
        label="Stock from", required=False, widget=forms.NumberInput(attrs={"step": "1"})
    )
    stock_max = forms.CharField(
        label="Stock to", required=False, widget=forms.NumberInput(attrs={"step": "1"})
    )
    price_min = forms.CharField(
        label="Price from",
        required=False,
        widget=forms.NumberInput(attrs={"step": "0.01", "min": "0"}),
    )
    price_max = forms.CharField(
        label="Price to",
        required=False,
        widget=forms.NumberInput(attrs={"step": "0.01", "min": "0"}),
    )
    vendor = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    product_type = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    tag = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is chosen."""
        return self.selection().narrows

    @property
    def chosen_facets(self) -> list[tuple[str, str]]:
        """Return the facets that are on, as (parameter, value)."""
        selection = self.selection()
        return [(name, value) for name in _FACETS if (value := getattr(selection, name))]

    def selection(self) -> Selection:
        """Return the filters; what makes no sense counts as not said and stands at its field."""
        self.is_valid()
        query = {name: value for name, value in self.cleaned_data.items() if value}
        while True:
            try:
                selection = Selection.from_query(query)
            except InvalidSelection as error:
                for name, text in error.errors.items():
                    query.pop(name)
                    if name in self.fields:
                        self.add_error(name, text)
            else:
                return selection if selection.narrows else Selection(all=True)
