"""States of a pricing job with their moves, outcomes of a row, layers of the ledger."""

from django.db import models


class JobKind(models.TextChoices):
    """What a pricing job is for."""

    MANUAL = "manual", "Price change"
    ROLLBACK = "rollback", "Rollback"
    RESTORE = "restore", "Restore of an overwritten edit"
    CAMPAIGN = "campaign", "Prices that follow campaigns"


class PricingJobState(models.TextChoices):
    """Where a pricing job stands."""

    PLANNING = "planning", "Planning"
    PLANNED = "planned", "Planned"
    AWAITING_APPROVAL = "awaiting", "Awaiting approval"
    SCHEDULED = "scheduled", "Scheduled"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    CANCELLING = "cancelling", "Stopping"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Plan expired"
    FAILED = "failed", "Failed"


MOVES: dict[PricingJobState, tuple[PricingJobState, ...]] = {
    PricingJobState.PLANNING: (
        PricingJobState.PLANNED,
        PricingJobState.FAILED,
        PricingJobState.CANCELLED,
    ),
    PricingJobState.PLANNED: (
        PricingJobState.PLANNING,
        PricingJobState.AWAITING_APPROVAL,
        PricingJobState.SCHEDULED,
        PricingJobState.RUNNING,
        PricingJobState.EXPIRED,
        PricingJobState.CANCELLED,
    ),
    PricingJobState.AWAITING_APPROVAL: (
        PricingJobState.SCHEDULED,
        PricingJobState.RUNNING,
        PricingJobState.REJECTED,
        PricingJobState.EXPIRED,
        PricingJobState.CANCELLED,
    ),
    PricingJobState.SCHEDULED: (PricingJobState.RUNNING, PricingJobState.CANCELLED),
    PricingJobState.RUNNING: (
        PricingJobState.COMPLETED,
        PricingJobState.PAUSED,
        PricingJobState.CANCELLING,
        PricingJobState.FAILED,
    ),
    PricingJobState.PAUSED: (
        PricingJobState.RUNNING,
        PricingJobState.CANCELLING,
        # Its last parts were being written when it was paused: nothing is left to resume.
        PricingJobState.COMPLETED,
    ),
    PricingJobState.CANCELLING: (PricingJobState.CANCELLED,),
    PricingJobState.COMPLETED: (),
    PricingJobState.CANCELLED: (),
    PricingJobState.REJECTED: (),
    # A plan whose time is over may be made again; until then it has ended.
    PricingJobState.EXPIRED: (PricingJobState.PLANNING,),
    PricingJobState.FAILED: (),
}

FINISHED = frozenset(
    {
        PricingJobState.COMPLETED,
        PricingJobState.CANCELLED,
        PricingJobState.REJECTED,
        PricingJobState.EXPIRED,
        PricingJobState.FAILED,
    }
)
# Jobs whose prices are promised or on their way.
OPEN = frozenset(PricingJobState) - FINISHED - {PricingJobState.PLANNING}
# States in which prices are written or may be under way.
UNDER_WAY = frozenset({PricingJobState.RUNNING, PricingJobState.PAUSED, PricingJobState.CANCELLING})


class ConflictPolicy(models.TextChoices):
    """What a run does with a price that somebody changed after the plan."""

    SKIP = "skip", "Keep theirs and report it"
    RECOMPUTE = "recompute", "Work the rules out again from the price that is there"
    OVERWRITE = "overwrite", "Write the planned price over it"


class OutsideEditPolicy(models.TextChoices):
    """What a campaign does when somebody edits a price that it shows."""

    ADOPT = "adopt", "Keep their price and leave the variant alone"
    OVERRULE = "overrule", "Take it as the variant's own price and show the campaign's again"


class Action(models.TextChoices):
    """What a rule does to the price."""

    SET = "set", "Set to an amount"
    AMOUNT = "amount", "Add or take off an amount"
    PERCENT = "percent", "Raise or lower by percent"
    MARGIN = "margin", "Set for a margin, percent of the price"
    MARKUP = "markup", "Set to cost plus percent"
    TO_COMPARE_AT = "to_compare_at", "Set to the compare-at price"
    FROM_COMPARE_AT = "from_compare_at", "Compare-at price plus or minus percent"
    FILE = "file", "Take the price of an uploaded list"


