"""States of a pricing job with their moves, outcomes of a row, layers of the ledger."""

from django.db import models


class JobKind(models.TextChoices):
    """What a pricing job is for."""

    MANUAL = "manual", "Price change"
    ROLLBACK = "rollback", "Rollback"
    RESTORE = "restore", "Restore of an overwritten edit"


class PricingJobState(models.TextChoices):
    """Where a pricing job stands."""

    PLANNING = "planning", "Planning"
    PLANNED = "planned", "Planned"
    RUNNING = "running", "Running"
    CANCELLING = "cancelling", "Stopping"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Plan expired"
    FAILED = "failed", "Failed"


MOVES: dict[PricingJobState, tuple[PricingJobState, ...]] = {
    PricingJobState.PLANNING: (
        PricingJobState.PLANNED,
        PricingJobState.FAILED,
        PricingJobState.CANCELLED,
    ),
    PricingJobState.PLANNED: (
        PricingJobState.RUNNING,
        PricingJobState.EXPIRED,
        PricingJobState.CANCELLED,
    ),
    PricingJobState.RUNNING: (
        PricingJobState.COMPLETED,
        PricingJobState.CANCELLING,
        PricingJobState.FAILED,
    ),
    PricingJobState.CANCELLING: (PricingJobState.CANCELLED,),
    PricingJobState.COMPLETED: (),
    PricingJobState.CANCELLED: (),
    PricingJobState.EXPIRED: (),
    PricingJobState.FAILED: (),
}

FINISHED = frozenset(state for state, moves in MOVES.items() if not moves)


class Action(models.TextChoices):
    """What a rule does to the price."""

    SET = "set", "Set to an amount"
    AMOUNT = "amount", "Add or take off an amount"
    PERCENT = "percent", "Raise or lower by percent"


class SkipReason(models.TextChoices):
    """Why a plan leaves a variant alone."""

    NO_CHANGE = "no_change", "The rule gives the price it has already"
    BELOW_ZERO = "below_zero", "The rule would give a price below zero"
    TOO_LARGE = "too_large", "The rule would give a price beyond what Shopify takes"
    EDITED_SINCE = "edited_since", "Somebody changed it after this job; their price is kept"
    GONE = "gone", "The variant is no longer in the shop"


class Outcome(models.TextChoices):
    """What became of a planned row.

    INTENDED is not an end: the target is stored and the call abroad may be under way.
    """

    INTENDED = "intended", "Being written"
    APPLIED = "applied", "Applied"
    UNCHANGED = "unchanged", "Unchanged"
    SKIPPED = "skipped", "Skipped"
    CONFLICT = "conflict", "Conflict"
    FAILED = "failed", "Failed"
    OVERWRITTEN = "overwritten", "Overwrote an edit"


class Layer(models.TextChoices):
    """Whose price an entry of the ledger is.

    BASE: the merchant's own price, set here. CAMPAIGN: a campaign's layer above it. OUTSIDE:
    somebody edited the price in Shopify or through another app.
    """

    BASE = "base", "Base price"
    CAMPAIGN = "campaign", "Campaign"
    OUTSIDE = "outside", "Outside edit"


class Cause(models.TextChoices):
    """Why an entry of the ledger was written."""

    MANUAL_JOB = "manual_job", "Price job"
    ROLLBACK = "rollback", "Rollback"
    RESTORE = "restore", "Restored outside edit"
    OUTSIDE_EDIT = "outside_edit", "Edited outside"
    OVERWRITTEN = "overwritten", "Outside edit that our write overwrote"
    CAMPAIGN = "campaign", "Campaign"
    RECONCILIATION = "reconciliation", "Reconciliation"


CAUSE_OF_KIND = {
    JobKind.MANUAL: Cause.MANUAL_JOB,
    JobKind.ROLLBACK: Cause.ROLLBACK,
    JobKind.RESTORE: Cause.RESTORE,
}
