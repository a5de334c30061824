"""What a campaign is made of, as its page sends it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from campaigns.contracts import (
    DEFAULT_PRIORITY,
    MAX_COOL_DOWN_MINUTES,
    MAX_MOVES_PER_DAY,
    MAX_PRIORITY,
    CampaignSpec,
)
from pricing.api import OutsideEditPolicy, known_zone
from pricing.forms.api import ChoiceForm, LocalTimeField, moment_of

from .triggers import TriggerRows, rows_of

FOLLOW, FIX = "follow", "fix"
TARGETS = (
    (
        FOLLOW,
        "Follow the catalogue",
        "What fits later joins, what no longer fits leaves; its price goes back.",
    ),
    (FIX, "Fix the list at the start", "What matches when it begins stays in to its end."),
)
UNITS = (("1", "minutes"), ("60", "hours"), ("1440", "days"))
DAYS = (7, 14, 30, 90)
"""How far back a campaign may be tried."""
TRIED_DAYS = 14


def _whole(label: str, low: int, high: int) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    said = f"Enter a whole number from {low:,} to {high:,}."
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=low,
        max_value=high,
        widget=widget,
        error_messages={"invalid": said, "min_value": said, "max_value": said},
    )


class CampaignForm(ChoiceForm):
    """Targets, triggers, rules, pace, policy and times of a campaign.

    After :meth:`is_valid` has run, ``triggers`` are the rows of triggers as they were sent and
    read, ``starts`` and ``ends`` moments; a preview can show the half that is right.
    """

    name = forms.CharField(
        label="Name of the campaign",
        max_length=120,
        error_messages={"required": "Give it a name, by which you will find it again."},
    )
    follows = forms.ChoiceField(
        choices=[(value, label) for value, label, _ in TARGETS], required=False
    )
    priority = _whole("Priority", 0, MAX_PRIORITY)
    builds_on = forms.BooleanField(
        label="Build on the campaign below",
        required=False,
        help_text="Begin from the price that a campaign of lower priority shows, instead of from "
        "the own price.",
    )
    cool_down = _whole("Cool-down after each move", 0, MAX_COOL_DOWN_MINUTES)
    cool_down_unit = forms.ChoiceField(label="Unit", choices=UNITS, required=False)
    moves_per_day = _whole("Moves per variant and day, at most", 1, MAX_MOVES_PER_DAY)
    min_margin = forms.DecimalField(
        label="Least margin",
        required=False,
        min_value=0,
        max_value=99,
        max_digits=5,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text="Percent of the price. No price of this campaign falls below it.",
    )
    outside_edits = forms.ChoiceField(choices=OutsideEditPolicy.choices, required=False)
    starts_at = LocalTimeField(label="Start", required=False)
    ends_at = LocalTimeField(label="End", required=False)
    days = forms.ChoiceField(
        label="Try it on the last",
        choices=[(str(days), f"{days} days") for days in DAYS],
        required=False,
    )
    draft = forms.UUIDField(required=False, widget=forms.HiddenInput())

    def __init__(
        self, data: QueryDict, *, connections: Sequence[Any], currency: str, zone: str
    ) -> None:
        """``zone`` is the shop's: times are said by its clocks."""
        super().__init__(data, connections=connections, currency=currency)
        self.zone = known_zone(zone)
        self.triggers: TriggerRows = rows_of(data)
        self.starts: dt.datetime | None = None
        self.ends: dt.datetime | None = None

    def clean(self) -> dict[str, Any]:
        """Read the choice and the rules, then triggers and times."""
        values = super().clean()
        if self.triggers.meant is None:
            self.add_error(
                None, self.triggers.error or "Look at the triggers: it says what is wrong."
            )
        self.starts = moment_of(self, "starts_at", self.zone)
        self.ends = moment_of(self, "ends_at", self.zone)
        if self.starts and self.ends and self.ends <= self.starts:
            self.add_error("ends_at", "It would end before it starts. Change one of the times.")
        if self.cool_down_minutes > MAX_COOL_DOWN_MINUTES:
            most = MAX_COOL_DOWN_MINUTES // 1_440
            self.add_error("cool_down", f"At most {most} days.")
        return values

    @property
    def follows_catalogue(self) -> bool:
        """Whether the targets are kept up to date."""
        return self.said("follows") != FIX

    @property
    def place(self) -> int:
        """The priority, as far as it can be read."""
        priority = self.cleaned_data.get("priority")
        return DEFAULT_PRIORITY if priority is None else int(priority)

    @property
    def cool_down_minutes(self) -> int:
        """The cool-down, as far as it can be read."""
        unit = int(self.cleaned_data.get("cool_down_unit") or 1)
        return int(self.cleaned_data.get("cool_down") or 0) * unit

    @property
    def back(self) -> int:
        """How many days of the past it is tried on."""
        return int(self.cleaned_data.get("days") or TRIED_DAYS)

    def spec(self, *, name: str = "") -> CampaignSpec | None:
        """Return the campaign that is meant; None while targets, triggers or rules are not.

        ``name`` stands in for one that is not given yet.
        """
        if self.selection is None or self.selection.is_empty:
            return None
        if self.triggers.meant is None or self.meant_rules is None:
            return None
        said = self.cleaned_data
        return CampaignSpec(
            name=(said.get("name") or name).strip(),
            selection=self.selection,
            triggers=self.triggers.meant,
            rules=self.meant_rules,
            follows_catalogue=self.follows_catalogue,
            priority=self.place,
            builds_on=bool(said.get("builds_on")),
            outside_edits=OutsideEditPolicy(said.get("outside_edits") or OutsideEditPolicy.ADOPT),
            min_margin=said.get("min_margin"),
            cool_down_minutes=self.cool_down_minutes,
            moves_per_day=said.get("moves_per_day"),
            starts_at=self.starts,
            ends_at=self.ends,
        )
