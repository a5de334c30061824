"""Input of the mail pages."""

from django import forms

from .enums import MailState
from .queries import MailFilter


class MailFilterForm(forms.Form):
    """The filters of the mail list, from the URL; what makes no sense counts as not said."""

    text = forms.CharField(
        label="Search",
        required=False,
        max_length=320,
        widget=forms.TextInput(attrs={"placeholder": "Address, subject, error, Message-ID"}),
    )
    state = forms.ChoiceField(
        label="State", choices=[("", "Every state"), *MailState.choices], required=False
    )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is chosen."""
        return self.chosen() != MailFilter()

    def chosen(self) -> MailFilter:
        """Return the filter."""
        self.is_valid()
        values = self.cleaned_data
        return MailFilter(state=values.get("state") or "", text=(values.get("text") or "").strip())


class ReasonForm(forms.Form):
    """Why somebody decided so."""

    reason = forms.CharField(max_length=300)
