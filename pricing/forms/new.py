"""What a new price job is made of."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from catalog_sync.api import InvalidSelection, ProductStatus, Selection
from pricing.enums import Action
from pricing.rules import Rule, RuleErrors, simple_rule

WAYS = (("filter", "By search and filters"), ("skus", "By SKU"), ("chosen", "One by one"))
WAY_FIELDS = {
    "filter": (
        "text",
        "status",
        "vendor",
        "product_type",
        "tag",
        "stock_min",
        "stock_max",
        "price_min",
        "price_max",
        "all",
    ),
    "skus": ("skus",),
    "chosen": ("variant_ids", "product_ids"),
}
# Where a rule is wrong, and the field in which it was written.
_FIELD_OF = {"action.value": "value", "rounding.step": "step", "guards.0.value": "floor"}
# A browser sends one field for each; Django takes a thousand.
MOST_CHOSEN_BY_HAND = 500


def _text(label: str, placeholder: str = "", **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"placeholder": placeholder, **attributes})
    return forms.CharField(label=label, required=False, widget=widget)


def _number(label: str, help_text: str = "", *, required: bool = False, **attributes: str) -> Any:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", **attributes}),
        error_messages={
            "invalid": "Write a number such as 12.50.",
            "required": "Write a number such as 12.50.",
        },
    )


class NewJobForm(forms.Form):
    """Which variants, and what becomes of their prices.

    After :meth:`is_valid` has run, ``selection`` and ``rule`` hold what could be understood, each
    None when it could not; so a preview can show the half that is right.
    """

    way = forms.ChoiceField(choices=WAYS, required=False)
    text = _text("Search", "Title, SKU, barcode, vendor", type="search")
    status = forms.ChoiceField(
        label="Status", choices=[("", "Any"), *ProductStatus.choices], required=False
    )
    vendor = _text("Vendor")
    product_type = _text("Type")
    tag = _text("Tag")
    stock_min = _text("Stock from", inputmode="numeric")
    stock_max = _text("Stock up to", inputmode="numeric")
    price_min = _text("Price from", inputmode="decimal")
    price_max = _text("Price up to", inputmode="decimal")
    all = forms.BooleanField(
        label="Every variant of the shop; needed only without a search or filter", required=False
    )
    skus = forms.CharField(
        label="SKUs",
        required=False,
        strip=False,
        help_text="One on each line, or separated by commas or semicolons.",
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "false"}),
    )

    action = forms.ChoiceField(label="What to do", choices=Action.choices)
    value = _number(
        "Value", "To lower by percent or amount, begin with a minus: -10.", required=True
    )
    step = _number("Round to", "0.05 makes 25.43 into 25.45; 1 makes it 25.", list="price-steps")
    floor = _number("Never below", "A price that would fall below is raised to this.")
    name = forms.CharField(
        label="Name of the job",
        required=False,
        max_length=120,
        help_text="How you will find it again. Left empty, the rule is its name.",
    )
    connection = forms.ChoiceField(label="Shopify account")

    def __init__(
        self, data: Any, *, connections: Sequence[Any], initial: Mapping[str, Any] | None = None
    ) -> None:
        """``connections`` are the shop's own accounts; another's id is not a choice."""
        super().__init__(data, initial=dict(initial or {}))
        self.selection: Selection | None = None
        self.rule: Rule | None = None
        choices = [(str(each.pk), each.account) for each in connections]
        field = self.fields["connection"]
        field.choices = choices  # type: ignore[attr-defined]  # a ChoiceField, see above
        field.initial = choices[0][0] if choices else None
        if len(choices) == 1:
            field.widget = forms.HiddenInput()

    def values(self, name: str) -> list[str]:
        """Return all that was sent or preset under a name that may occur more than once."""
        if self.is_bound:
            sent: list[str] = self.data.getlist(name)  # type: ignore[attr-defined]  # request.POST
            return sent
        return [str(each) for each in self.initial.get(name, ())]

    @property
    def way_now(self) -> str:
        """Which way of choosing is open."""
        said = self.data.get("way") if self.is_bound else self.initial.get("way")
        return said if said in WAY_FIELDS else "filter"

    def clean(self) -> dict[str, Any]:
        """Turn the fields into a selection and a rule, errors beside the fields they belong to."""
        values = self.cleaned_data
        way = values.get("way") or "filter"
        self.selection = self._selection(way, values)
        if self.selection is not None and self.selection.is_empty:
            self._blame(way)
        self.rule = self._rule(values)
        return values

    def _selection(self, way: str, values: dict[str, Any]) -> Selection | None:
        query: dict[str, Any] = {name: values.get(name) for name in WAY_FIELDS[way]}
        if way == "skus":
            query["skus"] = split_skus(values.get("skus") or "")
        if way == "chosen":
            query = {name: self.values(name) for name in WAY_FIELDS[way]}
            if sum(map(len, query.values())) > MOST_CHOSEN_BY_HAND:
                self.add_error(
                    None, f"At most {MOST_CHOSEN_BY_HAND} can be chosen one by one. Use a filter."
                )
                return None
        try:
            return Selection.from_query(query)
        except InvalidSelection as error:
            for name, text in error.errors.items():
                self.add_error(name if name in self.fields else None, text)
            return None

    def _blame(self, way: str) -> None:
        if way == "skus":
            self.add_error("skus", "Paste at least one SKU.")
        elif way == "chosen":
            self.add_error(None, "Choose at least one variant: search, then tick it.")
        else:
            self.add_error(
                "all", "Set a filter, or tick this box if you mean every variant of the shop."
            )

    def _rule(self, values: dict[str, Any]) -> Rule | None:
        if {"action", "value", "step", "floor"} & set(self.errors):
            return None
        try:
            return simple_rule(
                Action(values["action"]),
                values["value"],
                step=Decimal("0.01") if values.get("step") is None else values["step"],
                floor=values.get("floor"),
            )
        except RuleErrors as refused:
            for place, said in refused.errors.items():
                self.add_error(_FIELD_OF.get(place.partition(".")[2]), said)
            return None

    @property
    def connection_id(self) -> UUID:
        """The chosen account of a valid form."""
        return UUID(self.cleaned_data["connection"])


def split_skus(text: str) -> list[str]:
    """Cut pasted text into SKUs; each once, in the order of the text."""
    parts = (part.strip().strip('"') for part in re.split(r"[\n\r,;\t]+", text))
    return list(dict.fromkeys(part for part in parts if part))
