"""What the page's script has to know of the rule language, to offer what fits."""

from collections.abc import Mapping
from typing import Any

from pricing.enums import Action, CompareAtAction, GuardKind, GuardMode, RoundingDirection
from pricing.rules import (
    KINDS,
    MAX_CONDITIONS,
    MAX_RULES,
    STATUSES,
    WITHOUT_VALUE,
    Entry,
    Field,
    Kind,
    Match,
    entry_of,
    ops_of,
)

from .rules import rule_digits

_AMOUNTS = frozenset({Action.SET, Action.AMOUNT})
_GUARD_UNITS = {GuardKind.FLOOR: "money", GuardKind.CEILING: "money"}
_SUGGESTED = {Field.VENDOR: "vendor", Field.TYPE: "product_type", Field.TAG: "tag"}
_UNITS = {Kind.MONEY: "money", Kind.PERCENT: "percent"}

# What is asked for most, by the currency's decimals: label, step, ending.
_ENDINGS = {
    2: (
        (".99", "1", "0.99"),
        (".95", "1", "0.95"),
        (".49", "1", "0.49"),
        (".00", "1", "0"),
        ("9.99", "10", "9.99"),
    ),
    0: (("9", "10", "9"), ("80", "100", "80"), ("99", "100", "99"), ("00", "100", "0")),
}
HINTS = {
    Action.SET: "The new price.",
    Action.AMOUNT: "To take off, begin with a minus: -5.",
    Action.PERCENT: "To lower, begin with a minus: -10.",
    Action.MARGIN: "Of the price: 40 makes a cost of 6.00 into 10.00.",
    Action.MARKUP: "On the cost: 40 makes a cost of 10.00 into 14.00.",
    Action.FROM_COMPARE_AT: "-20 sells for a fifth less than the compare-at price.",
}


def vocabulary(currency: str, locations: Mapping[int, str]) -> dict[str, Any]:
    """Return the fields with their questions, the actions and so on, as JSON."""
    return {
        "currency": currency,
        "fields": [_field(each) for each in Field],
        "matches": _choices(Match),
        "actions": [
            {
                **choice,
                "unit": "none" if Action(choice["value"]) in WITHOUT_VALUE else _unit(choice),
                "hint": HINTS.get(Action(choice["value"]), ""),
            }
            for choice in _choices(Action)
        ],
        "compareAt": _choices(CompareAtAction),
        "directions": _choices(RoundingDirection),
        "endings": [
            {"label": label, "step": step, "ending": ending}
            for label, step, ending in _ENDINGS[rule_digits(currency)]
        ],
        "guards": [
            {**choice, "unit": _GUARD_UNITS.get(GuardKind(choice["value"]), "percent")}
            for choice in _choices(GuardKind)
        ],
        "modes": _choices(GuardMode),
        "statuses": [{"value": each, "label": each.capitalize()} for each in STATUSES],
        # Vendor ids have up to 19 digits, which a browser's numbers have not.
        "locations": [{"value": str(key), "label": name} for key, name in locations.items()],
        "mostRules": MAX_RULES,
        "mostConditions": MAX_CONDITIONS,
    }


def _field(field: Field) -> dict[str, Any]:
    kind = KINDS[field]
    label = str(field.label)
    return {
        "value": field.value,
        "label": label[:1].upper() + label[1:],
        "unit": _UNITS.get(kind, ""),
        "place": field is Field.STOCK_AT,
        "known": _SUGGESTED.get(field, ""),
        "ops": [
            {"value": op.value, "label": str(op.label), "entry": _entry(field, op)}
            for op in ops_of(field)
        ],
    }


def _entry(field: Field, op: Any) -> str:
    return (entry_of(field, op) or Entry.NOTHING).name.lower()


def _unit(choice: Mapping[str, str]) -> str:
    return "money" if Action(choice["value"]) in _AMOUNTS else "percent"


def _choices(choices: Any) -> list[dict[str, str]]:
    return [{"value": str(value), "label": str(label)} for value, label in choices.choices]
