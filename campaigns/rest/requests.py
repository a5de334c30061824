"""What programs send."""

import datetime as dt
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.contracts import (
    DEFAULT_PRIORITY,
    MAX_COOL_DOWN_MINUTES,
    MAX_MOVES_PER_DAY,
    MAX_PRIORITY,
)
from campaigns.enums import CampaignState
from campaigns.services.making import MAX_NAME
from campaigns.triggers import Trigger, TriggerErrors, read_triggers
from foundation.rest.api import Choice, Id, Moment, Strict, Text, Whole, YesNo, nested
from pricing.api import OutsideEditPolicy, asks_for_file
from pricing.rest.api import (
    MEANS_NOTHING,
    RulesField,
    SavedFilterField,
    SelectionField,
    account_of,
)

from .documents import TriggerSerializer

MOST_NAMED = 1_000
WANTED = (
    CampaignState.DRAFT,
    CampaignState.SCHEDULED,
    CampaignState.ACTIVE,
    CampaignState.PAUSED,
    CampaignState.ENDED,
)
"""What a campaign's status can be asked to be; a rollback has an address of its own."""
WANTED_CHOICES = [(str(each), each.label) for each in WANTED]
EXPLAINED = (CampaignState.PAUSED, CampaignState.ENDED)
"""Where a reason is kept."""
STATUS, REASON = "status", "reason"
MOST_AHEAD = dt.timedelta(days=3_653)
_TOO_FAR = "It is more than ten years away."
_OVER = {
    "starts_at": "It is over. Leave it out, and activate the campaign when it fits.",
    "ends_at": "It is over. Set a later one, or none.",
}


@extend_schema_field(TriggerSerializer(many=True))
class TriggersField(serializers.Field[Any, Any, Any, Any]):
    """A document of triggers."""

    def to_internal_value(self, data: Any) -> tuple[Trigger, ...]:
        """Read the triggers; each error stands at its place."""
        try:
            return read_triggers(data)
        except TriggerErrors as errors:
            raise serializers.ValidationError(nested(errors.errors)) from errors


class CampaignWishSerializer(Strict):
    """What a campaign is to be."""

    name = Text(max_length=MAX_NAME)
    connection = Id(required=False, help_text="Needed only when the shop has several accounts.")
    selection = SelectionField(required=False, help_text="Which variants it is for.")
    saved_filter = SavedFilterField(
        required=False,
        help_text="Instead of `selection`: a filter of the shop. The campaign keeps a copy of it.",
    )
    follows_catalogue = YesNo(
        default=True,
        help_text="What the targets match is kept up to date; false: fixed when it begins.",
    )
    triggers = TriggersField(help_text="1 to 5; its price lies where one of them holds.")
    rules = RulesField(help_text="1 to 20; the first whose conditions hold decides.")
    priority = Whole(
        min_value=0,
        max_value=MAX_PRIORITY,
        default=DEFAULT_PRIORITY,
        help_text="Of two campaigns on one variant the higher shows; of equal ones, the older.",
    )
    builds_on = YesNo(
        default=False, help_text="Its rules begin from the price below, not from the own price."
    )
    outside_edits = Choice(
        OutsideEditPolicy.choices,
        default=OutsideEditPolicy.ADOPT,
        help_text="What becomes of a price that somebody edits in Shopify.",
    )
    min_margin = serializers.DecimalField(
        max_digits=4,
        decimal_places=2,
        min_value=0,
        max_value=99,
        allow_null=True,
        default=None,
        help_text="Percent of the price that no price of it falls below.",
    )
    cool_down_minutes = Whole(
        min_value=0,
        max_value=MAX_COOL_DOWN_MINUTES,
        default=0,
        help_text="So long a variant's price rests after each move.",
    )
    moves_per_day = Whole(
        min_value=1,
        max_value=MAX_MOVES_PER_DAY,
        allow_null=True,
        default=None,
        help_text="So often a variant's price moves on one of the shop's days; null: any number.",
    )
    starts_at = Moment(allow_null=True, default=None, help_text="null: when somebody activates it.")
    ends_at = Moment(allow_null=True, default=None, help_text="null: when somebody ends it.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Look at what only fits together, and find the account that is meant."""
        errors = self._targets(attrs) | self._times(attrs, timezone.now())
        if asks_for_file(attrs.get("rules", ())):
            errors["rules"] = (
                "A campaign asks its rules whenever something moves: they cannot take prices from "
                "an uploaded list. Make a price job of the list."
            )
        if not self.partial or "connection" in attrs:
            try:
                shop = self.context["request"].shop
                attrs["connection"] = account_of(shop, attrs.get("connection"))
            except ValueError as error:
                errors["connection"] = str(error)
        if errors:
            raise serializers.ValidationError(errors)
        return attrs

    def _targets(self, attrs: dict[str, Any]) -> dict[str, str]:
        saved = attrs.pop("saved_filter", None)
        if saved is not None and "selection" in attrs:
            return {"saved_filter": "Send this or `selection`, not both."}
        if saved is not None:
            attrs["selection"] = saved
        if "selection" not in attrs:
            return {} if self.partial else {"selection": "Send this or `saved_filter`."}
        return {"selection": MEANS_NOTHING} if attrs["selection"].is_empty else {}

    def _times(self, attrs: dict[str, Any], now: dt.datetime) -> dict[str, str]:
        said = {name: attrs[name] for name in _OVER if attrs.get(name) is not None}
        errors = {name: _OVER[name] for name, moment in said.items() if moment <= now}
        errors |= {name: _TOO_FAR for name, moment in said.items() if moment > now + MOST_AHEAD}
        if not errors and len(said) == len(_OVER) and said["ends_at"] <= said["starts_at"]:
            errors["ends_at"] = "It would end before it starts."
        return errors


class CampaignChangeSerializer(CampaignWishSerializer):
    """Where the campaign is to go, or what is to be different in one that has not begun."""

    status = Choice(
        WANTED_CHOICES,
        required=False,
        help_text="Sent without what else a campaign is. To take its prices back: `rollback/`.",
    )
    reason = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text="Why it is paused or ended, for the record.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A request moves a campaign or changes it: half of both would be neither."""
        if not attrs:
            raise serializers.ValidationError("Send what is to be different.")
        others = set(self.initial_data) - {STATUS, REASON}
        if STATUS in attrs and others:
            message = "Send it alone: a request moves the campaign, or changes what it is."
            raise serializers.ValidationError({STATUS: message})
        if REASON in attrs and attrs.get(STATUS) not in EXPLAINED:
            message = "Leave it out: a reason is kept of pausing and of ending."
            raise serializers.ValidationError({REASON: message})
        return super().validate(attrs)


class RollbackSerializer(Strict):
    """Why, if that is worth saying."""

    reason = Text(max_length=500, required=False, allow_blank=True)


def _variant_ids(**options: Any) -> Any:
    return serializers.ListField(
        child=Id(), allow_empty=False, max_length=MOST_NAMED, help_text="Of this shop.", **options
    )


class SwitchSerializer(Strict):
    """Which variants are switched on or off by hand."""

    on = YesNo()
    variant_ids = _variant_ids(required=False)
    all = YesNo(required=False, help_text="Every variant of the campaign, instead of some.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A forgotten list must not switch a whole campaign."""
        if bool(attrs.get("all")) == ("variant_ids" in attrs):
            message = 'Name variants, or say {"all": true} for every one of the campaign.'
            raise serializers.ValidationError({"variant_ids": message})
        return attrs


class TakeBackInSerializer(Strict):
    """Which variants the campaign may have again."""

    variant_ids = _variant_ids()
