"""Rules and selections in JSON."""

from itertools import islice
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog_sync.api import InvalidSelection, Selection
from foundation.currencies import digits_of
from foundation.rest.api import LONGEST_KEY, Id, is_object, nested
from pricing.queries.keeping import saved_filters
from pricing.rules import Rule, RuleErrors, read_rules

from .documents import PricingRuleSerializer, SelectionSerializer


@extend_schema_field(PricingRuleSerializer(many=True))
class RulesField(serializers.Field[Any, Any, Any, Any]):
    """A document of rules, read with the decimals of the shop's currency."""

    def to_internal_value(self, data: Any) -> tuple[Rule, ...]:
        """Read the rules; each error stands at its place."""
        try:
            return read_rules(data, digits=digits_of(self.context["request"].shop.currency))
        except RuleErrors as errors:
            raise serializers.ValidationError(nested(errors.errors)) from errors


@extend_schema_field(SelectionSerializer)
class SelectionField(serializers.Field[Any, Any, Any, Any]):
    """Which variants are meant."""

    def to_internal_value(self, data: Any) -> Selection:
        """Read the filters; each error stands at its filter."""
        if not is_object(data):
            raise serializers.ValidationError("It must be an object of filters.")
        try:
            return Selection.from_query(data)
        except InvalidSelection as invalid:
            few = islice(invalid.errors.items(), 2 * len(Selection.__slots__))
            raise serializers.ValidationError(
                {name[:LONGEST_KEY]: [said] for name, said in few}
            ) from invalid


@extend_schema_field(OpenApiTypes.UUID)
class SavedFilterField(serializers.Field[Any, Any, Any, Any]):
    """The id of a filter of the shop, read as the selection that is saved in it now."""

    def to_internal_value(self, data: Any) -> Selection:
        """Read the filter; another shop's is not there."""
        rows = saved_filters(self.context["request"].shop.pk)
        saved = rows.filter(pk=Id().to_internal_value(data)).first()
        if saved is None:
            raise serializers.ValidationError("There is no such saved filter in this shop.")
        try:
            return Selection.from_query(saved.selection)
        except InvalidSelection as invalid:
            message = "This filter cannot be read any more. Save it again, or send `selection`."
            raise serializers.ValidationError(message) from invalid