class CompareAtAction(models.TextChoices):
    """What a rule does to the compare-at price."""

    KEEP = "keep", "Keep it"
    OLD_PRICE = "old_price", "Set it to the old price, where the new one is lower"
    CLEAR = "clear", "Clear it"
    SET = "set", "Set it to an amount"
    FILE = "file", "Take it from the uploaded list"


class RoundingDirection(models.TextChoices):
    """Which of the allowed prices around a result is taken."""

    NEAREST = "nearest", "To the nearest"
    UP = "up", "Up"
    DOWN = "down", "Down"


class GuardKind(models.TextChoices):
    """What a price is held within."""

    FLOOR = "floor", "Never below"
    CEILING = "ceiling", "Never above"
    MIN_MARGIN = "min_margin", "Keep a margin of at least"
    MAX_CHANGE = "max_change", "Change by at most"


class GuardMode(models.TextChoices):
    """What becomes of a price that a guard does not allow."""

    CLAMP = "clamp", "Hold it at the limit"
    SKIP = "skip", "Leave the variant alone"


class SkipReason(models.TextChoices):
    """Why a plan leaves a variant alone."""

    NO_CHANGE = "no_change", "The rule gives the price it has already"
    NO_RULE = "no_rule", "No rule applies to it"
    LOCKED = "locked", "Its price is locked"
    BELOW_ZERO = "below_zero", "The rule would give a price below zero"
    TOO_LARGE = "too_large", "The rule would give a price beyond what Shopify takes"
    NO_COST = "no_cost", "Its cost is not known"
    NO_COMPARE_AT = "no_compare_at", "It has no compare-at price"
    NOT_IN_FILE = "not_in_file", "The list has no price for it"
    BELOW_FLOOR = "below_floor", "The price would fall below the floor"
    ABOVE_CEILING = "above_ceiling", "The price would rise above the ceiling"
    BELOW_MARGIN = "below_margin", "The margin would be too small"
    CHANGE_TOO_LARGE = "change_too_large", "The change would be too large for one run"
    NO_PRICE_FITS = "no_price_fits", "No price fits rounding and limits together"
    EDITED_SINCE = "edited_since", "Somebody changed it after this job; their price is kept"
    GONE = "gone", "The variant is no longer in the shop"


class PlanWarning(models.TextChoices):
    """What a person should look at before confirming a plan. The order is that of gravity."""

    TO_ZERO = "to_zero", "would be given away for nothing"
    BELOW_COST = "below_cost", "fall below cost"
    OTHER_JOB = "other_job", "are also in another price job that is open"
    BIG_CHANGE = "big_change", "change by half or more"
    EDITED_LATELY = "edited_lately", "were changed by hand in the last 7 days"
    NO_SALE_SHOWN = "no_sale_shown", "would have a compare-at price that is not above the price"
    UNDER_CAMPAIGN = "under_campaign", "are under a campaign: their base price changes"

    @property
    def bit(self) -> int:
        """Its place in ``PlannedChange.warnings``."""
        return 1 << list(PlanWarning).index(self)


class PriceFileState(models.TextChoices):
    """Where an uploaded price list stands."""

    READING = "reading", "Being read"
    READY = "ready", "Ready"
    REFUSED = "refused", "Refused"


class LineVerdict(models.TextChoices):
    """What is thought of a line of a price list."""

    TAKEN = "taken", "Taken"
    UNKNOWN_SKU = "unknown_sku", "No variant has this SKU"
    AMBIGUOUS = "ambiguous", "Several variants have this SKU"
    DUPLICATE = "duplicate", "The SKU stands on an earlier line, too"
    INVALID = "invalid", "The line cannot be read"


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


WRITTEN = (Outcome.APPLIED, Outcome.OVERWRITTEN)
"""How rows ended whose price we set, and may take back."""

UNDONE_BY = {JobKind.ROLLBACK: WRITTEN, JobKind.RESTORE: (Outcome.OVERWRITTEN,)}
"""Which rows of a job a way back of each kind is about."""


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
    JobKind.CAMPAIGN: Cause.CAMPAIGN,
}
