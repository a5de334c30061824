"""The verbs of price jobs, and of what a shop keeps for them."""

from pricing.states import IllegalMove

from .approving import approve, reject
from .asking import plan_again, plan_job, replan, run_again
from .confirming import confirm, expire_plans
from .refusing import Refused
from .running import cancel, pause, resume
from .scheduling import change_end, run_due
from .undoing import restore, roll_back

__all__ = [
    "IllegalMove",
    "Refused",
    "approve",
    "cancel",
    "change_end",
    "confirm",
    "expire_plans",
    "pause",
    "plan_again",
    "plan_job",
    "reject",
    "replan",
    "restore",
    "resume",
    "roll_back",
    "run_again",
    "run_due",
]
