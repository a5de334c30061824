"""Values in JSON: strict where a stranger sends them, exact where we do."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.settings import api_settings

from catalog_sync.api import InvalidSelection, Selection
from foundation.currencies import digits_of
from pricing.rules import Rule, RuleErrors, read_rules

from .documents import PricingRuleSerializer, SelectionSerializer

_STRAYS = 5
"""Unknown keys named in one object; a stranger may send a hundred thousand."""
_LONGEST_KEY = 40
_EXAMPLE = "Write it as 2026-11-27T08:00:00-05:00, or with Z for UTC."
_NO_TIME = f"It must be a time. {_EXAMPLE}"
_NO_OFFSET = "It has no offset from UTC, so it is not said which moment is meant."
_WHOLE = api_settings.NON_FIELD_ERRORS_KEY


class Strict(serializers.Serializer[Any]):
    """An object that knows its keys: what is misspelt is refused, not overlooked."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the fields; say of every other key that there is no such field."""
        strays = (name for name in data if name not in self.fields) if _is_object(data) else ()
        known = ", ".join(self.fields) or "nothing"
        errors: dict[str, Any] = {
            str(name)[:_LONGEST_KEY]: [f"Leave it out: known here are {known}."]
            for name in islice(strays, _STRAYS)
        }
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            found: Any = error.detail
            raise serializers.ValidationError({**errors, **found}) from error
        if errors:
            raise serializers.ValidationError(errors)
        return values


class Text(serializers.CharField):
    """Text that was sent as text: no number is taken for one."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse what is no text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Id(serializers.UUIDField):
    """A UUID as text; REST framework would take a number for one, too."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is no text."""
        if not isinstance(data, str):
            self.fail("invalid", value=str(data)[:_LONGEST_KEY])
        return super().to_internal_value(data)


class Choice(serializers.ChoiceField):
    """One of a few words; a refusal names them instead of repeating what was sent."""

    def __init__(self, choices: Any, **options: Any) -> None:
        super().__init__(choices, **options)
        self.error_messages["invalid_choice"] = f"Choose one of: {', '.join(self.choices)}."

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is no text."""
        if not isinstance(data, str):
            self.fail("invalid_choice")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(serializers.Field[datetime, Any, Any, Any]):
    """A time with its offset. Without one it could mean the shop's zone, UTC or the sender's."""

    def to_internal_value(self, data: Any) -> datetime:
        """Read ISO 8601 with an offset."""
        try:
            moment = datetime.fromisoformat(data) if isinstance(data, str) else None
        except ValueError:
            moment = None
        if moment is None:
            raise serializers.ValidationError(_NO_TIME)
        if moment.utcoffset() is None:
            zone = self.context["request"].shop.timezone
            message = f"{_NO_OFFSET} The shop's zone is {zone}. {_EXAMPLE}"
            raise serializers.ValidationError(message)
        return moment


@extend_schema_field(PricingRuleSerializer(many=True))
class RulesField(serializers.Field[Any, Any, Any, Any]):
    """A document of rules, read with the decimals of the shop's currency."""

    def to_internal_value(self, data: Any) -> tuple[Rule, ...]:
        """Read the rules; each error stands at its place."""
        try:
            return read_rules(data, digits=digits_of(self.context["request"].shop.currency))
        except RuleErrors as errors:
            raise serializers.ValidationError(_nested(errors.errors)) from errors


@extend_schema_field(SelectionSerializer)
class SelectionField(serializers.Field[Any, Any, Any, Any]):
    """Which variants are meant."""

    def to_internal_value(self, data: Any) -> Selection:
        """Read the filters; each error stands at its filter."""
        if not _is_object(data):
            raise serializers.ValidationError("It must be an object of filters.")
        try:
            return Selection.from_query(data)
        except InvalidSelection as invalid:
            few = islice(invalid.errors.items(), 2 * len(Selection.__slots__))
            raise serializers.ValidationError(
                {name[:_LONGEST_KEY]: [said] for name, said in few}
            ) from invalid


class Money(serializers.CharField):
    """An amount as text with two decimals, whatever its size; only given, never read."""

    def to_representation(self, value: Any) -> str:
        """Write it without exponent."""
        return f"{value:.2f}"


class Percent(Money):
    """Percent as text with two decimals; a float has no place beside money."""


def _is_object(data: Any) -> bool:
    return isinstance(data, Mapping)


def _nested(errors: Mapping[str, str]) -> dict[str, Any]:
    """Turn places written with points into objects in objects, as serializers tell errors."""
    found: dict[str, Any] = {}
    for place, said in errors.items():
        at = found
        for name in place.split(".") if place else ():
            if name == _WHOLE:
                # A key that somebody made up; its error then stands at the object that has it.
                break
            at = at.setdefault(name, {})
        at.setdefault(_WHOLE, []).append(said)
    return found
