"""Bring a request to a WSGI application as the server does, and read its answer."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpResponse
from django.test import RequestFactory

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def call(
    application: Application,
    path: str,
    body: bytes = b"",
    *,
    method: str = "POST",
    headers: dict[str, str] | None = None,
    environ: dict[str, Any] | None = None,
) -> HttpResponse:
    """Serve one request; ``environ`` is laid over what the server would make of it."""
    request = RequestFactory().generic(
        method, path, body, content_type="application/json", headers=headers
    )
    told: dict[str, Any] = {}

    def start_response(status: str, sent: list[tuple[str, str]]) -> None:
        told.update(status=int(status.partition(" ")[0]), headers=dict(sent))

    content = b"".join(application({**request.environ, **(environ or {})}, start_response))
    return HttpResponse(content, status=told["status"], headers=told["headers"])
