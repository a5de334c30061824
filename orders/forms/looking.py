"""The filters of the lists of designs and renders, from the address.

What makes no sense counts as not said.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms

from orders.artwork.typefaces import FONTS
from orders.designs.finding import DELETED, DesignFilter
from orders.enums import DesignStatus, RenderKind, RenderStatus
from orders.presenting.designs import FRAME_WORDS
from orders.renders.queue import RenderFilter

_MOST_NUMBER = 2_147_483_647


def _search(label: str, placeholder: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"placeholder": placeholder, "type": "search"}),
    )


class _Filters(forms.Form):
    def said(self, name: str) -> Any:
        """Return what was chosen; None or empty when nothing was."""
        self.is_valid()
        return self.cleaned_data.get(name)

    def params(self) -> dict[str, str]:
        """Return what is chosen as texts, as the address and an export carry it."""
        return {
            name: "1" if said is True else str(said)
            for name in self.fields
            if (said := self.said(name))
        }


class DesignFilterForm(_Filters):
    """The filters of the list of designs."""

    name = _search("Name on it", "Rex, as it is written")
    frame = forms.ChoiceField(
        label="Frame",
        choices=[("", "Any"), *((str(kind), words) for kind, words in FRAME_WORDS.items())],
        required=False,
    )
    font = forms.ChoiceField(
        label="Font",
        choices=[("", "Any"), *((key, font.label) for key, font in FONTS.items())],
        required=False,
    )
    status = forms.ChoiceField(
        label="Status",
        choices=[("", "Any"), *DesignStatus.choices, (DELETED, "Thrown away")],
        required=False,
    )
    product = forms.TypedChoiceField(
        label="Product", choices=[("", "Any")], required=False, coerce=UUID, empty_value=None
    )
    email = _search("Owner's e-mail", "ada@example.com")
    q = _search("Checksum or id", "3f0c91ab")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, products: Iterable[tuple[UUID, str]] = ()
    ) -> None:
        """``products`` are those of the shop."""
        super().__init__(data)
        field = self.fields["product"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 -- declared above
        field.choices = [("", "Any"), *((str(key), name) for key, name in products)]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is chosen."""
        return bool(self.params())

    def chosen(self) -> DesignFilter:
        """Return the filter."""
        return DesignFilter(
            frame=self.said("frame") or "",
            font=self.said("font") or "",
            name=(self.said("name") or "").strip(),
            status=self.said("status") or "",
            product_id=self.said("product"),
            email=(self.said("email") or "").strip(),
            text=(self.said("q") or "").strip(),
        )


class RenderFilterForm(_Filters):
    """The filters of the render queue; the tab is one of them."""

    order = forms.IntegerField(
        label="Order number",
        required=False,
        min_value=1,
        max_value=_MOST_NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "1042"}),
    )
    kind = forms.ChoiceField(
        label="Kind", choices=[("", "Any"), *RenderKind.choices], required=False
    )
    paid = forms.ChoiceField(
        label="Paid",
        choices=[("", "Any"), ("1", "Paid only")],
        required=False,
    )
    untrue = forms.ChoiceField(
        label="Parity",
        choices=[("", "Any"), ("1", "Differs from its preview")],
        required=False,
    )
    design = forms.UUIDField(required=False, widget=forms.HiddenInput())
    status = forms.ChoiceField(
        choices=[("", ""), *RenderStatus.choices], required=False, widget=forms.HiddenInput()
    )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the tab is chosen."""
        return bool(set(self.params()) - {"status"})

    def chosen(self) -> RenderFilter:
        """Return the filter."""
        return RenderFilter(
            status=self.said("status") or "",
            kind=self.said("kind") or "",
            paid=bool(self.said("paid")),
            untrue=bool(self.said("untrue")),
            design_id=self.said("design"),
            order_number=self.said("order"),
        )
