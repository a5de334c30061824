"""What programs send."""

from typing import Any

from rest_framework import serializers

from catalog_sync.api import Selection
from foundation.rest.api import Choice, Id, Moment, Strict, Text
from pricing.enums import ConflictPolicy, Outcome
from pricing.rules import asks_for_file
from pricing.services.asking import AGAIN_OUTCOMES
from pricing.services.undoing import MOST_CHOSEN

from .accounts import account_of
from .fields import RulesField, SelectionField

_MOST_ID = 2**63 - 1
MEANS_NOTHING = (
    'It narrows nothing, and so means nothing. Name variants, or say {"all": true} for every one.'
)


class JobWishSerializer(Strict):
    """Variants and rules: all that a plan is made of."""

    name = Text(
        max_length=120, required=False, help_text="Left out, the first rule in words is its name."
    )
    connection = Id(required=False, help_text="Needed only when the shop has several accounts.")
    selection = SelectionField(
        required=False, help_text="May be left out with `price_file`: then all that the list names."
    )
    rules = RulesField(help_text="1 to 20; the first whose conditions hold decides.")
    conflict_policy = Choice(
        ConflictPolicy.choices,
        default=ConflictPolicy.SKIP,
        help_text="What to do with a price that somebody changes after the plan.",
    )
    price_file = Id(required=False, help_text="An uploaded price list.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Look at what only fits together, and find the account that is meant."""
        errors: dict[str, str] = {}
        attrs.setdefault("selection", Selection())
        if "price_file" not in attrs:
            if attrs["selection"].is_empty:
                errors["selection"] = MEANS_NOTHING
            if asks_for_file(attrs["rules"]):
                errors["price_file"] = "These rules take prices from an uploaded list: name it."
        try:
            attrs["connection"] = account_of(self.context["request"].shop, attrs.get("connection"))
        except ValueError as error:
            errors["connection"] = str(error)
        if errors:
            raise serializers.ValidationError(errors)
        return attrs


class ConfirmSerializer(Strict):
    """The plan that was seen, and when it is to be written."""

    plan_hash = Text(max_length=64, help_text="`plan.hash` of the job as it was looked at.")
    run_at = Moment(required=False, allow_null=True, help_text="Left out: now.")
    ends_at = Moment(required=False, allow_null=True, help_text="Rolled back by itself then.")


class ApproveSerializer(Strict):
    """The plan that was seen."""

    plan_hash = Text(max_length=64, help_text="`plan.hash` of the job as it was looked at.")


class RejectSerializer(Strict):
    """Why not."""

    reason = Text(max_length=500, help_text="For who asked, to make it better.")


class CancelSerializer(Strict):
    """Why, if that is worth saying."""

    reason = Text(max_length=500, required=False, allow_blank=True)


class UndoSerializer(Strict):
    """Everything, or some rows only."""

    result_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=_MOST_ID),
        required=False,
        allow_empty=False,
        max_length=MOST_CHOSEN,
        help_text="`id` of rows of `results/`. Left out: every row that was written.",
    )


class AgainSerializer(Strict):
    """How the rows ended that are to be tried again."""

    outcomes = serializers.ListField(
        child=Choice([(str(each), each.label) for each in AGAIN_OUTCOMES]),
        required=False,
        allow_empty=False,
        max_length=len(AGAIN_OUTCOMES),
        help_text=f"Left out: {Outcome.FAILED}.",
    )


class NothingSerializer(Strict):
    """A verb that needs no more than its address."""
