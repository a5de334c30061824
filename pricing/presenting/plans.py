"""A plan in words: what to look at, how changes spread, what became of each row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self
from uuid import UUID

from foundation.cards import Tone
from pricing.contracts import Price
from pricing.enums import GuardKind, PlanWarning
from pricing.models import PlannedChange
from pricing.queries.plans import Bar, PlanSummary

WARNING_TONES = {
    PlanWarning.TO_ZERO: Tone.BAD,
    PlanWarning.BELOW_COST: Tone.BAD,
    PlanWarning.OTHER_JOB: Tone.WARN,
    PlanWarning.BIG_CHANGE: Tone.WARN,
    PlanWarning.EDITED_LATELY: Tone.WARN,
    PlanWarning.NO_SALE_SHOWN: Tone.NEUTRAL,
    PlanWarning.UNDER_CAMPAIGN: Tone.BUSY,
}
# A warning about one price; its label is about several.
_OF_ONE = {
    PlanWarning.BELOW_COST: "falls below cost",
    PlanWarning.OTHER_JOB: "is also in another price job that is open",
    PlanWarning.BIG_CHANGE: "changes by half or more",
    PlanWarning.EDITED_LATELY: "was changed by hand in the last 7 days",
    PlanWarning.UNDER_CAMPAIGN: "is under a campaign: its base price changes",
}
# A warning beside its row.
WARNING_BADGES = {
    PlanWarning.TO_ZERO: "free",
    PlanWarning.BELOW_COST: "below cost",
    PlanWarning.OTHER_JOB: "other job",
    PlanWarning.BIG_CHANGE: "big change",
    PlanWarning.EDITED_LATELY: "edited lately",
    PlanWarning.NO_SALE_SHOWN: "no sale shown",
    PlanWarning.UNDER_CAMPAIGN: "campaign",
}
_HELD = {
    GuardKind.FLOOR: "at the floor",
    GuardKind.CEILING: "at the ceiling",
    GuardKind.MIN_MARGIN: "at the smallest margin",
    GuardKind.MAX_CHANGE: "at the largest change allowed",
}
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class WarningRow:
    """How many rows of a plan have a warning, as the rest of a sentence that begins with it."""

    name: str
    count: int
    words: str
    tone: str


def warning_rows(summary: PlanSummary) -> list[WarningRow]:
    """Say what a person should look at before confirming, the gravest first."""
    return [
        WarningRow(str(each), count, _warning_words(each, count), str(WARNING_TONES[each]))
        for each, count in summary.warnings
    ]


def _warning_words(warning: PlanWarning, count: int) -> str:
    if count == 1:
        return f"price {_OF_ONE.get(warning, warning.label)}"
    return f"prices {warning.label}"


def held_words(summary: PlanSummary) -> str:
    """Say how many prices a limit has held, by limit; empty when none was."""
    return ", ".join(f"{count:,} {_HELD[kind]}" for kind, count in summary.held)


@dataclass(frozen=True, slots=True)
class BarRow:
    """A bar of the distribution; ``share`` is its length in percent of the longest."""

    label: str
    words: str
    count: int
    share: int
    falls: bool


def bar_rows(summary: PlanSummary) -> list[BarRow]:
    """Return the bars between the first and the last that has rows, so that none is lost in air."""
    most = max((bar.count for bar in summary.bars), default=0)
    if not most:
        return []
    filled = [index for index, bar in enumerate(summary.bars) if bar.count]
    shown = summary.bars[filled[0] : filled[-1] + 1]
    return [BarRow(*_span_words(bar), bar.count, _share(bar, most), _falls(bar)) for bar in shown]


def _falls(bar: Bar) -> bool:
    return bar.high is not None and bar.high <= 0


def _share(bar: Bar, most: int) -> int:
    # One row among a million is still seen.
    return max(2, bar.count * 100 // most) if bar.count else 0


def _span_words(bar: Bar) -> tuple[str, str]:
    """Return a bar's span in short, and as a sentence says it."""
    low, high = bar.low, bar.high
    if low is None:
        return f"\N{MINUS SIGN}{-(high or 0)} % or more", f"falls of {-(high or 0)} % or more"
    if high is None:
        return f"over +{low} %", f"rises of more than {low} %"
    if high <= 0:
        words = f"falls of {-high} % to less than {-low} %" if high else f"falls below {-low} %"
        return f"\N{MINUS SIGN}{-low} to {_signed(high)} %", words
    words = f"rises of more than {low} % up to {high} %" if low else f"rises up to {high} %"
    return f"{_signed(low)} to +{high} %", words


def _signed(edge: int) -> str:
    if edge == 0:
        return "0"
    return f"\N{MINUS SIGN}{-edge}" if edge < 0 else f"+{edge}"


@dataclass(frozen=True, slots=True)
class Note:
    """A word about a row, with a colour."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A row of a plan for the table.

    ``before`` and ``after`` are the merchant's own price; ``after`` None: left alone. Where a
    campaign covers the variant, ``shown_*`` are what the shop shows, and ``campaign`` names it.
    ``margin`` is that of the price after, in percent of it.
    """

    row: PlannedChange
    before: Price
    after: Price | None
    shown_before: Decimal | None
    shown_after: Decimal | None
    campaign: str
    percent: Decimal | None
    margin: Decimal | None
    notes: Sequence[Note]

    @property
    def compare_at_changes(self) -> bool:
        """Whether the compare-at price becomes another one."""
        return self.after is not None and self.after.compare_at != self.before.compare_at

    @classmethod
    def of(cls, row: PlannedChange, others: Mapping[UUID, str]) -> Self:
        """Put a row into words; ``others`` names the other open jobs by variant."""
        before, after = _own(row)
        under = row.base_before_price is not None
        percent = margin = None
        if after is not None and before.price:
            percent = (after.price - before.price) * _HUNDRED / before.price
        if row.cost is not None and after is not None and after.price:
            margin = (after.price - row.cost) * _HUNDRED / after.price
        return cls(
            row,
            before,
            after,
            row.before_price if under else None,
            row.target_price if under else None,
            (getattr(row, "campaign", None) or "") if under else "",
            percent,
            margin,
            _notes(row, others),
        )


def _own(row: PlannedChange) -> tuple[Price, Price | None]:
    before = Price(row.before_price, row.before_compare_at)
    after = None if row.target_price is None else Price(row.target_price, row.target_compare_at)
    if row.base_before_price is not None:
        before = Price(row.base_before_price, row.base_before_compare_at)
    if row.base_target_price is not None:
        after = Price(row.base_target_price, row.base_target_compare_at)
    return before, after


def _notes(row: PlannedChange, others: Mapping[UUID, str]) -> list[Note]:
    if row.skip:
        return [Note(row.get_skip_display(), str(Tone.NEUTRAL))]
    notes = []
    for warning in PlanWarning:
        if not row.warnings & warning.bit:
            continue
        text = WARNING_BADGES[warning]
        if warning is PlanWarning.OTHER_JOB and row.variant_id in others:
            text = f"also in “{others[row.variant_id]}”"
        notes.append(Note(text, str(WARNING_TONES[warning])))
    return notes
