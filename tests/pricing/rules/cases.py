"""Facts and results in a few words."""

from decimal import Decimal
from typing import Any

from pricing.contracts import Price
from pricing.enums import GuardKind, SkipReason
from pricing.rules import Evaluation, Facts, Rule, evaluate

from .strategies import NOW


def known(price: str, **amounts: str) -> Facts:
    values: dict[str, Any] = {name: Decimal(text) for name, text in amounts.items()}
    return Facts(price=Decimal(price), **values)


def outcome(rule: Rule, facts: Facts) -> Evaluation:
    return evaluate([rule], facts, now=NOW)


def changed(price: str, compare_at: str | None = None, held: GuardKind | None = None) -> Evaluation:
    shown = None if compare_at is None else Decimal(compare_at)
    return Evaluation(Price(Decimal(price), shown), None, 1, held)


def left(reason: SkipReason, held: GuardKind | None = None) -> Evaluation:
    return Evaluation(None, reason, 1, held)
