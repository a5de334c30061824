"""Input of the alert pages."""

from django import forms


class CloseForm(forms.Form):
    """Why an alert is closed by hand."""

    reason = forms.CharField(max_length=300)
