"""The two tables that orders are priced from, as one kind of thing: what names a row, what it says.

A row's *line* is all its columns as texts, in the one spelling they have in files, in the audit
record, and in comparisons.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from orders.models import ShippingRate, TaxRate

Line = Mapping[str, str]
Key = tuple[str, ...]
MOST_ROWS: Final = 2000


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is its word in addresses and in the audit record; ``key`` names a row."""

    name: str
    title: str
    model: type[ShippingRate] | type[TaxRate]
    key: tuple[str, ...]
    says: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order of files."""
        return (*self.key, *self.says)

    def line_of(self, row: Any) -> dict[str, str]:
        """Return a row, or something with its columns, as texts."""
        return {name: _text(self.model, name, getattr(row, name)) for name in self.columns}

    def line_from(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return typed values as texts."""
        return {name: _text(self.model, name, values[name]) for name in self.columns}

    def key_of(self, line: Line) -> Key:
        """Return what names the row of a line."""
        return tuple(line[name] for name in self.key)

    def values_of(self, line: Line) -> dict[str, Any]:
        """Return a line as typed values."""
        fields = self.model._meta  # noqa: SLF001 -- Django's documented API of models
        return {name: fields.get_field(name).to_python(line[name]) for name in self.columns}  # type: ignore[union-attr]  # columns, not relations

    def words_of(self, line: Line) -> str:
        """Name a row for people: ``CA ON, Standard, tube``."""
        place = " ".join(part for part in (line["country"], line["province"]) if part)
        return ", ".join([place, *(line[name] for name in self.key[2:])])

    def lines(self, shop_id: UUID) -> dict[Key, dict[str, str]]:
        """Return all rows of a merchant as lines by key, in their order. One query."""
        rows = self.model.objects.for_shop(shop_id).order_by(*self.key)
        lines = (self.line_of(row) for row in rows)
        return {self.key_of(line): line for line in lines}


def _text(model: Any, name: str, value: Any) -> str:
    if isinstance(value, Decimal):
        places = model._meta.get_field(name).decimal_places  # noqa: SLF001 -- as above
        return f"{value:.{places}f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


SHIPPING: Final = Table(
    "shipping_rates",
    "Shipping rates",
    ShippingRate,
    ("country", "province", "method", "parcel_class"),
    ("first_piece", "each_further", "days_least", "days_most"),
)
TAXES: Final = Table(
    "tax_rates", "Taxes", TaxRate, ("country", "province", "name", "valid_from"), ("rate",)
)
TABLES: Final[Mapping[str, Table]] = {"shipping": SHIPPING, "taxes": TAXES}
"""By their word in addresses."""
