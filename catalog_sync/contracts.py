"""What the mirror speaks: which variants are meant, and what a list can be narrowed by."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Self
from uuid import UUID

from .enums import ProductStatus

MOST_CHOSEN: Final = 20_000
"""Ids or SKUs one selection may name; more are better told by a filter."""

MOST_TEXT: Final = 200
MOST_STOCK: Final = 1_000_000_000
MOST_PRICE: Final = Decimal("999999999999.99")

_TEXTS: Final = ("text", "vendor", "product_type", "tag")
_STOCKS: Final = ("stock_min", "stock_max")
_PRICES: Final = ("price_min", "price_max")
_IDS: Final = ("variant_ids", "product_ids")


class InvalidSelection(ValueError):
    """A selection that cannot be read; ``errors`` holds a sentence for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """``errors`` is keyed by the field as it was sent."""
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which variants of one shop are meant.

    Filters are joined by *and*; bounds include their value. ``text`` is words that must all occur
    in titles, SKU, barcode or vendor. ``variant_ids``, ``product_ids`` and ``skus`` name things
    and are joined by *or* among themselves. A selection that narrows nothing matches nothing,
    unless ``all`` says that everything is meant: a forgotten filter must not reprice a shop.
    Deleted products and variants never match.
    """

    text: str = ""
    vendor: str = ""
    product_type: str = ""
    tag: str = ""
    status: str = ""
    stock_min: int | None = None
    stock_max: int | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    variant_ids: tuple[UUID, ...] = ()
    product_ids: tuple[UUID, ...] = ()
    skus: tuple[str, ...] = ()
    all: bool = False

    @property
    def narrows(self) -> bool:
        """Whether any filter or choice is set."""
        return self != type(self)(all=self.all)

    @property
    def is_empty(self) -> bool:
        """Whether it matches nothing by itself."""
        return not (self.all or self.narrows)

    def without(self, *names: str) -> Self:
        """Return the selection with these fields cleared."""
        defaults = {each.name: each.default for each in fields(self)}
        return replace(self, **{name: defaults[name] for name in names})

    def to_query(self) -> dict[str, Any]:
        """Return it as JSON; fields that say nothing are left out."""
        said = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) != each.default
        }
        return {name: _plain(value) for name, value in said.items()}

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_query` wrote, or a form or API client sent.

        Numbers may be strings; empty strings and null mean "not set". Raises
        :class:`InvalidSelection` with a sentence for each field that is unknown or impossible.
        """
        if not isinstance(query, Mapping):
            raise InvalidSelection({"selection": "It must be an object."})
        known = {each.name for each in fields(cls)}
        values: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name, raw in query.items():
            if name not in known:
                errors[str(name)] = "There is no such filter."
            elif raw is not None and raw != "":
                try:
                    values[name] = _read(name, raw)
                except ValueError as error:
                    errors[name] = str(error)
        for low, high in (_STOCKS, _PRICES):
            if low in values and high in values and values[low] > values[high]:
                errors[high] = "It is below the minimum."
        if errors:
            raise InvalidSelection(errors)
        return cls(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, UUID | Decimal) else value


def _read(name: str, raw: Any) -> Any:
    """Turn one field's raw value into its type; ValueError carries the sentence."""
    if name in _TEXTS:
        return _text(raw)
    if name == "status":
        if raw not in ProductStatus.values:
            message = f"It must be one of {', '.join(ProductStatus.values)}."
            raise ValueError(message)
        return str(raw)
    if name in _STOCKS:
        return _whole(raw)
    if name in _PRICES:
        return _amount(raw)
    if name in _IDS:
        return tuple(dict.fromkeys(_uuid(each) for each in _list(raw)))
    if name == "skus":
        return tuple(dict.fromkeys(text for each in _list(raw) if (text := _text(each))))
    if raw in (True, False):
        return bool(raw)
    if raw in ("true", "false", "1", "0"):
        return raw in ("true", "1")
    message = "It must be true or false."
    raise ValueError(message)


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        message = "It must be text."
        raise ValueError(message)  # noqa: TRY004 -- one kind of error for all bad input
    if len(raw) > MOST_TEXT or "\x00" in raw:
        message = f"It must be text of at most {MOST_TEXT} characters."
        raise ValueError(message)
    return raw.strip()


def _whole(raw: Any) -> int:
    message = f"It must be a whole number between -{MOST_STOCK} and {MOST_STOCK}."
    try:
        number = int(raw) if isinstance(raw, str) else raw
    except ValueError:
        raise ValueError(message) from None
    if isinstance(number, bool) or not isinstance(number, int) or abs(number) > MOST_STOCK:
        raise ValueError(message)
    return number


def _amount(raw: Any) -> Decimal:
    message = f"It must be an amount between 0 and {MOST_PRICE}."
    # A float has lost what was meant before it came here: 0.1 is not a tenth.
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise ValueError(message)
    try:
        amount = Decimal(raw)
    except InvalidOperation:
        raise ValueError(message) from None
    if not amount.is_finite() or not 0 <= amount <= MOST_PRICE:
        raise ValueError(message)
    return amount


def _uuid(raw: Any) -> UUID:
    try:
        return raw if isinstance(raw, UUID) else UUID(raw)
    except (ValueError, TypeError, AttributeError):
        message = f"{str(raw)[:60]!r} is not an id."
        raise ValueError(message) from None


def _list(raw: Any) -> list[Any]:
    if not isinstance(raw, list | tuple):
        message = "It must be a list."
        raise ValueError(message)  # noqa: TRY004 -- one kind of error for all bad input
    if len(raw) > MOST_CHOSEN:
        message = f"It names more than {MOST_CHOSEN:,} things; use a filter."
        raise ValueError(message)
    return list(raw)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value a list can be narrowed to, and how much would be left."""

    value: str
    label: str
    products: int
    variants: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What a selection can be narrowed by. Each facet is counted with all *other* filters on."""

    status: tuple[FacetValue, ...]
    vendor: tuple[FacetValue, ...]
    product_type: tuple[FacetValue, ...]
    tag: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """How much a selection matches; prices are in the shop's currency, None when nothing does."""

    products: int
    variants: int
    price_min: Decimal | None
    price_max: Decimal | None
    newest: dt.datetime | None
    """The vendor's time of the latest change among them."""
