"""Tokens for programs: a password is changed for a pair of them, once a day.

Not rotated: without a list of what was given out, a stolen token would live for ever. A refresh
token ends after a day; with a changed password or a deactivated person both end at once.
"""

import datetime as dt
from http import HTTPStatus
from typing import Any

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from .authentication import TokenAuthentication, plain
from .problems import WRONG_CREDENTIALS, Problem
from .views import HouseView


class CredentialsSerializer(serializers.Serializer[Any]):
    """What a person logs in with."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(
        max_length=4096, trim_whitespace=False, style={"input_type": "password"}
    )


class RefreshSerializer(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4096)


class AccessSerializer(serializers.Serializer[Any]):
    """A token for the header ``Authorization: Bearer …``; ``expires_in`` seconds."""

    access = serializers.CharField()
    expires_in = serializers.IntegerField()


class TokenPairSerializer(AccessSerializer):
    """Both tokens; the refresh token gets new access tokens for a day."""

    refresh = serializers.CharField()


class TokenDoor(HouseView):
    """A door that asks for no token and for no session."""

    authentication_classes = ()
    permission_classes = ()
    http_method_names = ["post"]  # noqa: RUF012 -- Django's own attribute, never changed

    def get_authenticate_header(self, request: Request) -> str:
        """Make refusals 401 instead of 403."""
        return TokenAuthentication().authenticate_header(request)


class TokenView(TokenDoor):
    """Change e-mail and password for tokens. django-axes slows guessing down, as at the log-in."""

    @extend_schema(
        operation_id="token_create", request=CredentialsSerializer, responses=TokenPairSerializer
    )
    def post(self, request: Request) -> Response:
        """Log in."""
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = plain(request)
        # Called as the log-in form calls it: axes counts by this name, at both doors together.
        user = authenticate(
            asked, username=given.validated_data["email"], password=given.validated_data["password"]
        )
        if user is not None:
            pair = RefreshToken.for_user(user)
            return Response({**_access(pair.access_token), "refresh": str(pair)})
        if getattr(asked, "axes_locked_out", False):
            # Else axes' middleware would put its page over our answer.
            asked.axes_locked_out = False
            raise _locked_out(asked)
        raise AuthenticationFailed("The e-mail or the password is wrong.", WRONG_CREDENTIALS)


class RefreshView(TokenDoor):
    """Change a refresh token for a new access token."""

    @extend_schema(
        operation_id="token_refresh", request=RefreshSerializer, responses=AccessSerializer
    )
    def post(self, request: Request) -> Response:
        """Look at the token and at its person as they are now."""
        given = RefreshSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            refresh = RefreshToken(given.validated_data["refresh"])
        except TokenError as error:
            raise AuthenticationFailed(code="token_not_valid") from error
        # Raises for a person who is gone, deactivated, or has changed the password since.
        TokenAuthentication().get_user(refresh)
        return Response(_access(refresh.access_token))


def _access(token: AccessToken) -> dict[str, Any]:
    return {"access": str(token), "expires_in": int(token.lifetime.total_seconds())}


def _locked_out(request: Any) -> Problem:
    seconds = int((get_cool_off(request) or dt.timedelta()).total_seconds())
    return Problem(
        "locked-out",
        f"The password was wrong {settings.AXES_FAILURE_LIMIT} times, so log-in from here is "
        f"closed for {seconds // 60} minutes. It opens again by itself. If it was not you who "
        "tried, tell an owner of your shop.",
        HTTPStatus.TOO_MANY_REQUESTS,
        headers={"Retry-After": str(seconds)},
    )
