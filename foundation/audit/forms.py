"""Input of the audit page."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

Choices = Sequence[tuple[str, str]]


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class AuditFilterForm(forms.Form):
    """The filters of the audit list, from the URL or of an export."""

    text = forms.CharField(
        label="Search",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "Deed, reason, id of an object or request…"}),
    )
    kind = forms.ChoiceField(label="Object", required=False)
    who = forms.ChoiceField(label="Who", required=False)
    since = _day("From")
    until = _day("Until")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, kinds: Choices = (), people: Choices = ()
    ) -> None:
        """``kinds`` are kinds of objects with their words, ``people`` ids with names."""
        super().__init__(data)
        for name, every, known in (("kind", "Every kind", kinds), ("who", "Everybody", people)):
            self.fields[name] = forms.ChoiceField(
                label=self.fields[name].label, choices=[("", every), *known], required=False
            )

    def clean_until(self) -> Any:
        """Refuse a last day before the first; the first one then counts alone."""
        until, since = self.cleaned_data["until"], self.cleaned_data.get("since")
        if since and until and until < since:
            raise forms.ValidationError("It is before the first day.")
        return until

    def params(self) -> dict[str, str]:
        """Return what is chosen as texts, as the address and an export carry it."""
        self.is_valid()
        said = {name: str(self.cleaned_data.get(name) or "") for name in self.fields}
        return {name: value for name, value in said.items() if value}

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is chosen."""
        return bool(self.params())
