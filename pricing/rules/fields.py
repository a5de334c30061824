"""What a condition may ask: the fields, the questions each of them takes, and what to enter."""

from enum import Enum, auto
from types import MappingProxyType

from django.db import models


class Match(models.TextChoices):
    """How many conditions of a group must hold."""

    ALL = "all", "all of"
    ANY = "any", "any of"


class Field(models.TextChoices):
    """What is asked about; the label is its name inside a sentence."""

    PRICE = "price", "price"
    COMPARE_AT = "compare_at", "compare-at price"
    COST = "cost", "cost"
    MARGIN = "margin", "margin"
    STOCK = "stock", "stock"
    STOCK_AT = "stock_at", "stock at a location"
    VENDOR = "vendor", "vendor"
    TYPE = "type", "product type"
    TAG = "tag", "tag"
    TITLE = "title", "title"
    SKU = "sku", "SKU"
    STATUS = "status", "status"
    CREATED = "created", "creation date"
    UPDATED = "updated", "last update"


class Op(models.TextChoices):
    """How it is asked; the label follows the field's name."""

    LT = "lt", "is below"
    LTE = "lte", "is at most"
    EQ = "eq", "is exactly"
    NE = "ne", "is not"
    GTE = "gte", "is at least"
    GT = "gt", "is above"
    BETWEEN = "between", "is between"
    KNOWN = "known", "is known"
    UNKNOWN = "unknown", "is not known"
    IS = "is", "is"
    IS_NOT = "is_not", "is not"
    CONTAINS = "contains", "contains"
    NOT_CONTAINS = "not_contains", "does not contain"
    STARTS_WITH = "starts_with", "starts with"
    ENDS_WITH = "ends_with", "ends with"
    IN = "in", "is one of"
    HAS = "has", "has"
    HAS_NOT = "has_not", "has not"
    BEFORE = "before", "is before"
    AFTER = "after", "is after"
    OLDER_THAN_DAYS = "older_than_days", "is older than (days)"
    NEWER_THAN_DAYS = "newer_than_days", "is newer than (days)"


class Kind(Enum):
    """What sort of value a field has."""

    MONEY = auto()
    PERCENT = auto()
    COUNT = auto()
    TEXT = auto()
    TAGS = auto()
    STATUS = auto()
    TIME = auto()


class Entry(Enum):
    """What a condition's value must be."""

    NOTHING = auto()
    NUMBER = auto()
    RANGE = auto()
    TEXT = auto()
    TEXTS = auto()
    STATUS = auto()
    DATE = auto()
    DAYS = auto()


_COMPARED = dict.fromkeys((Op.LT, Op.LTE, Op.EQ, Op.NE, Op.GTE, Op.GT), Entry.NUMBER)
_NUMBERS = _COMPARED | {
    Op.BETWEEN: Entry.RANGE,
    Op.KNOWN: Entry.NOTHING,
    Op.UNKNOWN: Entry.NOTHING,
}
_TEXTS = dict.fromkeys(
    (Op.IS, Op.IS_NOT, Op.CONTAINS, Op.NOT_CONTAINS, Op.STARTS_WITH, Op.ENDS_WITH), Entry.TEXT
) | {Op.IN: Entry.TEXTS}

OPS = MappingProxyType(
    {
        Kind.MONEY: _NUMBERS,
        Kind.PERCENT: _NUMBERS,
        Kind.COUNT: _NUMBERS,
        Kind.TEXT: _TEXTS,
        Kind.TAGS: {Op.HAS: Entry.TEXT, Op.HAS_NOT: Entry.TEXT},
        Kind.STATUS: {Op.IS: Entry.STATUS, Op.IS_NOT: Entry.STATUS},
        Kind.TIME: {
            Op.BEFORE: Entry.DATE,
            Op.AFTER: Entry.DATE,
            Op.OLDER_THAN_DAYS: Entry.DAYS,
            Op.NEWER_THAN_DAYS: Entry.DAYS,
        },
    }
)
"""Which questions a kind of field takes, in the order to offer them, and what each needs."""

KINDS = MappingProxyType(
    {
        Field.PRICE: Kind.MONEY,
        Field.COMPARE_AT: Kind.MONEY,
        Field.COST: Kind.MONEY,
        Field.MARGIN: Kind.PERCENT,
        Field.STOCK: Kind.COUNT,
        Field.STOCK_AT: Kind.COUNT,
        Field.VENDOR: Kind.TEXT,
        Field.TYPE: Kind.TEXT,
        Field.TAG: Kind.TAGS,
        Field.TITLE: Kind.TEXT,
        Field.SKU: Kind.TEXT,
        Field.STATUS: Kind.STATUS,
        Field.CREATED: Kind.TIME,
        Field.UPDATED: Kind.TIME,
    }
)

NUMERIC = frozenset({Kind.MONEY, Kind.PERCENT, Kind.COUNT})

# The mirror's product states. Not imported: the language knows no other app.
STATUSES = ("active", "archived", "draft", "unlisted")


def ops_of(field: Field) -> tuple[Op, ...]:
    """Return the questions a field takes, in the order to offer them."""
    return tuple(OPS[KINDS[field]])


def entry_of(field: Field, op: Op) -> Entry | None:
    """Return what a condition of this field and question needs, None when they do not fit."""
    return OPS[KINDS[field]].get(op)
