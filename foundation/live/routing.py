"""The ASGI application of the live process: ``/ws/live/`` and nothing else."""

from typing import Any
from urllib.parse import urlsplit

from channels.auth import AuthMiddlewareStack
from django.conf import settings
from django.http.request import validate_host

from .consumer import LiveConsumer

PATH = "/ws/live/"
_NOT_FOUND = b"Only /ws/live/ is served here; pages have a process of their own.\n"


def origin_allowed(origin: str) -> bool:
    """Whether a page from ``origin`` may listen: a cookie alone says nothing about the page.

    Allowed are the public origin, the trusted origins, both to the letter, and http(s) pages of
    the hosts this installation answers to. A wildcard host is no host.
    """
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    parts = urlsplit(origin)
    named = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    return parts.scheme in {"http", "https"} and validate_host(parts.hostname or "", named)


class _Door:
    """Sort by protocol and path before any session is read."""

    def __init__(self, websocket: Any) -> None:
        self._websocket = websocket

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one connection."""
        if scope["type"] == "http":
            await _not_found(send)
        elif scope["type"] == "websocket":
            if scope["path"] == PATH and _origin(scope) is not None:
                await self._websocket(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
        else:
            # Servers ask whether there is a lifespan, and take this for no.
            message = f"There is no {scope['type']} here."
            raise ValueError(message)


def _origin(scope: dict[str, Any]) -> str | None:
    given = [value for name, value in scope["headers"] if name == b"origin"]
    if len(given) != 1:
        return None
    origin = given[0].decode("latin-1")
    return origin if origin_allowed(origin) else None


async def _not_found(send: Any) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": _NOT_FOUND})


def application(_django: object) -> _Door:
    """Build the application; Django's own is not served by this process."""
    return _Door(AuthMiddlewareStack(LiveConsumer.as_asgi()))
