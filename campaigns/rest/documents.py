"""What targets and triggers look like, for the schema; nothing is validated with these."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.triggers import Direction, TriggerKind
from pricing.rest.api import SelectionSerializer

_NUMBER = {"oneOf": [{"type": "string"}, {"type": "number"}]}


@extend_schema_field(_NUMBER)
class _Number(serializers.Field[Any, Any, Any, Any]):
    """A number, best as text."""


class TriggerSerializer(serializers.Serializer[Any]):
    """When the campaign's price lies on a variant; of several triggers one is enough.

    Once it is on, it stays until `off` is passed, so that prices do not flap. A trigger that names
    no `location` (Shopify's id) looks at the total.
    """

    kind = serializers.ChoiceField(TriggerKind.choices)
    threshold = _Number(
        required=False,
        help_text="Of `stock_below` and `stock_above`: pieces. At or below it, above it.",
    )
    direction = serializers.ChoiceField(
        Direction.choices, required=False, help_text="Of `stock_change`."
    )
    percent = _Number(
        required=False,
        help_text="Of `stock_change`: how much, against the level at the start of the window.",
    )
    hours = _Number(required=False, help_text="Of `stock_change`: how long the window is.")
    hold = _Number(required=False, help_text="Of `back_in_stock`: hours it stays on.")
    margin = _Number(required=False, help_text="How far back it must go before it is off.")
    off = _Number(required=False, help_text="Instead of `margin`: where it goes off.")
    location = _Number(required=False)


@extend_schema_field(SelectionSerializer)
class StoredTargets(serializers.JSONField):
    """Targets as they are stored."""


@extend_schema_field(TriggerSerializer(many=True))
class StoredTriggers(serializers.JSONField):
    """Triggers as they are stored."""
