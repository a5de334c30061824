"""What a new price job is made of."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from catalog_sync.api import Selection
from pricing.enums import ConflictPolicy
from pricing.models import PriceFile

from .choosing import WAYS as WAYS_WITHOUT_LIST
from .choosing import ChoiceForm, hidden_field

WAYS = (*WAYS_WITHOUT_LIST, ("list", "By price list"))


class NewJobForm(ChoiceForm):
    """Which variants, also by a price list, what becomes of their prices, and how to run it."""

    ways = WAYS

    price_file = forms.ChoiceField(label="Price list", required=False)
    name = forms.CharField(
        label="Name of the job",
        required=False,
        max_length=120,
        help_text="How you will find it again. Left empty, the first rule is its name.",
    )
    conflict_policy = forms.ChoiceField(
        label="If somebody changes a price meanwhile",
        choices=ConflictPolicy.choices,
        required=False,
    )
    draft = forms.UUIDField(required=False, widget=forms.HiddenInput())
    origin = hidden_field()

    def __init__(
        self,
        data: QueryDict,
        *,
        connections: Sequence[Any],
        files: Sequence[PriceFile],
        currency: str,
    ) -> None:
        """``connections`` and ``files`` are the shop's own; another's id is not a choice."""
        super().__init__(data, connections=connections, currency=currency)
        self._files = {str(each.pk): each for each in files}
        self._choices("price_file", [("", "Choose a list"), *self._file_choices(connections)])

    def _file_choices(self, connections: Sequence[Any]) -> list[tuple[str, str]]:
        accounts = {each.pk: each.account for each in connections}
        return [
            (
                key,
                f"{each.name} ({accounts[each.connection_id]})" if len(accounts) > 1 else each.name,
            )
            for key, each in self._files.items()
        ]

    @property
    def file_id(self) -> UUID | None:
        """The chosen price list, when that is the way of choosing."""
        said = self.said("price_file")
        return UUID(said) if self.way_now == "list" and said in self._files else None

    @property
    def policy(self) -> ConflictPolicy:
        """What the run is to do with prices that somebody changed meanwhile."""
        return ConflictPolicy(self.cleaned_data.get("conflict_policy") or ConflictPolicy.SKIP)

    def clean(self) -> dict[str, Any]:
        """Check the price list, too."""
        values = super().clean()
        if self.way_now == "list" and "price_file" not in self.errors:
            self._check_account()
        return values

    def _selection(self, way: str) -> Selection | None:
        return self.narrow if way == "list" else super()._selection(way)

    def _blame(self, way: str) -> None:
        if way != "list":
            super()._blame(way)
        elif "price_file" not in self.errors:
            self.add_error("price_file", "Choose a price list, or upload one.")

    def _check_account(self) -> None:
        file, account = self._files.get(self.said("price_file")), self.connection_id
        if file is not None and account is not None and file.connection_id != account:
            said = "This list is of another Shopify account. Choose that account, or another list."
            self.add_error("price_file", said)
