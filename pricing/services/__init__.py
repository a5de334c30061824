"""The verbs of price jobs, and of what a shop keeps for them."""

from pricing.states import IllegalMove

from .approving import approve, reject
from .asking import plan_again, plan_job, replan, run_again
from .confirming import confirm, expire_plans
from .files import delete_list, delete_stray_files, stray_files, upload_list
from .following import bring_in_line, follow_variants
from .keeping import (
    delete_filter,
    delete_rule_set,
    rename_rule_set,
    save_filter,
    save_rule_set,
)
from .laying import (
    LayerMove,
    change_layer,
    drop_layer,
    hold_layer,
    lay,
    make_layer,
    take_back_in,
    take_layer,
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
    "LayerMove",
    "Locked",
    "Refused",
    "approve",
    "bring_in_line",
    "cancel",
    "change_end",
    "change_layer",
    "confirm",
    "delete_filter",
    "delete_list",
    "delete_rule_set",
    "delete_stray_files",
    "drop_layer",
    "expire_plans",
    "follow_variants",
    "hold_layer",
    "lay",
    "lock_filter",
    "lock_product",
    "lock_variants",
    "make_layer",
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
    "take_back_in",
    "take_layer",
    "unlock",
    "upload_list",
]
