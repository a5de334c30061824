"""The door to calls abroad."""

from .budgets import Allowance, PointsBudget, budget_key
from .contracts import (
    Answer,
    BudgetGauge,
    Call,
    Deadline,
    ExchangeRow,
    Grant,
    Lane,
    OpenDownload,
    OpenExchange,
    Points,
    Priority,
    Reading,
)
from .enums import CONNECTION_RESUMED
from .failures import ForbiddenAddress, NotSent, Throttled
from .gate import pass_gate
from .lanes import open_http
from .prepaid import prepay
from .queries import budget_gauge, recent_exchanges
from .services import (
    freeze_shop,
    park_connection,
    prune_exchanges,
    release_stragglers,
    resume_connection,
    unfreeze_shop,
)

__all__ = [
    "CONNECTION_RESUMED",
    "Allowance",
    "Answer",
    "BudgetGauge",
    "Call",
    "Deadline",
    "ExchangeRow",
    "ForbiddenAddress",
    "Grant",
    "Lane",
    "NotSent",
    "OpenDownload",
    "OpenExchange",
    "Points",
    "PointsBudget",
    "Priority",
    "Reading",
    "Throttled",
    "budget_gauge",
    "budget_key",
    "freeze_shop",
    "open_http",
    "park_connection",
    "pass_gate",
    "prepay",
    "prune_exchanges",
    "recent_exchanges",
    "release_stragglers",
    "resume_connection",
    "unfreeze_shop",
]
