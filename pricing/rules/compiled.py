"""Evaluate rules on variants. Pure: the same input gives the same price, here and everywhere."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import getcontext, localcontext, setcontext

from pricing.enums import SkipReason

from .contracts import Evaluation, Facts, Rule
from .deciding import decide_by
from .numbers import EXACT
from .questions import questions_of

Evaluate = Callable[[Facts], Evaluation]

_NO_RULE = Evaluation(None, SkipReason.NO_RULE)


def compile_rules(rules: Sequence[Rule], *, now: dt.datetime) -> Evaluate:
    """Return the function that evaluates ``rules`` on a variant: the first that holds decides.

    The rules must have passed ``check_rules``, as those have that were read. ``now``, with its
    zone, is what rules about age compare with. Everything that does not depend on the variant is
    worked out here, once; the function may be called by several threads.
    """
    with localcontext(EXACT):
        compiled = [
            (questions_of(rule.when, now=now), decide_by(rule, position))
            for position, rule in enumerate(rules, start=1)
        ]

    def evaluate_one(facts: Facts) -> Evaluation:
        # Not a localcontext: that makes a copy for every variant.
        callers = getcontext()
        setcontext(EXACT)
        try:
            for questions, decide in compiled:
                for question in questions:
                    if not question(facts):
                        break
                else:
                    return decide(facts)
            return _NO_RULE
        finally:
            setcontext(callers)

    return evaluate_one


def evaluate(rules: Sequence[Rule], facts: Facts, *, now: dt.datetime) -> Evaluation:
    """Evaluate rules on one variant. For many, compile once."""
    return compile_rules(rules, now=now)(facts)
