"""What a shop keeps for its price jobs, as forms: names, rules, selections, locks, thresholds."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms

from catalog_sync.api import InvalidSelection, ProductStatus, Selection
from foundation.untrusted.api import Rejected, read_json
from pricing.contracts import MAX_PRICE
from pricing.rules import Rule, RuleErrors, read_rules
from pricing.services.keeping import MOST_NAME
from pricing.services.locking import MOST_REASON

from .choosing import split_skus

SELECTION_FIELDS: Final = (
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
_NAME_FIRST: Final = "Give it a name."
_REASON_FIRST: Final = "Say why: whoever meets the lock wants to know."


def _input(placeholder: str = "", **attributes: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"placeholder": placeholder, "autocomplete": "off", **attributes})


def _text(label: str, placeholder: str = "", **attributes: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, widget=_input(placeholder, **attributes), strip=True
    )


class NameField(forms.CharField):
    """The name of something that is kept."""

    def __init__(self, label: str = "Name", placeholder: str = "") -> None:
        """Say what to enter where nothing was."""
        super().__init__(
            label=label,
            max_length=MOST_NAME,
            widget=_input(placeholder),
            error_messages={"required": _NAME_FIRST},
        )


class ReasonField(forms.CharField):
    """Why a price is locked."""

    def __init__(self) -> None:
        """Say what to enter where nothing was."""
        super().__init__(
            label="Reason",
            max_length=MOST_REASON,
            widget=_input("Agreed with the brand until spring"),
            error_messages={"required": _REASON_FIRST},
        )


class SelectionForm(forms.Form):
    """Filters on the catalogue; valid ones are in ``selection``."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is selected yet."""
        super().__init__(*args, **kwargs)
        self.selection = Selection()

    def clean(self) -> dict[str, Any]:
        """Read the filters as one selection, errors beside the fields they belong to."""
        values = self.cleaned_data
        try:
            self.selection = Selection.from_query(
                {name: values.get(name) for name in SELECTION_FIELDS}
            )
        except InvalidSelection as error:
            for name, text in error.errors.items():
                self.add_error(name, text)
        return values

    def selection_fields(self) -> list[forms.BoundField]:
        """Return the fields of the filter, in their order."""
        return [self[name] for name in SELECTION_FIELDS]


class SavedFilterForm(SelectionForm):
    """A filter and its name."""

    name = NameField(placeholder="Winter coats in stock")
    replace = forms.BooleanField(required=False, widget=forms.HiddenInput)


class RuleSetForm(forms.Form):
    """Rules as a JSON document, and their name; valid ones are in ``rules``."""

    name = NameField(placeholder="Clearance")
    rules = forms.CharField(
        widget=forms.HiddenInput, error_messages={"required": "There are no rules to save."}
    )
    replace = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], *, digits: int) -> None:
        """``digits``: decimals of the shop's currency."""
        super().__init__(data)
        self._digits = digits
        self.read: Sequence[Rule] = ()

    def clean_rules(self) -> str:
        """Read the document, by its shape and by its sense."""
        text: str = self.cleaned_data["rules"]
        try:
            self.read = read_rules(read_json(text.encode()), digits=self._digits)
        except (Rejected, RuleErrors) as error:
            raise forms.ValidationError(_said(error)) from error
        return text


def _said(error: Rejected | RuleErrors) -> list[str]:
    if isinstance(error, Rejected):
        return [str(error)]
    return [f"{_place(place)}{sentence}" for place, sentence in error.errors.items()]


def _place(place: str) -> str:
    number, _, rest = place.partition(".")
    if not number.isdecimal():
        return ""
    return f"Rule {int(number) + 1}{f', {rest}' if rest else ''}: "


class RenameForm(forms.Form):
    """Another name."""

    name = NameField()


class ReasonForm(forms.Form):
    """Why one thing is locked."""

    reason = ReasonField()


class SkuLockForm(forms.Form):
    """Locks of variants by their SKUs, pasted."""

    skus = forms.CharField(
        label="SKUs",
        widget=forms.Textarea(
            attrs={"rows": 4, "placeholder": "One on each line, or separated by commas"}
        ),
        error_messages={"required": "Paste at least one SKU."},
    )
    reason = ReasonField()

    def clean_skus(self) -> tuple[str, ...]:
        """Cut the text into SKUs, each once, in the order of the text."""
        skus = split_skus(self.cleaned_data["skus"])
        if not skus:
            raise forms.ValidationError("Paste at least one SKU.")
        try:
            return Selection.from_query({"skus": skus}).skus
        except InvalidSelection as error:
            raise forms.ValidationError(list(error.errors.values())) from error


class FilterLockForm(SelectionForm):
    """A lock on whatever a filter matches; the filter is entered, or a saved one."""

    saved = forms.ChoiceField(label="Saved filter", required=False)
    all = forms.BooleanField(label="Every price of the shop", required=False)
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reason = ReasonField()

    def __init__(self, *args: Any, saved: Mapping[UUID, tuple[str, Any]], **kwargs: Any) -> None:
        """``saved`` are the shop's filters: name and stored selection by id."""
        super().__init__(*args, **kwargs)
        self._saved = {str(pk): selection for pk, (_, selection) in saved.items()}
        choices = [(str(pk), name) for pk, (name, _) in saved.items()]
        field: Any = self.fields["saved"]
        field.choices = [("", "None: the fields below"), *choices]

    def clean(self) -> dict[str, Any]:
        """Take the saved filter, the entered one, or everything; say where it is none of them."""
        values = super().clean()
        query = self._saved.get(values.get("saved") or "")
        if query is not None:
            if self.selection.narrows:
                self.add_error("saved", "Choose a saved filter, or fill in the fields: not both.")
            self.selection = Selection.from_query(query)
        elif values.get("all") and not self.selection.narrows:
            self.selection = Selection(all=True)
        if self.selection.is_empty and not self.errors:
            self.add_error("text", "Set at least one filter: this one would lock nothing.")
        return values


def _threshold(label: str, help_text: str, **limits: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=0,
        widget=_input(inputmode="decimal"),
        error_messages={"invalid": "Write a number such as 12.50, or nothing."},
        **limits,
    )


class ApprovalForm(forms.Form):
    """Above what a plan needs a second person."""

    enabled = forms.BooleanField(label="Ask a second person", required=False)
    rows_over = forms.IntegerField(
        label="More prices than",
        help_text="In one job. Empty: no limit by number.",
        required=False,
        min_value=0,
        max_value=2_147_483_647,
        widget=_input(inputmode="numeric"),
        error_messages={"invalid": "Write a whole number such as 500, or nothing."},
    )
    percent_over = _threshold(
        "Change above, %",
        "Up or down, of the price that changes most.",
        max_value=Decimal("99999.99"),
        decimal_places=2,
    )
    money_over = _threshold(
        "Given away above",
        "What falling prices come to on the stock at hand.",
        max_value=MAX_PRICE,
        decimal_places=2,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse approval that would never be asked."""
        values = self.cleaned_data
        limits = ("rows_over", "percent_over", "money_over")
        empty = all(values.get(name) is None for name in limits)
        if values.get("enabled") and empty and not self.errors:
            self.add_error("enabled", "Set at least one threshold.")
        return values
