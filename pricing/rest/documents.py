"""What a selection and a rule look like, for the schema.

They are read by ``catalog_sync`` and ``pricing.rules``, which say more about what can be meant
than a schema could; nothing is validated with these.
"""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from catalog_sync.api import ProductStatus
from pricing.enums import Action, CompareAtAction, GuardKind, GuardMode, Outcome, RoundingDirection
from pricing.rules import Field, Match, Op

_NUMBER = {"oneOf": [{"type": "string"}, {"type": "number"}]}


class SelectionSerializer(serializers.Serializer[Any]):
    """Filters are joined by *and*, ids and SKUs by *or* among themselves. `all` alone: everything.

    A selection that narrows nothing means nothing, so that a forgotten filter reprices no shop.
    """

    text = serializers.CharField(
        required=False, help_text="Words that all occur in title, SKU, barcode or vendor."
    )
    vendor = serializers.CharField(required=False)
    product_type = serializers.CharField(required=False)
    tag = serializers.CharField(required=False)
    status = serializers.ChoiceField(ProductStatus.choices, required=False)
    stock_min = serializers.IntegerField(required=False)
    stock_max = serializers.IntegerField(required=False)
    price_min = serializers.CharField(required=False, help_text="An amount, included.")
    price_max = serializers.CharField(required=False, help_text="An amount, included.")
    variant_ids = serializers.ListField(child=serializers.UUIDField(), required=False)
    product_ids = serializers.ListField(child=serializers.UUIDField(), required=False)
    skus = serializers.ListField(child=serializers.CharField(), required=False)
    all = serializers.BooleanField(required=False)


class ChosenSerializer(SelectionSerializer):
    """A job's selection; of a job made of another one, which of that one's rows."""

    result_ids = serializers.ListField(child=serializers.IntegerField(), required=False)
    outcomes = serializers.ListField(child=serializers.ChoiceField(Outcome.choices), required=False)


@extend_schema_field(_NUMBER)
class _Number(serializers.Field[Any, Any, Any, Any]):
    """A number, best as text."""


@extend_schema_field(
    {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "array", "items": _NUMBER}]}
)
class _Value(serializers.Field[Any, Any, Any, Any]):
    """What a question compares with."""


class ConditionSerializer(serializers.Serializer[Any]):
    """One question about a variant."""

    field = serializers.ChoiceField(Field.choices)
    op = serializers.ChoiceField(Op.choices)
    value = _Value(
        required=False,
        help_text="`between` takes two numbers, `in` a list of texts, `before` and `after` a date, "
        "`known` and `unknown` nothing.",
    )
    location = _Number(required=False, help_text="For `stock_at`: Shopify's id of the location.")


class InnerGroupSerializer(serializers.Serializer[Any]):
    """Conditions inside a rule's group."""

    match = serializers.ChoiceField(Match.choices, required=False)
    items = ConditionSerializer(many=True)


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="RuleItem",
        serializers=[ConditionSerializer, InnerGroupSerializer],
        resource_type_field_name=None,
        many=True,
    )
)
class _Items(serializers.Field[Any, Any, Any, Any]):
    """Conditions and groups of them."""


class WhenSerializer(serializers.Serializer[Any]):
    """When a rule applies; without items, always."""

    match = serializers.ChoiceField(Match.choices, required=False)
    items = _Items()


class PriceActionSerializer(serializers.Serializer[Any]):
    """What becomes of the price."""

    kind = serializers.ChoiceField(Action.choices)
    value = _Number(required=False, help_text="An amount, or percent. -10 lowers by ten.")


class CompareAtSerializer(serializers.Serializer[Any]):
    """What becomes of the compare-at price."""

    kind = serializers.ChoiceField(CompareAtAction.choices)
    value = _Number(required=False, help_text="For `set`.")


class RoundingSerializer(serializers.Serializer[Any]):
    """Prices allowed are `ending` + whole multiples of `step`: 1 and 0.99 give 9.99 and so on."""

    step = _Number(required=False)
    ending = _Number(required=False)
    direction = serializers.ChoiceField(RoundingDirection.choices, required=False)


class GuardSerializer(serializers.Serializer[Any]):
    """A limit that no price of the rule breaks."""

    kind = serializers.ChoiceField(GuardKind.choices)
    value = _Number()
    otherwise = serializers.ChoiceField(GuardMode.choices, required=False)


class PricingRuleSerializer(serializers.Serializer[Any]):
    """Of several rules the first whose conditions hold decides."""

    name = serializers.CharField(required=False)
    when = WhenSerializer(required=False)
    action = PriceActionSerializer()
    compare_at = CompareAtSerializer(required=False)
    rounding = RoundingSerializer(required=False)
    guards = GuardSerializer(many=True, required=False)
