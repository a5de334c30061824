"""People in JSON."""

from typing import Any

from rest_framework import serializers


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody of the shop."""

    id = serializers.UUIDField()
    name = serializers.CharField()


def person_of(person: Any) -> dict[str, Any] | None:
    """Lay out who did something; None: nobody, or the system."""
    return None if person is None else {"id": person.pk, "name": str(person)}
