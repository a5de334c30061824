"""What can be scripted to go wrong here; how rules strike is `sandbox.faults`."""

from typing import Literal, TypeAlias

from sandbox import faults

Kind: TypeAlias = Literal[
    "reset",
    "lose_answer",
    "5xx_before",
    "5xx_after",
    "internal_error",
    "slow",
    "slow_after",
    "throttle",
    "lock_timeout",
    "unauthorized",
    "forbidden_403",
    "refund_pending",
    "webhook_duplicate",
    "webhook_reorder",
    "webhook_drop",
    "webhook_delay",
    "webhook_stale",
    "webhook_forged",
]


class Rule(faults.Rule, kw_only=True, forbid_unknown_fields=True):
    """One scripted fault.

    `operation` is looked for in the operation's name (`checkout.sessions.create`) or in the event's
    type; `seconds` is the length of slow, delay and reorder, and the age of a stale signature.
    """

    kind: Kind
    account: str = ""

    def whose(self) -> str:
        """The account that it is limited to."""
        return self.account


Faults: TypeAlias = faults.Faults[Rule]
