"""The verbs of price jobs, and of what a shop keeps for them."""

from pricing.states import IllegalMove

from .approving import approve, reject
from .asking import plan_again, plan_job, replan, run_again
from .confirming import confirm, expire_plans
from .files import delete_list, delete_stray_files, stray_files, upload_list
from .keeping import (
    delete_filter,
    delete_rule_set,
    rename_rule_set,
    save_filter,
    save_rule_set,
)
from .locking import Locked, lock_filter, lock_product, lock_variants, unlock
from .previewing import preview_job
from .refusing import Refused
from .running import cancel, pause, resume
from .scheduling import change_end, run_due
from .thresholds import set_approval_policy
from .undoing import restore, roll_back

__all__ = [
    "IllegalMove",
    "Locked",
    "Refused",
    "approve",
    "cancel",
    "change_end",
    "confirm",
    "delete_filter",
    "delete_list",
    "delete_rule_set",
    "delete_stray_files",
    "expire_plans",
    "lock_filter",
    "lock_product",
    "lock_variants",
    "pause",
    "plan_again",
    "plan_job",
    "preview_job",
    "reject",
    "rename_rule_set",
    "replan",
    "restore",
    "resume",
    "roll_back",
    "run_again",
    "run_due",
    "save_filter",
    "save_rule_set",
    "set_approval_policy",
    "stray_files",
    "unlock",
    "upload_list",
]
