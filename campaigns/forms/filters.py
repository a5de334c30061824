"""The filters of the lists, from the address; what makes no sense counts as not said."""

from django import forms

from campaigns.enums import CampaignState
from campaigns.queries.campaigns import OVER_TAB, CampaignFilter
from campaigns.queries.variants import SHOWN

MOVES, EDITS, LEDGER = "moves", "edits", "ledger"
TABLES = (*SHOWN, MOVES, EDITS, LEDGER)


class _Filters(forms.Form):
    def text(self, name: str) -> str:
        """Return one of the texts; empty when it is not said or makes no sense."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "").strip()

    def params(self) -> dict[str, str]:
        """Return what is chosen as texts, as the address and an export carry it."""
        return {name: said for name in self.fields if (said := self.text(name))}


class CampaignFilterForm(_Filters):
    """The filters of the list of campaigns."""

    q = forms.CharField(
        label="Search",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "Name of a campaign", "type": "search"}),
    )
    state = forms.ChoiceField(
        choices=[("", "All"), *CampaignState.choices, (OVER_TAB, "Over")],
        required=False,
        widget=forms.HiddenInput(),
    )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the tab is chosen."""
        return bool(self.text("q"))

    def chosen(self) -> CampaignFilter:
        """Return the filter."""
        return CampaignFilter(state=self.text("state"), text=self.text("q"))


class RowsForm(_Filters):
    """What the table of a campaign's page shows."""

    q = forms.CharField(required=False, max_length=200)
    show = forms.ChoiceField(choices=[(each, each) for each in TABLES], required=False)
