"""Input of the pages about people and shops."""

from django import forms


class ShopSwitchForm(forms.Form):
    """Which shop to work in from now on."""

    shop = forms.UUIDField()
    next = forms.CharField(required=False)


class FreezeForm(forms.Form):
    """Why a shop is frozen; shown to everybody on every page."""

    reason = forms.CharField(
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "Prices look wrong in collection…"}),
        help_text="Everybody in the shop reads it until the switch is released.",
    )
