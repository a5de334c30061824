"""No guard is ever broken, every price is on the grid, and clamping takes the nearest one."""

from collections.abc import Callable
from decimal import Decimal, getcontext, localcontext
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from pricing.contracts import MAX_PRICE, Price
from pricing.enums import Action, CompareAtAction, GuardKind, GuardMode, RoundingDirection
from pricing.enums import SkipReason as Skip
from pricing.rules import (
    Condition,
    Evaluation,
    Facts,
    Group,
    Guard,
    Match,
    Rule,
    compile_rules,
    evaluate,
    read_rules,
    rules_to_json,
)

from .strategies import NOW, conditions, facts, rule_sets, rules

SMALL = 3_000
"""Hundredths: prices up to 30 on a grid of a quarter are few enough to look at every one."""


@given(rules(), facts())
def test_a_target_breaks_no_guard_and_is_on_the_grid(rule: Rule, asked: Facts) -> None:
    result = evaluate([rule], asked, now=NOW)
    assert (result.target is None) != (result.skip is None)
    assert result.rule == 1
    if result.target is None:
        return
    price = Fraction(result.target.price)
    assert 0 <= price <= MAX_PRICE
    steps = (price - Fraction(rule.rounding.ending)) / Fraction(rule.rounding.step)
    assert steps.denominator == 1
    assert steps >= 0
    assert [guard.kind for guard in rule.guards if not kept(guard, asked, price)] == []
    assert result.target != Price(asked.price, asked.compare_at)


@given(rules(highest=SMALL, steps=("0.25", "0.5", "1", "1.99", "5")), facts(highest=SMALL))
def test_the_result_is_the_one_found_by_looking_at_every_price(rule: Rule, asked: Facts) -> None:
    assert evaluate([rule], asked, now=NOW) == by_looking(rule, asked)


@given(rule_sets(), facts(), st.integers(1, 6))
def test_the_same_facts_give_the_same_result_whatever_the_callers_precision(
    some: tuple[Rule, ...], asked: Facts, precision: int
) -> None:
    evaluate_one = compile_rules(some, now=NOW)
    first = evaluate_one(asked)
    with localcontext(prec=precision) as context:
        context.clear_flags()
        assert evaluate_one(asked) == first
        assert compile_rules(some, now=NOW)(asked) == first
        assert getcontext() is context
        assert not any(context.flags.values())


@given(rule_sets(), facts())
def test_the_first_rule_whose_conditions_hold_decides(some: tuple[Rule, ...], asked: Facts) -> None:
    result = evaluate(some, asked, now=NOW)
    deciding = [
        position
        for position, rule in enumerate(some, start=1)
        if evaluate([rule], asked, now=NOW).rule is not None
    ]
    assert result.rule == (deciding[0] if deciding else None)
    if result.rule is None:
        assert result == Evaluation(None, Skip.NO_RULE)
    else:
        alone = evaluate([some[result.rule - 1]], asked, now=NOW)
        assert result == Evaluation(alone.target, alone.skip, result.rule, alone.held_by)


@given(st.lists(conditions(), min_size=1, max_size=4), facts())
def test_groups_mean_and_and_or(asks: list[Condition], asked: Facts) -> None:
    answers = [holds(Group(Match.ALL, (condition,)), asked) for condition in asks]
    every, some = Group(Match.ALL, tuple(asks)), Group(Match.ANY, tuple(asks))
    assert holds(every, asked) == all(answers)
    assert holds(some, asked) == any(answers)
    assert holds(Group(Match.ALL, (every, some)), asked) == all(answers)
    assert holds(Group(Match.ANY, (every, some)), asked) == any(answers)


@given(rule_sets())
def test_what_is_written_is_read_back(some: tuple[Rule, ...]) -> None:
    written = rules_to_json(some)
    assert read_rules(written) == some
    assert rules_to_json(read_rules(written)) == written


def holds(when: Group, asked: Facts) -> bool:
    rule = Rule(Action.SET, Decimal(0), when=when)
    return evaluate([rule], asked, now=NOW).rule is not None


def kept(guard: Guard, asked: Facts, price: Fraction) -> bool:
    value, before = Fraction(guard.value), Fraction(asked.price)
    if price < 0 and guard.kind is GuardKind.MAX_CHANGE:
        # A price falls by 100 % at most: a wider limit says nothing of what is below zero.
        return value >= 100
    match guard.kind:
        case GuardKind.FLOOR:
            return price >= value
        case GuardKind.CEILING:
            return price <= value
        case GuardKind.MIN_MARGIN:
            return asked.cost is not None and price * (1 - value / 100) >= Fraction(asked.cost)
        case GuardKind.MAX_CHANGE:
            return abs(price - before) <= before * value / 100


