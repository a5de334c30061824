"""What can be scripted to go wrong here; how rules strike is `sandbox.faults`."""

from typing import Literal, TypeAlias

from sandbox import faults

Kind: TypeAlias = Literal[
    "lose_answer",
    "reset",
    "5xx_before",
    "5xx_after",
    "slow",
    "slow_after",
    "throttle",
    "unauthorized",
    "frozen_402",
    "forbidden_403",
    "locked_423",
    "internal_error",
    "edit_before_write",
    "webhook_duplicate",
    "webhook_reorder",
    "webhook_drop",
    "webhook_delay",
    "bulk_fail",
    "bulk_stall",
    "result_gone",
    "result_5xx",
    "result_truncated",
    "result_cut",
]


class Rule(faults.Rule, kw_only=True, forbid_unknown_fields=True):
    """One scripted fault.

    `operation` is looked for in the operation name and the names of the root fields; `seconds` is
    the length of slow, delay, reorder and stall; `price` the value an outside edit sets (None: a
    random one), `rows` how many submitted variants it edits.
    """

    kind: Kind
    shop: str = ""
    price: str | None = None
    rows: int = 1

    def whose(self) -> str:
        """The domain of the shop it is limited to."""
        return self.shop


Faults: TypeAlias = faults.Faults[Rule]
