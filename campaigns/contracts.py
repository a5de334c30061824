"""Values the app speaks."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from catalog_sync.api import Selection
from pricing.api import OutsideEditPolicy, Rule

from .triggers import Trigger

MAX_PRIORITY = 1_000
MAX_COOL_DOWN_MINUTES = 30 * 24 * 60
MAX_MOVES_PER_DAY = 1_000
DEFAULT_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class CampaignSpec:
    """What a campaign is to be. Times are aware; percent is of the price.

    ``follows_catalogue``: what ``selection`` matches is kept up to date while the campaign runs;
    otherwise it is fixed at the start. Of two campaigns on one variant the higher ``priority``
    shows; ``builds_on``: it begins from the price below it, not from the merchant's own.
    ``starts_at`` None: when a person activates it; ``ends_at`` None: when a person ends it.
    """

    name: str
    selection: Selection
    triggers: tuple[Trigger, ...]
    rules: tuple[Rule, ...]
    follows_catalogue: bool = True
    priority: int = DEFAULT_PRIORITY
    builds_on: bool = False
    outside_edits: OutsideEditPolicy = OutsideEditPolicy.ADOPT
    min_margin: Decimal | None = None
    cool_down_minutes: int = 0
    moves_per_day: int | None = None
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another campaign that is on, or will be, on some of the same variants.

    ``above``: its price shows where both lie, because its priority is higher, or equal and it is
    older. ``variants`` counts what both are about.
    """

    campaign_id: UUID
    name: str
    state: str
    priority: int
    builds_on: bool
    variants: int
    above: bool
