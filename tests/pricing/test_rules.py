"""A rule gives one price: never under its floor, always on its step."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.contracts import Evaluation, Price, PriceRuleError, Rule
from pricing.enums import Action, SkipReason
from pricing.rules import evaluate

CENTS = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100)
STEPS = st.sampled_from([Decimal(text) for text in ("0.01", "0.05", "0.25", "0.99", "1", "7.5")])
RULES = st.one_of(
    st.builds(Rule, st.just(Action.SET), CENTS, STEPS, st.none() | CENTS),
    st.builds(
        Rule,
        st.just(Action.AMOUNT),
        CENTS.flatmap(lambda a: st.sampled_from([a, -a])),
        STEPS,
        st.none() | CENTS,
    ),
    st.builds(
        Rule,
        st.just(Action.PERCENT),
        st.decimals(-100, 10_000, places=3),
        STEPS,
        st.none() | CENTS,
    ),
)


@given(RULES, CENTS, st.none() | CENTS)
def test_a_target_is_on_the_step_and_not_under_the_floor(
    rule: Rule, price: Decimal, compare_at: Decimal | None
) -> None:
    result = evaluate(rule, Price(price, compare_at))
    assert result == evaluate(rule, Price(price, compare_at))
    assert (result.target is None) != (result.skip is None)
    if result.target is not None:
        assert result.target.price % rule.step == 0
        assert result.target.price >= (rule.floor or 0)
        assert result.target.price != price
        assert result.target.compare_at == compare_at


@pytest.mark.parametrize(
    ("rule", "price", "wanted"),
    [
        (Rule(Action.SET, Decimal("19.99")), "30.00", "19.99"),
        (Rule(Action.AMOUNT, Decimal("-2.50")), "30.00", "27.50"),
        (Rule(Action.PERCENT, Decimal(-12)), "19.95", "17.56"),
        (Rule(Action.PERCENT, Decimal(-12), step=Decimal("0.05")), "19.95", "17.55"),
        (Rule(Action.PERCENT, Decimal(-50), floor=Decimal(12)), "20.00", "12.00"),
        # Rounding down would cross the floor, so the next step above it is taken.
        (
            Rule(Action.PERCENT, Decimal(-50), step=Decimal(5), floor=Decimal("11.01")),
            "20.00",
            "15.00",
        ),
        # Half a step goes up.
        (Rule(Action.SET, Decimal("10.025"), step=Decimal("0.05")), "1.00", "10.05"),
    ],
)
def test_prices(rule: Rule, price: str, wanted: str) -> None:
    before = Price(Decimal(price), Decimal(99))
    assert evaluate(rule, before) == Evaluation(Price(Decimal(wanted), Decimal(99)), None)


@pytest.mark.parametrize(
    ("rule", "price", "skip"),
    [
        (Rule(Action.SET, Decimal(30)), "30.00", SkipReason.NO_CHANGE),
        (Rule(Action.AMOUNT, Decimal(-31)), "30.00", SkipReason.BELOW_ZERO),
        (Rule(Action.PERCENT, Decimal(10_000)), "999999999999999999.99", SkipReason.TOO_LARGE),
    ],
)
def test_skips(rule: Rule, price: str, skip: SkipReason) -> None:
    assert evaluate(rule, Price(Decimal(price), None)) == Evaluation(None, skip)


@pytest.mark.parametrize(
    ("action", "value", "options", "field"),
    [
        (Action.SET, "-1", {}, "value"),
        (Action.SET, "NaN", {}, "value"),
        (Action.SET, "Infinity", {}, "value"),
        (Action.SET, "1e19", {}, "value"),
        (Action.PERCENT, "-100.01", {}, "value"),
        (Action.PERCENT, "10001", {}, "value"),
        (Action.SET, "1", {"step": Decimal(0)}, "step"),
        (Action.SET, "1", {"step": Decimal("0.015")}, "step"),
        (Action.SET, "1", {"floor": Decimal(-1)}, "floor"),
        (Action.SET, "1", {"floor": Decimal("sNaN")}, "floor"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused_at_their_field(
    action: Action, value: str, options: dict[str, Decimal], field: str
) -> None:
    with pytest.raises(PriceRuleError) as refused:
        Rule(action, Decimal(value), **options)
    assert refused.value.field == field
