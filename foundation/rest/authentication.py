"""Who asks: a token's owner, or the person whose browser is logged in."""

from typing import Any

from rest_framework import authentication, exceptions
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication

from .problems import FORGED, Problem


def plain(request: Request) -> Any:
    """Return Django's own request, on which middlewares leave and look for their marks."""
    return request._request  # noqa: SLF001 -- REST framework's documented name of it


class TokenAuthentication(JWTAuthentication):
    """``Authorization: Bearer <access token>``. Stands first: what is said is meant.

    A browser that is logged in and sends a token asks as the token's owner, and one that is out of
    date is refused rather than overlooked.
    """


class SessionAuthentication(authentication.SessionAuthentication):
    """The log-in of the staff pages, with their protection against forged requests."""

    def enforce_csrf(self, request: Any) -> None:
        """Say what to send instead of why Django is not satisfied."""
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as refusal:
            raise Problem("csrf-failed", FORGED, 403) from refusal
