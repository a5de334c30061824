"""Tables of prices: jobs, their rows, the ledger, and what a shop keeps for them."""

from .drafts import JobDraft
from .files import PriceFile, PriceFileLine
from .jobs import PricingJob, PricingJobStateChange, PricingRule
from .keeping import ApprovalPolicy, PriceLock, RuleSet, SavedFilter
from .layers import CoveredVariant, PriceLayer
from .ledger import AuditTrailEntry
from .rows import PlannedChange, ProcessingResult

__all__ = [
    "ApprovalPolicy",
    "AuditTrailEntry",
    "CoveredVariant",
    "JobDraft",
    "PlannedChange",
    "PriceFile",
    "PriceFileLine",
    "PriceLayer",
    "PriceLock",
    "PricingJob",
    "PricingJobStateChange",
    "PricingRule",
    "ProcessingResult",
    "RuleSet",
    "SavedFilter",
]
