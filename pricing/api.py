"""The door to prices."""

from .contracts import Price, PriceRuleError, Rule
from .enums import Action, Outcome, PricingJobState
from .overview import overview
from .services import IllegalMove, Refused, cancel, confirm, plan_job, restore, roll_back

__all__ = [
    "Action",
    "IllegalMove",
    "Outcome",
    "Price",
    "PriceRuleError",
    "PricingJobState",
    "Refused",
    "Rule",
    "cancel",
    "confirm",
    "overview",
    "plan_job",
    "restore",
    "roll_back",
]
