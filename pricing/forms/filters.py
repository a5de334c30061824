"""The filters of the lists, from the address."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from pricing.enums import Cause, JobKind, Layer, PricingJobState
from pricing.presenting import known_zone, label_of, span_in
from pricing.queries.jobs import JobFilter
from pricing.queries.ledger import LedgerFilter

People = Sequence[tuple[str, str]]
"""Ids and names of those who may be filtered by."""


class _Filters(forms.Form):
    """A list's filters, from the URL; what makes no sense counts as not said."""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is chosen."""
        self.is_valid()
        return any(self.cleaned_data.get(name) for name in self.fields)

    def _said(self) -> dict[str, str]:
        self.is_valid()
        return {name: str(self.cleaned_data.get(name) or "").strip() for name in self.fields}

    def params(self) -> dict[str, str]:
        """Return what is chosen as texts, as the address and an export carry it."""
        return {name: value for name, value in self._said().items() if value}


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class _Dated(_Filters):
    """Filters with a first and a last day, in the shop's zone, and the shop's people."""

    since = _day("From")
    until = _day("Until")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, zone: str = "UTC", people: People = ()
    ) -> None:
        """``zone`` is the shop's; ``people`` are those of the shop."""
        super().__init__(data)
        self._zone = known_zone(zone)
        for name in ("who", "actor"):
            if name in self.fields:
                self.fields[name] = forms.ChoiceField(
                    label=self.fields[name].label,
                    choices=[("", "Everybody"), *people],
                    required=False,
                )

    def clean_until(self) -> Any:
        """Refuse a last day before the first; the first one then counts alone."""
        until, since = self.cleaned_data["until"], self.cleaned_data.get("since")
        if since and until and until < since:
            raise forms.ValidationError("It is before the first day.")
        return until

    def _span(self) -> dict[str, Any]:
        self.is_valid()
        days = (self.cleaned_data.get("since"), self.cleaned_data.get("until"))
        since, until = span_in(self._zone, *days)
        return {"since": since, "until": until}


class JobFilterForm(_Dated):
    """The filters of the list of price jobs."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "Name of a job"}),
    )
    state = forms.ChoiceField(
        label="State",
        choices=[
            ("", "Every state"),
            *((str(each), label_of(each)) for each in PricingJobState),
        ],
        required=False,
    )
    kind = forms.ChoiceField(
        label="Kind", choices=[("", "Every kind"), *JobKind.choices], required=False
    )
    who = forms.ChoiceField(label="Asked for by", required=False)

    field_order = ("q", "state", "kind", "who", "since", "until")

    def chosen(self) -> JobFilter:
        """Return the filter."""
        said = self._said()
        return JobFilter(
            state=said["state"],
            kind=said["kind"],
            text=said["q"],
            who=said["who"],
            **self._span(),
        )


class LedgerFilterForm(_Dated):
    """The filters of the price ledger; a job comes by a link, so it is not asked for."""

    sku = forms.CharField(label="SKU", required=False, max_length=200)
    layer = forms.ChoiceField(
        label="Whose price", choices=[("", "Everybody's"), *Layer.choices], required=False
    )
    cause = forms.ChoiceField(
        label="Cause", choices=[("", "Every cause"), *Cause.choices], required=False
    )
    actor = forms.ChoiceField(label="By", required=False)
    job = forms.UUIDField(required=False, widget=forms.HiddenInput())

    field_order = ("sku", "layer", "cause", "actor", "since", "until", "job")

    def chosen(self) -> LedgerFilter:
        """Return the filter."""
        said = self._said()
        return LedgerFilter(
            layer=said["layer"],
            cause=said["cause"],
            sku=said["sku"],
            actor=said["actor"],
            job=said["job"],
            **self._span(),
        )


class RowsForm(_Filters):
    """What the table of a job's page is narrowed to, and how a plan is sorted."""

    q = forms.CharField(
        label="SKU or title",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "SKU or title", "type": "search"}),
    )
    show = forms.CharField(required=False, max_length=40)
    rule = forms.IntegerField(required=False, min_value=1, max_value=99)
    reason = forms.CharField(required=False, max_length=200, strip=False)
    order = forms.ChoiceField(
        choices=[("", "riskiest first"), ("position", "catalogue order")], required=False
    )

    def text(self, name: str) -> str:
        """Return one of the texts; empty when it is not said or makes no sense."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    @property
    def chosen_rule(self) -> int | None:
        """Return the position of the rule whose rows are wanted."""
        self.is_valid()
        rule: int | None = self.cleaned_data.get("rule")
        return rule
