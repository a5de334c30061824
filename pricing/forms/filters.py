"""The filters of the lists, from the address."""

from django import forms

from pricing.enums import Cause, JobKind, Layer, PricingJobState
from pricing.queries.jobs import JobFilter
from pricing.queries.ledger import LedgerFilter


class _Filters(forms.Form):
    """A list's filters, from the URL; what makes no sense counts as not said."""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is chosen."""
        return any(self._said().values())

    def _said(self) -> dict[str, str]:
        self.is_valid()
        return {name: (self.cleaned_data.get(name) or "").strip() for name in self.fields}


class JobFilterForm(_Filters):
    """The filters of the list of price jobs."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "Name of a job"}),
    )
    state = forms.ChoiceField(
        label="State", choices=[("", "Every state"), *PricingJobState.choices], required=False
    )
    kind = forms.ChoiceField(
        label="Kind", choices=[("", "Every kind"), *JobKind.choices], required=False
    )

    def chosen(self) -> JobFilter:
        """Return the filter."""
        said = self._said()
        return JobFilter(state=said["state"], kind=said["kind"], text=said["q"])


class LedgerFilterForm(_Filters):
    """The filters of the price ledger."""

    sku = forms.CharField(label="SKU", required=False, max_length=200)
    layer = forms.ChoiceField(
        label="Whose price", choices=[("", "Everybody's"), *Layer.choices], required=False
    )
    cause = forms.ChoiceField(
        label="Cause", choices=[("", "Every cause"), *Cause.choices], required=False
    )

    def chosen(self) -> LedgerFilter:
        """Return the filter."""
        return LedgerFilter(**self._said())
