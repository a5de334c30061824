"""What the mirror speaks: which variants are meant, and what a list can be narrowed by."""

import datetime as dt
from collections.abc import Callable, Mapping
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
MOST_DECIMALS: Final = 6

_BOUNDS: Final = (("stock_min", "stock_max"), ("price_min", "price_max"))


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
        defaults: dict[str, Any] = {each.name: each.default for each in fields(self)}
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
        values: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name, raw in query.items():
            if name not in _READERS:
                errors[str(name)] = "There is no such filter."
            elif raw is not None and raw != "":
                try:
                    values[name] = _READERS[name](raw)
                except ValueError as error:
                    errors[name] = str(error)
        for low, high in _BOUNDS:
            if low in values and high in values and values[low] > values[high]:
                errors[high] = "It is below the minimum."
        if errors:
            raise InvalidSelection(errors)
        return cls(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, UUID | Decimal) else value


def _text(raw: Any) -> str:
    if isinstance(raw, str) and len(raw) <= MOST_TEXT and "\x00" not in raw:
        return raw.strip()
    message = f"It must be text of at most {MOST_TEXT} characters."
    raise ValueError(message)


def _status(raw: Any) -> str:
    if raw in ProductStatus.values:
        return str(raw)
    message = f"It must be one of {', '.join(ProductStatus.values)}."
    raise ValueError(message)


def _flag(raw: Any) -> bool:
    if raw in (True, "true", "1"):
        return True
    if raw in (False, "false", "0"):
        return False
    message = "It must be true or false."
    raise ValueError(message)


def _whole(raw: Any) -> int:
    try:
        number = int(raw) if isinstance(raw, str) else raw
        if type(number) is int and abs(number) <= MOST_STOCK:
            return number
    except ValueError:
        pass
    message = f"It must be a whole number between -{MOST_STOCK} and {MOST_STOCK}."
    raise ValueError(message)


def _amount(raw: Any) -> Decimal:
    try:
        # A float has lost what was meant before it came here: 0.1 is not a tenth.
        if isinstance(raw, str | int | Decimal) and not isinstance(raw, bool):
            amount = Decimal(raw)
            bounded = amount.is_finite() and 0 <= amount <= MOST_PRICE
            # No database holds 1e-99999.
            if bounded and amount == round(amount, MOST_DECIMALS):
                return amount
    except InvalidOperation:
        pass
    message = f"It must be an amount between 0 and {MOST_PRICE}."
    raise ValueError(message)


def _uuid(raw: Any) -> UUID:
    try:
        return raw if isinstance(raw, UUID) else UUID(raw)
    except (ValueError, TypeError, AttributeError):
        message = f"{str(raw)[:60]!r} is not an id."
        raise ValueError(message) from None


def _list(raw: Any) -> list[Any]:
    if isinstance(raw, list | tuple) and len(raw) <= MOST_CHOSEN:
        return list(raw)
    message = f"It must be a list of at most {MOST_CHOSEN:,} things; more are told by a filter."
    raise ValueError(message)


def _uuids(raw: Any) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(_uuid(each) for each in _list(raw)))


def _texts(raw: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for each in _list(raw) if (text := _text(each))))


# How each field's raw value becomes its type; a ValueError carries the sentence for people.
_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text": _text,
    "vendor": _text,
    "product_type": _text,
    "tag": _text,
    "status": _status,
    "stock_min": _whole,
    "stock_max": _whole,
    "price_min": _amount,
    "price_max": _amount,
    "variant_ids": _uuids,
    "product_ids": _uuids,
    "skus": _texts,
    "all": _flag,
}


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
