"""Which variants, and what becomes of their prices, as a page sends it."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import QueryDict

from catalog_sync.api import InvalidSelection, ProductStatus, Selection
from pricing.enums import Action
from pricing.rules import Rule, RuleErrors

from .rules import PLAIN, PLAIN_OF, plain_rules, rules_in, rules_of_page

WAYS = (
    ("filter", "By search and filters"),
    ("skus", "By SKU"),
    ("chosen", "One by one"),
)
NARROW = (
    "text",
    "status",
    "vendor",
    "product_type",
    "tag",
    "stock_min",
    "stock_max",
    "price_min",
    "price_max",
)
TICKED = ("variant_ids", "product_ids")
MANY = (*TICKED, "expand")
"""Names that a form has once for each thing that is ticked."""

# A browser sends one field for each; Django takes a thousand.
MOST_CHOSEN_BY_HAND = 500


def text_field(label: str, placeholder: str = "", **attributes: str) -> forms.CharField:
    """Return a field of one line that may stay empty."""
    widget = forms.TextInput(attrs={"placeholder": placeholder, **attributes})
    return forms.CharField(label=label, required=False, widget=widget)


def number_field(label: str, help_text: str = "", **attributes: str) -> forms.CharField:
    """Return a field for a number, which is read with what it belongs to."""
    field = text_field(label, inputmode="decimal", autocomplete="off", **attributes)
    field.help_text = help_text
    return field


def hidden_field() -> forms.CharField:
    """Return a field that people do not see."""
    return forms.CharField(required=False, strip=False, widget=forms.HiddenInput())


class ChoiceForm(forms.Form):
    """Which variants, and what becomes of their prices; forms with more are made of it.

    After :meth:`is_valid` has run, ``selection`` and ``meant_rules`` hold what could be understood,
    each None when it could not; so a preview can show the half that is right. ``narrow`` is what
    the search and the filters mean by themselves. ``document`` are the rules as they were sent,
    ``rule_errors`` sentences by place in it.
    """

    ways: ClassVar[Sequence[tuple[str, str]]] = WAYS

    way = forms.ChoiceField(required=False)
    text = text_field("Search", "Title, SKU, barcode, vendor", type="search")
    status = forms.ChoiceField(
        label="Status", choices=[("", "Any"), *ProductStatus.choices], required=False
    )
    vendor = text_field("Vendor")
    product_type = text_field("Type")
    tag = text_field("Tag")
    stock_min = text_field("Stock from", inputmode="numeric")
    stock_max = text_field("Stock up to", inputmode="numeric")
    price_min = text_field("Price from", inputmode="decimal")
    price_max = text_field("Price up to", inputmode="decimal")
    all = forms.BooleanField(
        label="Every variant of the shop; needed only without a search or filter", required=False
    )
    all_matching = forms.BooleanField(required=False)
    skus = forms.CharField(
        label="SKUs",
        required=False,
        strip=False,
        help_text="One on each line, or separated by commas or semicolons.",
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "false"}),
    )

    rules = hidden_field()
    action = forms.ChoiceField(label="What to do", choices=Action.choices, required=False)
    value = number_field("Value", "To lower by percent or amount, begin with a minus: -10.")
    step = number_field("Round to", "0.05 makes 25.43 into 25.45; 1 makes it 25.")
    floor = number_field("Never below", "A price that would fall below is raised to this.")

    connection = forms.ChoiceField(label="Shopify account")

    def __init__(self, data: QueryDict, *, connections: Sequence[Any], currency: str) -> None:
        """``connections`` are the shop's own; another's id is not a choice."""
        super().__init__(data)
        self._currency = currency
        self.selection: Selection | None = None
        self.narrow: Selection | None = None
        self.meant_rules: tuple[Rule, ...] | None = None
        self.rule_errors: dict[str, str] = {}
        self.document: Any = None
        self._choices("way", list(self.ways))
        self._choices("connection", [(str(each.pk), each.account) for each in connections])
        if len(connections) == 1:
            self.fields["connection"].widget = forms.HiddenInput()

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def said(self, name: str) -> str:
        """Return what was sent under a name; empty when nothing was."""
        return str(self.data.get(name) or "")

    def values(self, name: str) -> list[str]:
        """Return all that was sent under a name that may occur more than once."""
        sent: list[str] = self.data.getlist(name)  # type: ignore[attr-defined]  # a QueryDict
        return sent

    def ticked(self, name: str) -> tuple[UUID, ...]:
        """Return the ids that were sent under a name, without what is none."""
        return tuple(dict.fromkeys(UUID(each) for each in self.values(name) if _is_id(each)))

    @property
    def way_now(self) -> str:
        """Which way of choosing is open."""
        said = self.said("way")
        return said if said in dict(self.ways) else "filter"

    @property
    def file_id(self) -> UUID | None:
        """The chosen price list; None where lists are no way of choosing."""
        return None

    @property
    def connection_id(self) -> UUID | None:
        """The chosen account; None when it is none of the shop's."""
        said = self.cleaned_data.get("connection")
        return UUID(said) if said else None

    @property
    def lacks_only_value(self) -> bool:
        """Whether nothing is wrong with the rules but that the first has no value yet."""
        return self.rule_errors.keys() == {"0.action.value"}

    def clean(self) -> dict[str, Any]:
        """Turn the fields into a selection and rules, errors beside the fields they belong to."""
        values, way = self.cleaned_data, self.way_now
        if way != "skus":
            self.narrow = self._selection_of({name: self.said(name) for name in NARROW})
        self.selection = self._selection(way)
        if self.selection is not None and self.selection.is_empty and self.file_id is None:
            self._blame(way)
        self._read_rules()
        return values

    def _selection(self, way: str) -> Selection | None:
        if way == "skus":
            return self._selection_of({"skus": split_skus(self.said("skus"))})
        if self.narrow is None:
            return None
        if way == "filter":
            every = not self.narrow.narrows and bool(self.cleaned_data.get("all"))
            return Selection(all=True) if every else self.narrow
        if self.cleaned_data.get("all_matching"):
            return self.narrow if self.narrow.narrows else Selection(all=True)
        ticked = {name: self.values(name) for name in TICKED}
        if sum(map(len, ticked.values())) > MOST_CHOSEN_BY_HAND:
            said = f"At most {MOST_CHOSEN_BY_HAND} can be chosen one by one. Use a filter."
            self.add_error(None, said)
            return None
        return self._selection_of(ticked)

    def _selection_of(self, query: dict[str, Any]) -> Selection | None:
        try:
            return Selection.from_query(query)
        except InvalidSelection as error:
            for name, text in error.errors.items():
                self.add_error(name if name in self.fields else None, text)
            return None

    def _blame(self, way: str) -> None:
        match way:
            case "skus":
                self.add_error("skus", "Paste at least one SKU.")
            case "chosen":
                self.add_error(None, "Choose at least one variant: search, then tick it.")
            case _:
                self.add_error(
                    "all", "Set a filter, or tick this box if you mean every variant of the shop."
                )

    def _read_rules(self) -> None:
        text = self.said("rules").strip()
        try:
            if text:
                self.document = rules_in(text)
            else:
                self.document = plain_rules({name: self.said(name) for name in PLAIN})
            self.meant_rules = rules_of_page(
                self.document, currency=self._currency, listed=self.file_id is not None
            )
        except RuleErrors as refused:
            self.rule_errors = refused.errors
            for place, said in {} if text else refused.errors.items():
                if PLAIN_OF.get(place) not in self.errors:
                    self.add_error(PLAIN_OF.get(place), said)
            if text:
                self.add_error("rules", "Look at the rules: what is to be mended is marked.")


def split_skus(text: str) -> list[str]:
    """Cut pasted text into SKUs; each once, in the order of the text."""
    parts = (part.strip().strip('"') for part in re.split(r"[\n\r,;\t]+", text))
    return list(dict.fromkeys(part for part in parts if part))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
