"""What drf-spectacular cannot see in a view: our headers, our log-in, our problems."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from .idempotency import HEADER
from .problems import MEDIA_TYPE
from .views import SHOP_HEADER, ShopAPIView


class FieldErrorSerializer(serializers.Serializer[Any]):
    """What is wrong at one place of the request's body."""

    pointer = serializers.CharField(help_text="JSON pointer, e.g. `#/rules/0/action/value`")
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal, as RFC 9457 says; more members are possible."""

    type = serializers.CharField(help_text="A stable address of the kind, or about:blank")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For people: what, why, what now")
    instance = serializers.CharField(help_text="The address that was asked")
    code = serializers.CharField(help_text="For programs: stable")
    # The stubs know "errors" as the serializer's own property, which a field does not disturb.
    errors = FieldErrorSerializer(many=True, required=False)  # type: ignore[assignment]


SHOP = OpenApiParameter(
    SHOP_HEADER,
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    description="The shop to work in. Needed with a token of somebody who belongs to several.",
)
KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="A fresh UUID. The same request with the same key is answered again and has no "
    "second effect, for 24 hours.",
)


class HouseSchema(AutoSchema):
    """Adds to every operation what the base classes do."""

    def get_override_parameters(self) -> list[Any]:
        """Name the headers that ShopAPIView reads."""
        found: list[Any] = list(super().get_override_parameters())
        if isinstance(self.view, ShopAPIView):
            found.append(SHOP)
            if self.method == "POST" and not self.view.only_asks:
                found.append(KEY)
        return found

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Say once for all that everything else is a problem."""
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            problem = self.resolve_serializer(ProblemSerializer, "response")
            operation["responses"].setdefault(
                "default",
                {
                    "description": "What went wrong.",
                    "content": {MEDIA_TYPE: {"schema": problem.ref}},
                },
            )
        return operation


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The browser's log-in."""

    target_class = "foundation.rest.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Describe the cookie."""
        del auto_schema
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token in a header."""

    target_class = "foundation.rest.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Describe the header."""
        del auto_schema
        return dict(build_bearer_security_scheme_object("Authorization", "Bearer", "JWT"))