MISSING = {
    Action.MARGIN: Skip.NO_COST,
    Action.MARKUP: Skip.NO_COST,
    Action.TO_COMPARE_AT: Skip.NO_COMPARE_AT,
    Action.FROM_COMPARE_AT: Skip.NO_COMPARE_AT,
    Action.FILE: Skip.NOT_IN_FILE,
}
REASONS = {
    GuardKind.FLOOR: Skip.BELOW_FLOOR,
    GuardKind.CEILING: Skip.ABOVE_CEILING,
    GuardKind.MIN_MARGIN: Skip.BELOW_MARGIN,
    GuardKind.MAX_CHANGE: Skip.CHANGE_TOO_LARGE,
}
UNDER_ZERO = Fraction(-1)


def by_looking(rule: Rule, asked: Facts) -> Evaluation:
    """Do what the language says with fractions and by looking at every price there is."""
    wanted = amount(rule, asked)
    if wanted is None:
        return Evaluation(None, MISSING[rule.action], 1)
    # Nobody wants to look at all of them; what is above is another test's.
    assume(wanted <= 60)
    step, ending = Fraction(rule.rounding.step), Fraction(rule.rounding.ending)
    grid = [ending + count * step for count in range(int(120 / step))]
    candidate = rounded(wanted, grid, rule.rounding.direction)
    for guard in rule.guards:
        if guard.kind is GuardKind.MIN_MARGIN and asked.cost is None:
            return Evaluation(None, Skip.NO_COST, 1)
        if guard.otherwise is GuardMode.SKIP and not kept(guard, asked, candidate):
            return Evaluation(None, REASONS[guard.kind], 1)
    price = candidate
    if not all(kept(guard, asked, candidate) for guard in rule.guards):
        fitting = [one for one in grid if all(kept(guard, asked, one) for guard in rule.guards)]
        if not fitting:
            # Those beyond the grid we look at are few, and not to be told from none.
            assume(all(guard.kind is not GuardKind.MIN_MARGIN for guard in rule.guards))
            return Evaluation(None, Skip.NO_PRICE_FITS, 1)
        price = min(fitting, key=lambda one: abs(one - candidate))
    if price < 0:
        return Evaluation(None, Skip.BELOW_ZERO, 1)
    return told(rule, asked, price, moved=price != candidate)


def told(rule: Rule, asked: Facts, price: Fraction, *, moved: bool) -> Evaluation:
    target = Price(Decimal(price.numerator) / price.denominator, None)
    target = Price(target.price, compare_at(rule, asked, target.price))
    result = evaluate([rule], asked, now=NOW)
    # Which of the limits moved it is a question of the tables; that one did is asked here.
    assert (result.held_by is not None) == moved
    if target == Price(asked.price, asked.compare_at):
        return Evaluation(None, Skip.NO_CHANGE, 1, result.held_by)
    return Evaluation(target, None, 1, result.held_by)


def amount(rule: Rule, asked: Facts) -> Fraction | None:
    part = Fraction(rule.value or 0) / 100
    by_action: dict[Action, Callable[[], Fraction]] = {
        Action.SET: lambda: Fraction(rule.value or 0),
        Action.AMOUNT: lambda: Fraction(asked.price) + Fraction(rule.value or 0),
        Action.PERCENT: lambda: Fraction(asked.price) * (1 + part),
        Action.MARGIN: lambda: Fraction(asked.cost or 0) / (1 - part),
        Action.MARKUP: lambda: Fraction(asked.cost or 0) * (1 + part),
        Action.TO_COMPARE_AT: lambda: Fraction(asked.compare_at or 0),
        Action.FROM_COMPARE_AT: lambda: Fraction(asked.compare_at or 0) * (1 + part),
        Action.FILE: lambda: Fraction(asked.file_price or 0),
    }
    known = {
        Skip.NO_COST: asked.cost,
        Skip.NO_COMPARE_AT: asked.compare_at,
        Skip.NOT_IN_FILE: asked.file_price,
    }
    missing = MISSING.get(rule.action)
    return None if missing is not None and known[missing] is None else by_action[rule.action]()


def rounded(wanted: Fraction, grid: list[Fraction], direction: RoundingDirection) -> Fraction:
    if wanted < 0:
        return UNDER_ZERO
    match direction:
        case RoundingDirection.NEAREST:
            return min(grid, key=lambda one: (abs(one - wanted), -one))
        case RoundingDirection.UP:
            return min(one for one in grid if one >= wanted)
        case RoundingDirection.DOWN:
            return max((one for one in grid if one <= wanted), default=UNDER_ZERO)


def compare_at(rule: Rule, asked: Facts, price: Decimal) -> Decimal | None:
    match rule.compare_at.kind:
        case CompareAtAction.OLD_PRICE if price < asked.price:
            return asked.price
        case CompareAtAction.CLEAR:
            return None
        case CompareAtAction.SET:
            return rule.compare_at.value
        case CompareAtAction.FILE if asked.file_compare_at is not None:
            return asked.file_compare_at
    return asked.compare_at
