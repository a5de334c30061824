"""Input of the audit page."""

from django import forms


class AuditFilterForm(forms.Form):
    """The filters of the audit list, from the URL."""

    text = forms.CharField(
        label="Search",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "Deed, reason, id of an object or request…"}),
    )
    who = forms.UUIDField(label="Who", required=False, widget=forms.HiddenInput)

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is chosen."""
        self.is_valid()
        return any(self.cleaned_data.values())
