"""The rule language of price jobs: what is asked of a variant, what becomes of its price.

A set of rules is ordered: the first whose conditions hold decides, and without one the variant is
left alone. Pure: no database, no clock, no float. The same facts give the same price in a preview,
a plan and a run.

``read_rules`` and ``rules_to_json`` are the way in and out, ``compile_rules`` evaluates,
``rules_words`` says rules to people. Not done here: which variants a job is for, what the shop
shows, whether a price may be written.
"""

from .checking import WITHOUT_VALUE, check_rules
from .compiled import Evaluate, compile_rules, evaluate
from .contracts import (
    ALWAYS,
    MAX_CONDITIONS,
    MAX_RULES,
    CompareAt,
    Condition,
    Evaluation,
    Facts,
    Group,
    Guard,
    Range,
    Rounding,
    Rule,
    RuleErrors,
    asks_for_file,
    asks_for_levels,
    asks_for_stock,
)
from .fields import KINDS, STATUSES, Entry, Field, Kind, Match, Op, entry_of, ops_of
from .numbers import number_in, plain
from .reading import read_rules
from .simple import simple_rule
from .words import (
    compare_at_words,
    condition_words,
    guard_words,
    rounding_words,
    rule_words,
    rules_words,
)
from .writing import rules_to_json

__all__ = [
    "ALWAYS",
    "KINDS",
    "MAX_CONDITIONS",
    "MAX_RULES",
    "STATUSES",
    "WITHOUT_VALUE",
    "CompareAt",
    "Condition",
    "Entry",
    "Evaluate",
    "Evaluation",
    "Facts",
    "Field",
    "Group",
    "Guard",
    "Kind",
    "Match",
    "Op",
    "Range",
    "Rounding",
    "Rule",
    "RuleErrors",
    "asks_for_file",
    "asks_for_levels",
    "asks_for_stock",
    "check_rules",
    "compare_at_words",
    "compile_rules",
    "condition_words",
    "entry_of",
    "evaluate",
    "guard_words",
    "number_in",
    "ops_of",
    "plain",
    "read_rules",
    "rounding_words",
    "rule_words",
    "rules_to_json",
    "rules_words",
    "simple_rule",
]
