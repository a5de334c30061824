"""Values in JSON: strict where a stranger sends them, exact where we do."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.settings import api_settings

_STRAYS = 5
"""Unknown keys named in one object; a stranger may send a hundred thousand."""
LONGEST_KEY = 40
"""Of a key that somebody made up, so much is repeated."""
_EXAMPLE = "Write it as 2026-11-27T08:00:00-05:00, or with Z for UTC."
_NO_TIME = f"It must be a time. {_EXAMPLE}"
_NO_OFFSET = "It has no offset from UTC, so it is not said which moment is meant."
_WHOLE = api_settings.NON_FIELD_ERRORS_KEY


class Strict(serializers.Serializer[Any]):
    """An object that knows its keys: what is misspelt is refused, not overlooked."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the fields; say of every other key that there is no such field."""
        strays = (name for name in data if name not in self.fields) if is_object(data) else ()
        known = ", ".join(self.fields) or "nothing"
        errors: dict[str, Any] = {
            str(name)[:LONGEST_KEY]: [f"Leave it out: known here are {known}."]
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
            self.fail("invalid", value=str(data)[:LONGEST_KEY])
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


class YesNo(serializers.BooleanField):
    """true or false; REST framework would take many a word for one of them, too."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse what is neither."""
        if not isinstance(data, bool):
            self.fail("invalid", input=str(data)[:LONGEST_KEY])
        return data


class Whole(serializers.IntegerField):
    """A whole number that was sent as a number."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse what is none, however it is spelled."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
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


class Money(serializers.CharField):
    """An amount as text with two decimals, whatever its size; only given, never read."""

    def to_representation(self, value: Any) -> str:
        """Write it without exponent."""
        return f"{value:.2f}"


class Percent(Money):
    """Percent as text with two decimals; a float has no place beside money."""


def is_object(data: Any) -> bool:
    """Tell whether a value is a JSON object."""
    return isinstance(data, Mapping)


def nested(errors: Mapping[str, str]) -> dict[str, Any]:
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
