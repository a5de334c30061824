"""Make a plan: what would become of every chosen variant, stored before anything is written.

One transaction: a plan is there whole or not at all. Rows stream from a server-side cursor
through the rules into ``COPY``, so memory does not grow with the size of the plan.
"""

from .drafts import FIRST_WARNED, Draft
from .hashing import plan_hash_of_rows
from .making import is_small, make_plan, plan_now
from .manual import chosen_variants, manual_drafts, rule_drafts
from .previewing import Preview, Sample, preview_of
from .rules_of import definitions_of, rules_of
from .sums import EDGES
from .writer import PlanWriter

__all__ = [
    "EDGES",
    "FIRST_WARNED",
    "Draft",
    "PlanWriter",
    "Preview",
    "Sample",
    "chosen_variants",
    "definitions_of",
    "is_small",
    "make_plan",
    "manual_drafts",
    "plan_hash_of_rows",
    "plan_now",
    "preview_of",
    "rule_drafts",
    "rules_of",
]
