"""Evaluate a rule on a price. Pure: the same input gives the same price, here and everywhere."""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from .contracts import MAX_PRICE, Evaluation, Price, Rule
from .enums import Action, SkipReason

_HUNDRED = Decimal(100)


def evaluate(rule: Rule, now: Price) -> Evaluation:
    """Return what ``rule`` makes of the price ``now``. Compare-at is kept as it is.

    Order: action, rounding half up to the step, floor. Rounding never crosses the floor: when it
    would, the price is the first multiple of the step at or above the floor.
    """
    raw = _act(rule, now.price)
    if raw < 0 and rule.floor is None:
        return Evaluation(None, SkipReason.BELOW_ZERO)
    price = _to_step(raw, rule.step, ROUND_HALF_UP)
    if rule.floor is not None and price < rule.floor:
        price = _to_step(rule.floor, rule.step, ROUND_CEILING)
    if price > MAX_PRICE:
        return Evaluation(None, SkipReason.TOO_LARGE)
    if price == now.price:
        return Evaluation(None, SkipReason.NO_CHANGE)
    return Evaluation(Price(price, now.compare_at), None)


def _act(rule: Rule, price: Decimal) -> Decimal:
    match rule.action:
        case Action.SET:
            return rule.value
        case Action.AMOUNT:
            return price + rule.value
        case Action.PERCENT:
            return price * (_HUNDRED + rule.value) / _HUNDRED


def _to_step(amount: Decimal, step: Decimal, rounding: str) -> Decimal:
    steps = (amount / step).quantize(Decimal(1), rounding=rounding)
    return (steps * step).quantize(Decimal("0.01"))
