"""The door to prices."""

from .contracts import Price
from .enums import Action, ConflictPolicy, Outcome, PricingJobState
from .overview import overview
from .rules import Rule, RuleErrors, number_in, plain, read_rules, rules_to_json, simple_rule
from .services import (
    IllegalMove,
    Refused,
    approve,
    cancel,
    change_end,
    confirm,
    pause,
    plan_again,
    plan_job,
    reject,
    replan,
    restore,
    resume,
    roll_back,
    run_again,
)

__all__ = [
    "Action",
    "ConflictPolicy",
    "IllegalMove",
    "Outcome",
    "Price",
    "PricingJobState",
    "Refused",
    "Rule",
    "RuleErrors",
    "approve",
    "cancel",
    "change_end",
    "confirm",
    "number_in",
    "overview",
    "pause",
    "plain",
    "plan_again",
    "plan_job",
    "read_rules",
    "reject",
    "replan",
    "restore",
    "resume",
    "roll_back",
    "rules_to_json",
    "run_again",
    "simple_rule",
]
